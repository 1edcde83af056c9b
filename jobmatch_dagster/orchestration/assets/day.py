"""The assets of a day: jobs, their skills, résumés and matches. All have day partitions and may run over a range."""

from collections.abc import Callable
from datetime import date
from typing import Any

import dagster as dg

from jobmatch_dagster.orchestration import checks
from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.metadata import (
    EVERY_DAY,
    OWNERS,
    asset_tags,
    outcome_metadata,
    table_metadata,
)
from jobmatch_dagster.orchestration.partitions import DAYS, days_of
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.stages.outcome import Outcome, keep_outcomes, one

SKILLS_OF_DAYS = """
select count(*) from public.job_skills k join public.jobs j on j.id = k.job_id where j.first_seen_on = any(%(days)s)
"""


def _common(name: str, table: str, layer: str) -> dict[str, Any]:
    return {
        "tags": asset_tags(layer, personal=layer != "jobs"),
        "partitions_def": DAYS,
        "owners": OWNERS,
        "kinds": {"python", "postgres"},
        "metadata": table_metadata(table),
        "check_specs": checks.specs(name),
        "freshness_policy": EVERY_DAY,
        "backfill_policy": dg.BackfillPolicy.single_run(),
    }


def _materialise(
    context: dg.AssetExecutionContext,
    platform: Platform,
    rows: str,
    stage: Callable[[date], Outcome],
    *,
    counted: str = "",
) -> dg.MaterializeResult:
    """Run a stage for each day of the run and report the sum of the outcomes with the checks of all days.

    Args:
        context: Dagster's.
        platform: the resource.
        rows: which of the outcome's counts is the number of rows of the partition.
        stage: does one day.
        counted: SQL that counts them instead, where the stage only counts what was new.
    """
    days = days_of(context)
    outcomes = []
    for number, day in enumerate(days, 1):
        with explained():
            outcomes.append(stage(day))
        if len(days) > 1:
            context.log.info(f"{day}: {number} of {len(days)} days done")
    with explained(), platform.connection() as conn:
        found = checks.results(conn, context.asset_key.to_user_string(), days)
        keep_outcomes(conn, outcomes, context.run_id)
        there = one(conn, counted, {"days": days}) if counted else None
    whole = outcomes.pop()
    for earlier in reversed(outcomes):
        whole.add(earlier)
    there = whole.counts.get(rows, 0) if there is None else there
    return dg.MaterializeResult(metadata=outcome_metadata(whole, there), check_results=found)


@dg.asset(
    deps=[
        dg.AssetDep(
            "raw_postings", partition_mapping=dg.MultiToSingleDimensionPartitionMapping(partition_dimension_name="day")
        )
    ],
    group_name="jobs",
    description=(
        "Clean jobs in `public.jobs`: readable text, salary, place, remote, language, seniority, and duplicates over "
        "all boards. Runs on whatever boards have delivered, and again when a late one lands."
    ),
    **_common("cleaned_jobs", "public.jobs", "jobs"),
)
def cleaned_jobs(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult:
    """Clean the day's postings of all boards."""
    from jobmatch_dagster.stages.clean import clean_day

    return _materialise(context, platform, "jobs", lambda day: clean_day(platform.settings, day))


class ReadConfig(dg.Config):
    """How to read skills."""

    again: bool = False
    """Read the day's jobs again, also those that this version of taxonomy and extractor has read."""


@dg.asset(
    deps=[cleaned_jobs],
    group_name="jobs",
    description="What each job asks for, in `public.job_skills`: the skill, how strongly, and the words that say so.",
    **_common("job_skills", "public.job_skills", "jobs"),
)
def job_skills(context: dg.AssetExecutionContext, config: ReadConfig, platform: Platform) -> dg.MaterializeResult:
    """Read the skills of the day's jobs."""
    from jobmatch_dagster.stages.read_skills import read_day

    return _materialise(
        context,
        platform,
        "skills found",
        lambda day: read_day(platform.settings, day, again=config.again),
        counted=SKILLS_OF_DAYS,
    )


@dg.asset(
    deps=[cleaned_jobs],
    group_name="jobs",
    description=(
        "Which of some sixty occupations each job's title names, in `private.job_occupations`: what demand is counted "
        "by. A title that is like none of the list has none; a match never depends on it."
    ),
    **_common("job_occupations", "private.job_occupations", "jobs"),
)
def job_occupations(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult:
    """Find the occupations of the day's jobs."""
    from jobmatch_dagster.stages.occupations import name_day

    return _materialise(context, platform, "jobs", lambda day: name_day(platform.settings, day))


class ParseConfig(dg.Config):
    """How to parse résumés."""

    again: bool = False
    """Parse the day's files again, also those that this version of the parser has read."""


@dg.asset(
    group_name="resumes",
    description=(
        "Uploaded résumés as profiles in `public.resumes` and `public.resume_skills`. A file that cannot be read has a "
        "status and a sentence that says why. The uploads sensor runs this by itself."
    ),
    **_common("parsed_resumes", "public.resumes", "people"),
)
def parsed_resumes(context: dg.AssetExecutionContext, config: ParseConfig, platform: Platform) -> dg.MaterializeResult:
    """Parse the files uploaded on the day."""
    from jobmatch_dagster.stages.parse import parse_day

    return _materialise(
        context,
        platform,
        "files",
        lambda day: parse_day(platform.settings, day, again=config.again, on_progress=context.log.info),
    )


class MatchConfig(dg.Config):
    """How to score."""

    again: bool = False
    """Score the day's pairs again even if neither side changed."""


@dg.asset(
    deps=[job_skills, parsed_resumes],
    group_name="matches",
    description=(
        "The best jobs of each résumé with reasons, in `public.job_matches`. A pair belongs to the day its younger "
        "side arrived; only pairs with a new side are scored. A new scorer that ranks worse than the live one, beyond "
        "noise, is refused, and the matches stay."
    ),
    **_common("match_scores", "public.job_matches", "matches"),
)
def match_scores(context: dg.AssetExecutionContext, config: MatchConfig, platform: Platform) -> dg.MaterializeResult:
    """Score the new pairs up to the day."""
    from jobmatch_dagster.stages.match import match_day

    return _materialise(
        context,
        platform,
        "matches",
        lambda day: match_day(platform.settings, day, again=config.again, on_progress=context.log.info),
    )
