"""Made-up matches for tests and benchmarks, filed as the matching stage files them: in lists of numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# What every made-up job asks for, the most important first; every made-up résumé shows the one skill that meets it.
ASKS = ("lifts", "ropes", "night shifts")
# Bits of the components of a match for which nothing was missing.
ALL_JUDGED = 63

_GIVEN = """
select * from jsonb_to_recordset(%(rows)s) as m (
  resume_id uuid, user_id uuid, job_id uuid, score float8, matched_on date, scorer_version text, judged int, met int)
"""
_PAIRS = """
drop table if exists pg_temp.made_up;
create temporary table made_up on commit drop as
select
  p.resume_id, p.user_id, p.job_id, p.matched_on, p.scorer_version, p.judged::smallint as judged, p.met,
  round(p.score::float8 * s.steps)::integer as score, s.steps,
  j.content_hash as job_hash, r.content_hash as resume_hash,
  hashtextextended(p.job_id || j.content_hash || p.scorer_version, 0) as job_reading,
  hashtextextended(p.resume_id || r.content_hash || p.scorer_version, 0) as resume_reading
from ({pairs}) as p
join public.jobs j on j.id = p.job_id
join public.resumes r on r.id = p.resume_id
cross join (values (%(steps)s)) as s (steps);
"""
_MEANINGS = """
insert into matching.wording
select (jsonb_populate_record(w, jsonb_build_object('version', m.scorer_version))).*
from matching.wording w, (select distinct scorer_version from made_up) m
where w.version = %(version)s on conflict do nothing;
insert into matching.jobs (job_id, reading, content_hash, asked, is_thin, asks)
select distinct job_id, job_reading, job_hash, array['junior', null, null], false, %(asks)s::jsonb from made_up
on conflict do nothing;
insert into matching.resumes (resume_id, user_id, reading, content_hash, shown, title, skills, places)
select distinct resume_id, user_id, resume_reading, resume_hash, array['senior', null, null], 'Lift mechanic',
  array['lift work'], array[0, 4] from made_up
on conflict do nothing;
"""
# The score is the skills' contribution, the others contribute nothing; see the comment on matching.lists.parts.
_LISTS = """
delete from matching.lists l using made_up m where l.resume_id = m.resume_id and l.matched_on = m.matched_on;
insert into matching.lists (resume_id, user_id, matched_on, scorer_version, resume_reading,
  job_ids, job_readings, scores, judged, ends, parts)
select resume_id, user_id, matched_on, scorer_version, resume_reading,
  array_agg(job_id order by place), array_agg(job_reading order by place),
  array_agg(score::float8 / steps order by place), array_agg(judged order by place),
  array_agg(ends order by place), string_agg(part, '' order by place)
from (
  select *, sum(length(part)) over w::integer as ends, row_number() over w as place
  from (
    select *, int2send((score * 1000 / steps)::smallint) || %(others)s::bytea
      || int2send(score::smallint) || %(others)s::bytea || substring(%(met)s::bytea for 5 * met) as part
    from made_up
  ) as parted
  window w as (partition by resume_id, user_id, matched_on, scorer_version order by score desc, job_id)
) as placed
group by resume_id, user_id, matched_on, scorer_version, resume_reading;
drop table made_up
"""


def match(resume: Mapping[str, Any], job: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A match of two rows, as ``file`` takes it."""
    pair = {"resume_id": resume["id"], "user_id": resume["user_id"], "job_id": job["id"]}
    return {**pair, "score": 0.5, "scorer_version": "1", "judged": ALL_JUDGED, "met": 1, **changes}


def file(conn: psycopg.Connection[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """File matches given one by one; columns as for ``file_query``."""
    given = json.dumps(list(rows), default=str)
    file_query(conn, _GIVEN, {"rows": given})


def file_query(conn: psycopg.Connection[Any], pairs: str, values: Mapping[str, Any] | None = None) -> None:
    """File the matches that a query gives, in place of what the résumés had on the same days.

    Args:
        conn: with all rights.
        pairs: a query of ``resume_id, user_id, job_id, score, matched_on, scorer_version, judged, met``; scores are
            rounded to the steps in which a scorer counts, ``met`` is how many of ``ASKS`` are met. A résumé's matches
            of one day are of one version.
        values: the query's parameters; a ``%`` of the query itself stands in it twice.
    """
    import psycopg

    from jobmatch_dagster.matching import scorer, weights
    from jobmatch_dagster.stages import scorer_version

    asks = [
        {
            "skill": f"jm:{label}",
            "label": label,
            "requirement": "required",
            "weight": 1,
            "job_evidence": [0, len(label)],
        }
        for label in ASKS
    ]
    given = {
        "version": scorer.SCORER_VERSION,
        "steps": weights.STEPS,
        "asks": json.dumps(asks),
        "others": bytes(10),
        "met": b"".join(bytes((0, place, 0, 0, 255)) for place in range(len(ASKS))),
    }
    cursor = psycopg.ClientCursor(conn)
    with conn.transaction():
        scorer_version.keep_words(conn)
        for statement in (_PAIRS.replace("{pairs}", pairs), _MEANINGS, _LISTS):
            cursor.execute(statement, {**(values or {}), **given})  # type: ignore[arg-type]
