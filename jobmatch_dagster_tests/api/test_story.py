"""The whole story over HTTP: sign up, upload, ranked matches with reasons, feedback, erase, and nothing is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql

from jobmatch_dagster.settings import Settings
from jobmatch_dagster_tests.api.conftest import PASSWORD, Member

TODAY = datetime.now(UTC).date()
FOLLOWS_UP = True


@pytest.fixture(scope="module")
def jobs_are_there(database: Settings) -> None:
    """Some of the demo's postings of today, cleaned and read."""
    from jobmatch_dagster.boards.raw import to_raw
    from jobmatch_dagster.stages.clean import clean_day
    from jobmatch_dagster.stages.read_skills import read_day
    from jobmatch_dagster.supabase import database as db
    from jobmatch_dagster_tests.orchestration.shown import as_postings

    with db.connect(database) as connection:
        rows = to_raw(as_postings(TODAY, most=60), TODAY)
        db.merge(connection, "raw.postings", rows, key=["board", "external_id", "scraped_on"])
    clean_day(database, TODAY)
    read_day(database, TODAY)


def poll(member: Member, resume_id: str) -> dict[str, Any]:
    """Ask for a résumé until it is read."""
    for _ in range(600):
        found: dict[str, Any] = member("GET", f"/v1/resumes/{resume_id}").json()
        if found["status"] != "waiting":
            return found
        time.sleep(0.1)
    raise AssertionError("the résumé was never read")


def settle(app: FastAPI) -> None:
    """Wait until nothing goes on in the background."""
    for _ in range(600):
        if app.state.parts.follow_up.is_idle():
            return
        time.sleep(0.1)
    raise AssertionError("the background never came to rest")


def everything(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Every row of every table, as text."""
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    return {
        f"{schema}.{name}": str(
            connection.execute(
                sql.SQL("select coalesce(string_agg(t::text, ' '), '') from {} t").format(sql.Identifier(schema, name))
            ).fetchone()
        )
        for schema, name in tables
    }


def test_a_person_is_matched_with_reasons_and_leaves_without_a_trace(
    app: FastAPI,
    sign_up: Callable[..., Member],
    bob: Member,
    jobs_are_there: None,
    database: Settings,
    connection: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    from jobmatch_dagster.demo.people import people, write_resumes

    cast = next(p for p in people() if p.paper.startswith("pdf") and p.statuses == ("parsed",) and p.language == "en")
    data = write_resumes(tmp_path, [cast])[0].read_bytes()
    me = sign_up(cast.email, cast.resume["basics"]["name"])

    sent = me.upload("My résumé.pdf", data)
    assert sent.status_code == 202, sent.text
    resume_id = sent.json()["id"]
    assert sent.headers["location"] == f"/v1/resumes/{resume_id}"
    resume = poll(me, resume_id)
    assert resume["status"] == "parsed"
    assert resume["profile"]["basics"]["name"] == cast.resume["basics"]["name"]
    assert resume["skills"]
    settle(app)

    ranking = me("GET", "/v1/matches").json()["matches"]
    assert len(ranking) > 1
    assert [m["score"] for m in ranking] == sorted((m["score"] for m in ranking), reverse=True)
    best = ranking[0]
    assert best["sentence"]
    why = me("GET", f"/v1/matches/{resume_id}/{best['job_id']}").json()
    assert sum(part["contribution"] for part in why["components"].values()) == pytest.approx(why["score"], abs=1e-3)
    assert any(skill["job_words"] and skill["resume_words"] for skill in why["matched_skills"])

    assert me("PUT", f"/v1/matches/feedback/{best['job_id']}/saved").status_code == 204
    assert me("PUT", f"/v1/matches/feedback/{ranking[1]['job_id']}/hidden").status_code == 204
    again = me("GET", "/v1/matches", params={"limit": 100}).json()["matches"]
    assert again[0]["feedback"] == ["saved"]
    assert ranking[1]["job_id"] not in {m["job_id"] for m in again}
    assert [m["job_id"] for m in me("GET", "/v1/matches", params={"feedback": "saved"}).json()["matches"]] == [
        best["job_id"]
    ]
    assert me("GET", f"/v1/resumes/{resume_id}/file").content == data
    kept = me("GET", "/v1/users/me/export").json()
    assert len(kept["tables"]["resumes"]) == len(kept["files"]) == 1

    assert bob("GET", "/v1/matches").json()["matches"] == []
    assert bob("GET", f"/v1/matches/{resume_id}/{best['job_id']}").status_code == 404

    settle(app)
    receipt = me("DELETE", "/v1/users/me").json()
    assert receipt["counts"]["files in resumes"] == 1
    assert receipt["counts"]["matching.lists"] >= 1
    assert connection.execute("select 1 from private.erasure_receipts where id = %s", [receipt["id"]]).fetchone()

    traces = (me.id, cast.email, cast.resume["basics"]["name"], resume_id)
    for table, rows in everything(connection).items():
        for trace in traces:
            assert trace not in rows, table
    folder = database.home / "storage" / database.embedded_database
    assert not any(path.read_bytes() == data for path in folder.rglob("*") if path.is_file())
    assert me("GET", "/v1/users/me").status_code == 401
    assert me.upload("again.pdf", data).status_code == 401
    gone = me.client.post("/v1/auth/refresh", json={"refresh_token": me.session["refresh_token"]})
    assert gone.status_code == 401
    signed = me.client.post("/v1/auth/sign-in", json={"email": cast.email, "password": PASSWORD})
    assert signed.status_code == 401
