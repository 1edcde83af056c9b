"""The cheap checks that run inside a materialisation: what they promise, and the SQL or rule behind each.

A check in the run costs no process of its own. Blocking ones stop the run before anything downstream reads the table.
Each failing check says what happened and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.stages.outcome import Outcome


@dataclass(frozen=True)
class Rule:
    """One rule on a table: a query that counts the rows of a day that break it.

    Attributes:
        asset: the asset it belongs to.
        name: the check's name in the UI.
        promise: what holds when it passes.
        remedy: what to do when it does not.
        wrong_rows: SQL that gives the number of wrong rows; ``%(days)s`` is the array of the run's days.
        blocking: stop the run when it fails.
    """

    asset: str
    name: str
    promise: str
    remedy: str
    wrong_rows: str
    blocking: bool = True


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
        "job_skills",
        "jobs_and_skills_exist",
        "Every row names a job and a skill that exist.",
        "Run the day's cleaning again, then this one.",
        """select count(*) from public.job_skills k
            where not exists (select from public.jobs j where j.id = k.job_id)
               or not exists (select from public.skills s where s.id = k.skill_id)""",
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
        "The scorer and its explanation disagree: stop and report it with the scorer's version.",
        """select count(*) from public.job_matches m where matched_on = any(%(days)s)
            and abs(score - (select coalesce(sum((c.value ->> 'contribution')::numeric), 0)
                               from jsonb_each(m.components) c)::float8) > 1e-6""",
    ),
    Rule(
        "match_scores",
        "matches_belong_to_their_person",
        "A match names the person whose résumé it is.",
        "Stop the downstream app and report it: a person could see another's match.",
        """select count(*) from public.job_matches m join public.resumes r on r.id = m.resume_id
            where m.user_id <> r.user_id""",
    ),
]


def specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The check specs of an asset, for its decorator."""
    return [
        dg.AssetCheckSpec(rule.name, asset=asset, blocking=rule.blocking, description=rule.promise)
        for rule in RULES
        if rule.asset == asset
    ]


def results(conn: psycopg.Connection, asset: str, days: Sequence[date]) -> list[dg.AssetCheckResult]:
    """Evaluate an asset's rules on the days of a run."""
    found = []
    for rule in RULES:
        if rule.asset != asset:
            continue
        row = conn.execute(rule.wrong_rows, {"days": list(days)}).fetchone()  # type: ignore[arg-type]
        wrong = int(row[0]) if row else 0
        found.append(
            _result(
                rule.name,
                wrong == 0,
                rule.promise if wrong == 0 else f"{wrong} rows break it. {rule.remedy}",
                rule.blocking,
                wrong_rows=wrong,
            )
        )
    return found


def _result(name: str, passed: bool, sentence: str, blocking: bool, **metadata: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        description=sentence,
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


BOARD_CHECKS = [
    dg.AssetCheckSpec(
        "board_delivered", asset="raw_postings", description="A board that may run gave at least one posting."
    ),
    dg.AssetCheckSpec(
        "nothing_was_lost", asset="raw_postings", description="No page or posting was blocked or refused."
    ),
]


def board_results(outcomes: Sequence[Outcome]) -> list[dg.AssetCheckResult]:
    """Did the boards of this run deliver, and was anything refused on the way."""
    silent = [o for o in outcomes if o.status != "skipped" and not o.counts.get("postings")]
    refused = sum(int(o.counts.get("rejected", 0)) for o in outcomes)
    blocked = sum(int(o.counts.get("blocked", 0)) for o in outcomes)
    delivered, whole = "All boards delivered.", "Every page and posting was read."
    if silent:
        reasons = "; ".join(w for o in silent for w in o.warnings) or "no reason known"
        delivered = f"{', '.join(o.partition for o in silent)} gave nothing: {reasons}"
    if refused or blocked:
        where = "the reasons are in private.rejected and in the scrape run"
        whole = f"{refused} postings refused, {blocked} pages blocked; {where}."
    return [
        _result("board_delivered", not silent, delivered, blocking=False),
        _result("nothing_was_lost", not (refused or blocked), whole, blocking=False),
    ]
