"""The asset that asks the boards: one partition a board and day."""

from datetime import date

import dagster as dg

from jobmatch_dagster.errors import DatabaseUnavailable, JobmatchError
from jobmatch_dagster.orchestration import checks
from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.metadata import EVERY_DAY, OWNERS, asset_tags, outcome_metadata, table_metadata
from jobmatch_dagster.orchestration.partitions import BOARD_DAYS, boards_and_days_of
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.orchestration.scrape_metrics import scrape_metadata
from jobmatch_dagster.stages.outcome import Outcome


class ScrapeConfig(dg.Config):
    """How to ask the board."""

    fresh: bool = False
    """Forget the pages already fetched for this day and ask the board again."""
    from_archive: bool = False
    """Send no request: read the day's archived pages again (after a mended extraction)."""


@dg.asset(
    partitions_def=BOARD_DAYS,
    group_name="collect",
    owners=OWNERS,
    tags=asset_tags("raw"),
    kinds={"python", "postgres"},
    description=(
        "Postings as the boards showed them, one row a board, posting and day, in `raw.postings`. "
        "The pages themselves are kept in the bucket `raw-pages`, so a day can be read again without asking the board."
    ),
    metadata=table_metadata("raw.postings"),
    check_specs=checks.BOARD_CHECKS,
    freshness_policy=EVERY_DAY,
    # A run takes a fortnight of one board: seventy partitions of five boards are five runs, and one board's trouble is
    # its own.
    backfill_policy=dg.BackfillPolicy.multi_run(14),
)
def raw_postings(context: dg.AssetExecutionContext, config: ScrapeConfig, platform: Platform) -> dg.MaterializeResult:
    """Ask each board of the run for its day; a board that fails ends the run after what arrived is kept."""
    outcomes = []
    for board, day in boards_and_days_of(context):
        with explained():
            outcomes.append(_one(context, config, platform, board, day))
    failed = [o for o in outcomes if o.status == "failed"]
    if failed:
        for done in outcomes:
            if done.status != "failed":
                context.log_event(_materialisation(done))
        # The crawler has tried again already; asking a board that refuses at once a second time would be rude.
        raise dg.Failure(
            description="; ".join(f"{o.partition}: {' '.join(o.warnings)}" for o in failed),
            metadata=outcome_metadata(failed[0], failed[0].counts.get("postings", 0)),
            allow_retries=False,
        )
    with explained(), platform.connection() as conn:
        found = checks.board_results(conn, outcomes)
        metrics = scrape_metadata(conn, *boards_and_days_of(context)[-1])
    whole = outcomes[-1]
    for earlier in reversed(outcomes[:-1]):
        whole.add(earlier)
    return dg.MaterializeResult(
        metadata=outcome_metadata(whole, whole.counts.get("postings", 0)) | metrics,
        check_results=found,
    )


def _one(context: dg.AssetExecutionContext, config: ScrapeConfig, platform: Platform, board: str, day: date) -> Outcome:
    """One board on one day; what a person can mend is this partition's failure and no other's."""
    from jobmatch_dagster.stages.collect import collect, replay

    try:
        if config.from_archive:
            return replay(platform.settings, board, day)
        return collect(
            platform.settings,
            board,
            day,
            run_id=context.run_id,
            fresh=config.fresh,
            on_progress=context.log.info,
        )
    except DatabaseUnavailable:
        raise
    except JobmatchError as error:
        return Outcome("raw_postings", f"{board}|{day}", warnings=[str(error)], status="failed")


def _materialisation(outcome: Outcome) -> dg.AssetMaterialization:
    """What of a run that failed is done all the same."""
    return dg.AssetMaterialization(
        "raw_postings",
        partition=outcome.partition,
        metadata=outcome_metadata(outcome, outcome.counts.get("postings", 0)),
    )
