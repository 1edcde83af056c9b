"""The asset that keeps the day's report: the page in the bucket, a picture of it in the catalogue."""

import base64
from typing import TYPE_CHECKING

import dagster as dg

from jobmatch_dagster.orchestration import checks
from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.metadata import EVERY_DAY, OWNERS, asset_tags
from jobmatch_dagster.orchestration.partitions import DAYS, days_of
from jobmatch_dagster.orchestration.resources import Platform

if TYPE_CHECKING:
    from jobmatch_dagster.report.facts import Facts
    from jobmatch_dagster.supabase.storage import FileStore

MARTS = ["board_health", "language_by_day", "match_distribution", "match_runs", "resume_funnel", "skill_demand"]


@dg.asset(
    deps=MARTS,
    partitions_def=DAYS,
    group_name="report",
    owners=OWNERS,
    tags=asset_tags("report"),
    kinds={"python", "html"},
    description=(
        "The day as one page for people: funnel, boards, languages, salaries, skills, scores, what fails and what was "
        "refused. Kept in the bucket `reports` as `<day>.html`; `jobmatch report --day D` writes the same to a file."
    ),
    check_specs=checks.specs("day_report"),
    freshness_policy=EVERY_DAY,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def day_report(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult:
    """Write the page of each day of the run, unless a mart names somebody; the picture is that of the last."""
    from jobmatch_dagster.report.facts import read
    from jobmatch_dagster.report.page import render
    from jobmatch_dagster.supabase.storage import REPORTS, file_store

    store, size = file_store(platform.settings), 0
    days = days_of(context)
    with explained(), platform.connection() as conn:
        found = checks.results(conn, "day_report", days)
        held_back = any(not one.passed and one.severity is dg.AssetCheckSeverity.ERROR for one in found)
        for day in days:
            facts = read(conn, day)
            page = render(facts).encode()
            size += len(page)
            if not held_back:
                store.put(REPORTS, f"{day}.html", page, content_type="text/html", upsert=True)
    with explained():
        picture = base64.b64encode(_picture(store, facts)).decode()
    return dg.MaterializeResult(
        metadata={
            "headline": facts.headline[1],
            "file": "held back: a mart names somebody" if held_back else f"{REPORTS}/{facts.day}.html",
            "bytes": size,
            "failing checks": len(facts.checks),
            "picture": dg.MetadataValue.md(f"![{facts.day}](data:image/png;base64,{picture})"),
        },
        check_results=found,
    )


def _picture(store: "FileStore", facts: "Facts") -> bytes:
    """The picture of a day as it is kept beside the page, drawn anew only where it would look different."""
    from jobmatch_dagster.report.plots import fingerprint, overview
    from jobmatch_dagster.supabase.storage import REPORTS, FileMissing

    name = f"{facts.day}.png"
    try:
        kept = store.get(REPORTS, name)
    except FileMissing:
        kept = b""
    if fingerprint(facts).encode() in kept:
        return kept
    drawn = overview(facts)
    store.put(REPORTS, name, drawn, content_type="image/png", upsert=True)
    return drawn
