"""The signed-in person: profile, everything that is kept about them, and their erasure."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from psycopg import sql

from jobmatch_dagster.api.access import SignedIn, UseParts
from jobmatch_dagster.api.problems import documented, unauthorized
from jobmatch_dagster.api.replies import NOT_CHANGED, reply
from jobmatch_dagster.api.shapes.people import Export, Profile, ProfileChange, Receipt
from jobmatch_dagster.supabase import people

router = APIRouter(prefix="/v1/users/me", tags=["users"], responses=documented("unauthorized", "not-found"))
_COLUMNS = "id::text, email, full_name, headline, location, phone, preferences, created_at, updated_at"


@router.get("", response_model=Profile, responses=NOT_CHANGED)
def get_profile(request: Request, person: SignedIn, parts: UseParts) -> Response:
    """The person's profile."""
    with parts.connections.as_person(person) as connection:
        row = connection.execute(f"select {_COLUMNS} from public.users where id = auth.uid()").fetchone()  # noqa: S608
    if row is None:
        raise unauthorized()
    return reply(request, Profile.model_validate(row))


@router.patch("")
def change_profile(change: ProfileChange, person: SignedIn, parts: UseParts) -> Profile:
    """Change the profile. Id and address belong to the account and cannot be changed here."""
    values: dict[str, Any] = change.model_dump(exclude_unset=True)
    if "preferences" in values:
        values["preferences"] = json.dumps(values["preferences"])
    # One column is always set, so that an empty change is one as well.
    assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values]
    if not values:
        assignments = [sql.SQL("{0} = {0}").format(sql.Identifier("full_name"))]
    query = sql.SQL("update public.users set {} where id = auth.uid() returning {}").format(
        sql.SQL(", ").join(assignments), sql.SQL(_COLUMNS)
    )
    with parts.connections.as_person(person) as connection:
        row = connection.execute(query, values).fetchone()
    if row is None:
        raise unauthorized()
    return Profile.model_validate(row)


@router.delete("", response_model=Receipt)
def erase(person: SignedIn, parts: UseParts) -> Receipt:
    """Erase the person: account, résumés, files, matches, everything. Cannot be undone. The answer is the receipt."""
    receipt = people.erase(parts.settings, person.id, actor=person.id)
    parts.presence.forget(person)
    return Receipt(id=receipt.id, erased_at=receipt.erased_at, counts=receipt.counts)


@router.get("/export", response_model=Export, responses=NOT_CHANGED)
def export(request: Request, person: SignedIn, parts: UseParts) -> Response:
    """Everything that is kept about the person. Their files are had from `/v1/resumes/{id}/file`."""
    kept = people.export(parts.settings, person.id)
    tables = {name.removeprefix("public."): rows for name, rows in kept.items() if name.startswith("public.")}
    return reply(request, Export(account=kept["account"], files=kept["files"], tables=tables))
