"""A person's matches: the ranking, one match with its reasons, feedback, and scoring anew."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from jobmatch_dagster.api.access import SignedIn, UseParts
from jobmatch_dagster.api.problems import Problem, documented
from jobmatch_dagster.api.replies import NOT_CHANGED, reply
from jobmatch_dagster.api.shapes.common import Countries, Cursor, Employments, Limit, Remotes, Seniorities
from jobmatch_dagster.api.shapes.matches import (
    Feedback,
    FeedbackEntry,
    Kind,
    Match,
    MatchDetail,
    MatchedSkill,
    Matches,
    MissingSkill,
    Started,
)
from jobmatch_dagster.api.throttle import refuse_for

router = APIRouter(prefix="/v1/matches", tags=["matches"], responses=documented("unauthorized"))
JobId = Annotated[UUID, Path(description="The job's id.")]

_RANKED = """
select resume_id::text, job_id::text, score, sentence, matched_on, title, company, location, country, remote,
       salary_range, seniority, employment_type, posted_on, url, apply_url, feedback,
       array(select s ->> 'label' from jsonb_array_elements(matched_skills) s) as matched,
       array(select s ->> 'label' from jsonb_array_elements(missing_skills) s) as missing
  from public.ranked_matches
 where user_id = auth.uid() and score >= %(min_score)s
   and (%(resume_id)s::uuid is null or resume_id = %(resume_id)s)
   and (%(country)s::text[] is null or country = any(%(country)s))
   and (%(remote)s::text[] is null or remote = any(%(remote)s))
   and (%(seniority)s::text[] is null or seniority = any(%(seniority)s))
   and (%(employment_type)s::text[] is null or employment_type = any(%(employment_type)s))
   and (%(feedback)s::text is null or feedback @> array[%(feedback)s])
   and (%(after)s::float8 is null
        or (score, job_id, resume_id) < (%(after)s, %(after_job)s::uuid, %(after_resume)s::uuid))
 order by score desc, job_id desc, resume_id desc
 limit %(limit)s
"""
_ONE = """
select m.resume_id::text, m.job_id::text, m.score, m.sentence, m.components, m.abstained, m.matched_skills,
       m.missing_skills, m.matched_on, m.scorer_version, j.title, j.description, r.body,
       array(select f.kind from public.match_feedback f where f.job_id = m.job_id order by f.kind) as feedback
  from public.job_matches m join public.jobs j on j.id = m.job_id join public.resumes r on r.id = m.resume_id
 where m.resume_id = %s and m.job_id = %s
"""
_FEEDBACK = """
select job_id::text, kind, created_at from public.match_feedback
 where %(kind)s::text is null or kind = %(kind)s
 order by created_at desc, job_id, kind limit 1000
"""


@router.get("", response_model=Matches, responses=NOT_CHANGED | documented("bad-cursor"))
def list_matches(
    request: Request,
    person: SignedIn,
    parts: UseParts,
    country: Countries,
    remote: Remotes,
    seniority: Seniorities,
    employment_type: Employments,
    resume_id: Annotated[UUID | None, Query(description="Only of this résumé.")] = None,
    min_score: Annotated[float, Query(ge=0, le=1)] = 0.0,
    feedback: Annotated[Kind | None, Query(description="Only jobs of which the person said this.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """The ranking: open jobs that fit the person's résumés, the best first. What they put away is left out."""
    asked: dict[str, Any] = {
        "resume_id": str(resume_id) if resume_id else None,
        "min_score": min_score,
        "country": [code.upper() for code in country] or None,
        "remote": remote or None,
        "seniority": seniority or None,
        "employment_type": employment_type or None,
        "feedback": feedback,
    }
    belongs_to = ("matches", person.id, asked)
    after = parts.cursors.open(cursor, *belongs_to) or [None, None, None]
    place = dict(zip(("after", "after_job", "after_resume"), after, strict=True))
    with parts.connections.as_person(person) as connection:
        rows = connection.execute(_RANKED, {**asked, **place, "limit": limit + 1}).fetchall()
    page = rows[:limit]
    more = None
    if len(rows) > limit:
        last = page[-1]
        more = parts.cursors.make([last["score"], last["job_id"], last["resume_id"]], *belongs_to)
    return reply(request, Matches(matches=[Match.model_validate(row) for row in page], next_cursor=more))


@router.post("/refresh", status_code=202)
def refresh(person: SignedIn, parts: UseParts) -> Started:
    """Score what is new now, in the background, rather than with the next run."""
    wait = parts.uploads.take(person.id)
    if wait:
        raise refuse_for(wait)
    parts.follow_up.match()
    return Started()


@router.get("/feedback", response_model=Feedback, responses=NOT_CHANGED)
def list_feedback(
    request: Request,
    person: SignedIn,
    parts: UseParts,
    kind: Annotated[Kind | None, Query(description="Only this kind.")] = None,
) -> Response:
    """What the person said about jobs, the newest 1,000 first."""
    with parts.connections.as_person(person) as connection:
        rows = connection.execute(_FEEDBACK, {"kind": kind}).fetchall()
    return reply(request, Feedback(feedback=[FeedbackEntry.model_validate(row) for row in rows]))


@router.put("/feedback/{job_id}/{kind}", status_code=204, responses=documented("not-found"))
def give_feedback(job_id: JobId, kind: Kind, person: SignedIn, parts: UseParts) -> None:
    """Say something about a job. `hidden` and `not_relevant` take it out of the ranking."""
    with parts.connections.as_person(person) as connection:
        connection.execute(
            "insert into public.match_feedback (user_id, job_id, kind) values (auth.uid(), %s, %s)"
            " on conflict do nothing",
            [job_id, kind],
        )


@router.delete("/feedback/{job_id}/{kind}", status_code=204)
def take_back_feedback(job_id: JobId, kind: Kind, person: SignedIn, parts: UseParts) -> None:
    """Take back what was said about a job; harmless if nothing was."""
    with parts.connections.as_person(person) as connection:
        connection.execute(
            "delete from public.match_feedback where user_id = auth.uid() and job_id = %s and kind = %s",
            [job_id, kind],
        )


@router.get("/{resume_id}/{job_id}", response_model=MatchDetail, responses=NOT_CHANGED | documented("not-found"))
def get_match(
    request: Request,
    resume_id: Annotated[UUID, Path(description="The résumé's id.")],
    job_id: JobId,
    person: SignedIn,
    parts: UseParts,
) -> Response:
    """One match and why: components that add up to the score, and the words that show each requirement."""
    with parts.connections.as_person(person) as connection:
        row = connection.execute(_ONE, [resume_id, job_id]).fetchone()
    if row is None:
        raise Problem("not-found", "There is no such match.")
    title, description, body = row["title"], row["description"], row["body"]
    met = [
        MatchedSkill.model_validate(
            {
                **skill,
                "job_words": words_of(skill.get("job_evidence"), description, title),
                "resume_words": words_of(skill.get("resume_evidence"), body, ""),
            }
        )
        for skill in row["matched_skills"]
    ]
    missing = [
        MissingSkill.model_validate({**skill, "job_words": words_of(skill.get("job_evidence"), description, title)})
        for skill in row["missing_skills"]
    ]
    return reply(request, MatchDetail.model_validate({**row, "matched_skills": met, "missing_skills": missing}))


def words_of(evidence: list[int] | None, text: str | None, title: str) -> list[str]:
    """The words that offsets point at: start, end, start, end … into the text, or as ~offset into the title."""
    found = []
    for start, end in zip((evidence or [])[::2], (evidence or [])[1::2], strict=False):
        words = title[~start:~end] if start < 0 else (text or "")[start:end]
        if words:
            found.append(words)
    return list(dict.fromkeys(found))
