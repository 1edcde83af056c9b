"""Résumés: upload, look, replace, download, delete. An upload sets parsing and matching going at once."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import psycopg
from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from jobmatch_dagster.api.access import Parts, SignedIn, UseParts
from jobmatch_dagster.api.problems import Problem, Responses, documented
from jobmatch_dagster.api.replies import NOT_CHANGED, reply
from jobmatch_dagster.api.shapes.common import shown
from jobmatch_dagster.api.shapes.resumes import Link, Resume, ResumeDetail, Resumes
from jobmatch_dagster.api.throttle import refuse_for
from jobmatch_dagster.api.tokens import Person
from jobmatch_dagster.api.uploads import BODY, Upload, read_upload
from jobmatch_dagster.supabase.storage import RESUMES, FileExists, StoredFile

router = APIRouter(prefix="/v1/resumes", tags=["resumes"], responses=documented("unauthorized"))

_FILE: Responses = {200: {"content": {"application/octet-stream": {}}, "description": "The file."}}
MOST_RESUMES = 20
UPLOADS_AT_ONCE = asyncio.Semaphore(8)
LINK_SECONDS = 300
ResumeId = Annotated[UUID, Path(description="The résumé's id.")]

# The person's files with what was read from them. A file that came another way than this API is known by its row, or by
# its object until there is one.
_FILES = """
select coalesce(r.id::text, substring(o.name from '^[^/]+/([0-9a-f-]{36})/'), o.id::text) as id,
       o.name as object_name, split_part(o.name, '/', -1) as file_name,
       coalesce(o.metadata ->> 'mimetype', 'application/octet-stream') as content_type,
       coalesce((o.metadata ->> 'size')::bigint, 0) as size, coalesce(o.updated_at, o.created_at) as uploaded_at,
       coalesce(r.status, 'waiting') as status, r.reason, r.language, r.confidence, r.experience_years, r.seniority,
       coalesce(r.warnings, '[]') as warnings, r.content as profile, r.id as row_id
  from storage.objects o
  left join public.resumes r
    on r.file_path = o.name and r.file_version = coalesce(o.metadata ->> 'eTag', o.version, o.updated_at::text)
 where o.bucket_id = 'resumes' and o.name like %(user)s || '/%%'
 order by uploaded_at desc, o.name
"""
_SKILLS = """
select s.skill_id as skill, k.label, s.years, s.surface
  from public.resume_skills s join public.skills k on k.id = s.skill_id
 where s.resume_id = %s order by s.years desc nulls last, k.label
"""
# What row-level security says to this upload; the row itself is the file store's to write.
_MAY_STORE = "insert into storage.objects (bucket_id, name, owner_id) values ('resumes', %s, %s)"
_FORGET = """
delete from public.resumes r where r.user_id = %s and r.file_path = %s
   and not exists (select from storage.objects o where o.bucket_id = 'resumes' and o.name = r.file_path)
"""


@router.post(
    "",
    status_code=202,
    response_model=Resume,
    openapi_extra=BODY,
    responses=shown(Resume, 200, description="This very file was there already.")
    | documented("too-large", "unsupported-type", "conflict", "forbidden"),
)
async def upload(request: Request, response: Response, person: SignedIn, parts: UseParts) -> Resume:
    """Upload a résumé file. It is parsed and matched at once, in the background: poll its `status`.

    The same file again is the same résumé, even if it is sent twice at the same moment.
    """
    file = await _receive(request, person, parts)
    resume, is_new = await run_in_threadpool(_store, parts, person, file)
    response.headers["Location"] = f"/v1/resumes/{resume.id}"
    if not is_new:
        response.status_code = 200
    return resume


@router.get("", response_model=Resumes, responses=NOT_CHANGED)
def list_resumes(request: Request, person: SignedIn, parts: UseParts) -> Response:
    """The person's résumés, the newest first; at most 20."""
    rows = [Resume.model_validate(row) for row in _files(parts, person)]
    return reply(request, Resumes(resumes=rows))


@router.get("/{resume_id}", response_model=ResumeDetail, responses=NOT_CHANGED | documented("not-found"))
def get_resume(request: Request, resume_id: ResumeId, person: SignedIn, parts: UseParts) -> Response:
    """One résumé: its status, the profile that was read from it, and what the person can mend."""
    row = _find(parts, person, resume_id)
    with parts.connections.as_person(person) as connection:
        skills = connection.execute(_SKILLS, [row["row_id"]]).fetchall()
    return reply(request, ResumeDetail.model_validate({**row, "skills": skills}))


@router.put(
    "/{resume_id}",
    status_code=202,
    response_model=Resume,
    openapi_extra=BODY,
    responses=shown(Resume, 200, description="The file is the same as before.")
    | documented("not-found", "too-large", "unsupported-type", "conflict", "forbidden"),
)
async def replace(
    request: Request, response: Response, resume_id: ResumeId, person: SignedIn, parts: UseParts
) -> Resume:
    """Replace a résumé by another file. The new one has its own id; matches of the old one go with it."""
    old = await run_in_threadpool(_find, parts, person, resume_id)
    file = await _receive(request, person, parts)
    resume, is_new = await run_in_threadpool(_store, parts, person, file, old["object_name"])
    if old["object_name"] != file.object_name(person.id):
        await run_in_threadpool(_remove, parts, person, old["object_name"])
    response.headers["Location"] = f"/v1/resumes/{resume.id}"
    if not is_new:
        response.status_code = 200
    return resume


@router.delete("/{resume_id}", status_code=204, responses=documented("not-found"))
def delete(resume_id: ResumeId, person: SignedIn, parts: UseParts) -> None:
    """Delete a résumé: its file, what was read from it, and its matches."""
    _remove(parts, person, _find(parts, person, resume_id)["object_name"])


@router.get(
    "/{resume_id}/file",
    response_class=Response,
    responses=_FILE | documented("not-found"),
)
def download(resume_id: ResumeId, person: SignedIn, parts: UseParts) -> Response:
    """The file itself, as it was uploaded."""
    row = _find(parts, person, resume_id)
    data = parts.files.get(RESUMES, row["object_name"])
    disposition = f"attachment; filename*=UTF-8''{quote(row['file_name'])}"
    headers = {"Content-Disposition": disposition}
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.post("/{resume_id}/link", responses=documented("not-found"))
def link(resume_id: ResumeId, person: SignedIn, parts: UseParts) -> Link:
    """A URL that gives the file, for five minutes, to whoever has it: for a viewer that sends no token."""
    row = _find(parts, person, resume_id)
    return Link(url=parts.files.signed_url(RESUMES, row["object_name"], seconds=LINK_SECONDS), expires_in=LINK_SECONDS)


async def _receive(request: Request, person: Person, parts: Parts) -> Upload:
    wait = parts.uploads.take(person.id)
    if wait:
        raise refuse_for(wait)
    most = parts.settings.resume_max_bytes
    async with UPLOADS_AT_ONCE:
        return await read_upload(request, most)


def _files(parts: Parts, person: Person) -> list[dict[str, Any]]:
    with parts.connections.as_person(person) as connection:
        return connection.execute(_FILES, {"user": person.id}).fetchall()


def _find(parts: Parts, person: Person, resume_id: UUID) -> dict[str, Any]:
    for row in _files(parts, person):
        if row["id"] == str(resume_id):
            return row
    raise Problem("not-found", "There is no such résumé.")


def _store(parts: Parts, person: Person, file: Upload, replaced: str | None = None) -> tuple[Resume, bool]:
    """Store a file for a person and hand it on; tells whether it is new."""
    name = file.object_name(person.id)
    there = {row["object_name"]: row for row in _files(parts, person)}
    if name in there:
        return Resume.model_validate(there[name]), False
    if len(there.keys() - {replaced}) >= MOST_RESUMES:
        raise Problem("conflict", f"{MOST_RESUMES} résumés are kept per person. Delete one first.")
    _ask_row_level_security(parts, person, name)
    try:
        stored = parts.files.put(RESUMES, name, file.data, content_type=file.content_type, owner=person.id)
    except FileExists:  # sent twice at the same moment
        return _described(file, person, None), False
    parts.metrics.uploads.inc()
    parts.follow_up.uploaded(name, stored.updated_at.astimezone(UTC).date())
    return _described(file, person, stored), True


def _described(file: Upload, person: Person, stored: StoredFile | None) -> Resume:
    from datetime import datetime

    return Resume(
        id=file.resume_id(person.id),
        file_name=file.name,
        content_type=file.content_type,
        size=len(file.data),
        uploaded_at=stored.updated_at if stored else datetime.now(UTC),
        status="waiting",
    )


def _ask_row_level_security(parts: Parts, person: Person, name: str) -> None:
    """Let the policies of the bucket decide, by writing the row as the person and taking it back."""
    with parts.connections.as_person(person) as connection:
        try:
            with connection.transaction(force_rollback=True):
                if connection.execute("select 1 from public.users where id = auth.uid()").fetchone() is None:
                    raise Problem("unauthorized", "There is no such account.")
                connection.execute(_MAY_STORE, [name, person.id])
        except psycopg.errors.UniqueViolation:
            return


def _remove(parts: Parts, person: Person, object_name: str) -> None:
    """Remove a file that row-level security has shown to this person, and what was read from it."""
    parts.files.delete(RESUMES, [object_name])
    with parts.connections.as_service() as connection:
        connection.execute(_FORGET, [person.id, object_name])
    if not parts.follow_up.is_idle():  # it may just be reading this file, and write what it read
        parts.follow_up.match()
