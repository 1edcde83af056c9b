"""Notes of what the data team did, in ``private.audit_log``. No personal data but the account's id."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from jobmatch_dagster.api.tokens import Person


def note(connection: psycopg.Connection[Any], person: Person, action: str, subject: str, **detail: Any) -> None:
    """Keep who did what to what, in the transaction in which it is done."""
    connection.execute(
        "insert into private.audit_log (actor, action, subject, detail) values (%s, %s, %s, %s::jsonb)",
        [person.id, action, subject, json.dumps(detail)],
    )
