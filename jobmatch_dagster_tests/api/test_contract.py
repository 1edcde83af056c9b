"""Every operation answers what its document says, whatever is sent: properties over the whole OpenAPI document."""

from __future__ import annotations

import uuid
from typing import Any, cast

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode

from jobmatch_dagster.orchestration import launch
from jobmatch_dagster.settings import Settings
from jobmatch_dagster_tests.api.conftest import Member
from jobmatch_dagster_tests.supabase.world import build

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
)
CASES_PER_OPERATION = 4
# The account that asks shall outlive the run.
WITHOUT_TOKEN = {("POST", "/v1/auth/sign-out"), ("DELETE", "/v1/users/me")}


def test_every_operation_answers_as_documented(
    app: FastAPI, client: TestClient, member: Member, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "scrape", lambda board, day: str(uuid.uuid4()))
    monkeypatch.setattr(launch, "cancel", lambda run_id: None)
    from jobmatch_dagster.supabase.database import connect

    with connect(database) as admin:
        build(database, admin)
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app)
    checks = CHECKS.get_by_names(CHECKED)
    operations = [cast(Ok[Any], found).ok() for found in schema.get_all_operations()]
    assert len(operations) > 30
    failures = []
    for operation in operations:
        for mode in GenerationMode:

            @settings(
                max_examples=CASES_PER_OPERATION // 2,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def answers(case: Any) -> None:
                name = (case.method.upper(), case.operation.path)
                response = case.call(headers={} if name in WITHOUT_TOKEN else member.headers)
                case.validate_response(response, checks=checks)

            try:
                answers()
            except Unsatisfiable:  # it takes nothing, so there is nothing wrong to send
                continue
            except Exception as failure:
                failures.append(f"{operation.label} ({mode}): {failure}")
    assert not failures, "\n\n".join(failures)
