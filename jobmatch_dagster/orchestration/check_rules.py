"""What the checks ask of a table's rows: rules that none may break. Comparisons with the past are beside it.

How they are run and shown is ``checks``'s business. A rule blocks only where what breaks it would reach a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.orchestration import personal_data, table_columns

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Rule:
    """One rule on a table: a query that counts the rows of a day that break it.

    Attributes:
        asset: the asset it belongs to.
        name: the check's name in the UI.
        promise: what holds when it passes.
        remedy: what to do when it does not.
        wrong_rows: SQL that gives the number of wrong rows, where ``%(days)s`` is the array of the run's days; or a
            function that counts them.
        blocking: stop the run when it fails.
    """

    asset: str
    name: str
    promise: str
    remedy: str
    wrong_rows: str | Callable[[psycopg.Connection[Any]], int]
    blocking: bool = True

    def count(self, conn: psycopg.Connection[Any], days: Sequence[date]) -> int:
        """The number of wrong rows of the days."""
        if callable(self.wrong_rows):
            return self.wrong_rows(conn)
        row = conn.execute(self.wrong_rows, {"days": list(days)}).fetchone()  # type: ignore[arg-type]
        return int(row[0]) if row else 0


RULES = [
    Rule(
        "cleaned_jobs",
        "keys_are_unique",
        "Each posting of a board is one job.",
        "Run the day again; if it stays, a migration was lost: `jobmatch migrate --check`.",
        """select count(*) from (select from public.jobs where last_seen_on = any(%(days)s)
            group by board, external_id having count(*) > 1) d""",
    ),
    Rule(
        "cleaned_jobs",
        "title_and_company_are_there",
        "Every job has a title and a company.",
        "Look at the board's raw postings of the day: its pages may have changed.",
        """select count(*) from public.jobs where last_seen_on = any(%(days)s)
            and (btrim(coalesce(title, '')) = '' or btrim(coalesce(company, '')) = '')""",
    ),
    Rule(
        "cleaned_jobs",
        "salaries_are_plausible",
        "A salary's lower end is not above its upper end, and both are positive.",
        "Open the job's `issues` and `evidence` columns; send the posting's text to `jobmatch jobs clean`.",
        """select count(*) from public.jobs where last_seen_on = any(%(days)s)
            and (salary_min > salary_max or least(salary_min, salary_max) <= 0)""",
        blocking=False,
    ),
    Rule(
        "cleaned_jobs",
        "duplicates_point_at_an_ad",
        "A duplicate points at a job that is no duplicate itself.",
        "Run the days on which the two jobs were first seen again, the older first.",
        """select count(*) from public.jobs j join public.jobs c on c.id = j.duplicate_of
            where j.last_seen_on = any(%(days)s) and (c.duplicate_of is not null or c.id = j.id)""",
        blocking=False,
    ),
    Rule(
        "cleaned_jobs",
        "nothing_comes_from_the_future",
        "No job was posted after the day on which we saw it, but for a day of time zones.",
        "Look at the board's date format in the raw postings; send one to `jobmatch jobs clean`.",
        """select count(*) from public.jobs where last_seen_on = any(%(days)s) and posted_on > last_seen_on + 1""",
        blocking=False,
    ),
    Rule(
        "job_skills",
        "jobs_and_skills_exist",
        "Every row names a job and a skill that exist.",
        "Run the day's cleaning again, then this one.",
        """select count(*) from public.job_skills k
            where not exists (select from public.jobs j where j.id = k.job_id)
               or not exists (select from public.skills s where s.id = k.skill_id)""",
    ),
    Rule(
        "job_skills",
        "every_job_was_read",
        "The skills of every job of the day were read.",
        "Run `read_skills_again` for the day; if it stays, look at the failed run.",
        """select count(*) from public.jobs j
            where j.first_seen_on = any(%(days)s)
              and not exists (select from private.read_jobs r where r.job_id = j.id)""",
        blocking=False,
    ),
    Rule(
        "parsed_resumes",
        "no_empty_success",
        "A résumé that says parsed has a profile; any other says why not.",
        "Parse the file alone with `jobmatch resumes parse` and look at its reason.",
        """select count(*) from public.resumes where uploaded_on = any(%(days)s)
            and (status = 'parsed' and content is null or status <> 'parsed' and coalesce(reason, '') = '')""",
    ),
    Rule(
        "match_scores",
        "scores_are_between_0_and_1",
        "Every score is a number from 0 to 1.",
        "Do not publish; run the day again with `again: true` and compare the scorer's version.",
        """select count(*) from public.job_matches where matched_on = any(%(days)s)
            and not (score >= 0 and score <= 1)""",
    ),
    Rule(
        "match_scores",
        "components_add_up",
        "The contributions of a match add up to its score.",
        "Nothing after it was built. Run the job `score_again` for the day; if it stays, go back to the scorer before.",
        # Six contributions of two bytes, in whole steps; a score is their sum, or less for what could not be judged.
        """select count(*) from matching.lists l join matching.wording w on w.version = l.scorer_version
            cross join lateral (select (w.words -> 'steps')::integer as whole) s
            cross join lateral unnest(l.scores) with ordinality as e (score, place)
            cross join lateral (select coalesce(l.ends[e.place - 1], 0) + 12 as at) c
            where l.matched_on = any(%(days)s)
              and (abs(e.score * whole - round(e.score * whole)) > 1e-6 or round(e.score * whole) >
                   256 * (get_byte(parts, at) + get_byte(parts, at + 2) + get_byte(parts, at + 4)
                          + get_byte(parts, at + 6) + get_byte(parts, at + 8) + get_byte(parts, at + 10))
                   + get_byte(parts, at + 1) + get_byte(parts, at + 3) + get_byte(parts, at + 5)
                   + get_byte(parts, at + 7) + get_byte(parts, at + 9) + get_byte(parts, at + 11))""",
    ),
    Rule(
        "match_scores",
        "every_match_has_its_words",
        "What the numbers of a match stand for is known: the scorer's words, job and résumé as they were scored.",
        "Run the job `score_again` for the day; if it stays, restore the last backup beside it and compare.",
        """select count(*) from matching.lists l
            cross join lateral unnest(l.job_ids, l.job_readings) as e (job_id, reading)
            left join matching.wording w on w.version = l.scorer_version
            left join matching.jobs j on j.job_id = e.job_id and j.reading = e.reading
            left join matching.resumes r
              on r.resume_id = l.resume_id and r.user_id = l.user_id and r.reading = l.resume_reading
            where l.matched_on = any(%(days)s) and (w.version is null or j.job_id is null or r.resume_id is null)""",
    ),
    Rule(
        "match_scores",
        "matches_belong_to_their_person",
        "A match names the person whose résumé it is.",
        "Stop the downstream app and report it: a person could see another's match.",
        """select coalesce(sum(cardinality(l.job_ids)), 0) from matching.lists l
            join public.resumes r on r.id = l.resume_id where l.user_id <> r.user_id""",
    ),
    Rule(
        "match_scores",
        "every_pair_is_there_once",
        "A job stands once among the matches of a résumé, whatever their days.",
        "Run the job `score_again` for the day; if it stays, report it: somebody is shown the job twice.",
        """select count(*) from (
            select from matching.lists l cross join lateral unnest(l.job_ids) as e (job_id)
             where l.resume_id in (select resume_id from matching.lists where matched_on = any(%(days)s))
             group by l.resume_id, e.job_id having count(*) > 1) d""",
    ),
    Rule(
        "match_scores",
        "no_match_twice",
        "Nobody is shown one ad twice: no match is with a duplicate.",
        "Run the day again; matches with jobs that were found to be duplicates are removed then.",
        """select count(*) from public.job_matches m join public.jobs j on j.id = m.job_id
            where m.matched_on = any(%(days)s) and j.duplicate_of is not null""",
        blocking=False,
    ),
    Rule(
        "day_report",
        "marts_name_nobody",
        "No column of staging or marts is named after a person's data.",
        "Take the column out of the model and build it again before anybody opens the report.",
        personal_data.telling_columns,
    ),
    Rule(
        "day_report",
        "marts_hold_nobody",
        "No mart holds the address, number or id of an account of ours.",
        "Find the mart with `jobmatch sql test`, take the column out or cut the words away, and build it again.",
        personal_data.known_people,
    ),
    Rule(
        "day_report",
        "marts_hold_no_addresses",
        "No mart holds an e-mail address or a telephone number, not even one that an ad named.",
        "An ad has written it into its title or its company: cut it away where the posting is cleaned.",
        personal_data.addresses,
        blocking=False,
    ),
    *(
        Rule(
            asset,
            "columns_as_promised",
            f"{table} has every column that the code promises, with its type.",
            "Somebody changed the table, or a migration is missing: see `jobmatch migrate --check`.",
            table_columns.lacking(table),
        )
        for asset, table in {
            "cleaned_jobs": "public.jobs",
            "job_skills": "public.job_skills",
            "job_occupations": "private.job_occupations",
            "parsed_resumes": "public.resumes",
            "match_scores": "public.job_matches",
        }.items()
    ),
]
