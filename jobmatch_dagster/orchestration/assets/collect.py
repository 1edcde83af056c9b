"""The asset that asks the boards: one partition a board and day."""

import dagster as dg

from jobmatch_dagster import tables
from jobmatch_dagster.orchestration import checks
from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.metadata import OWNERS, outcome_metadata, table_metadata
from jobmatch_dagster.orchestration.partitions import BOARD_DAYS, boards_and_days_of
from jobmatch_dagster.orchestration.resources import Platform


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
    kinds={"python", "postgres"},
    description=(
        "Postings as the boards showed them, one row a board, posting and day, in `raw.postings`. "
        "The pages themselves are kept in the bucket `raw-pages`, so a day can be read again without asking the board."
    ),
    metadata=table_metadata("raw.postings", tables.POSTING),
    check_specs=checks.BOARD_CHECKS,
    backfill_policy=dg.BackfillPolicy.multi_run(1),
)
def raw_postings(context: dg.AssetExecutionContext, config: ScrapeConfig, platform: Platform) -> dg.MaterializeResult:
    """Ask each board of the run for its day; a board that fails ends the run after what arrived is kept."""
    from jobmatch_dagster.stages.collect import collect, replay

    outcomes = []
    for board, day in boards_and_days_of(context):
        with explained():
            if config.from_archive:
                outcomes.append(replay(platform.settings, board, day))
            else:
                outcomes.append(
                    collect(
                        platform.settings,
                        board,
                        day,
                        run_id=context.run_id,
                        fresh=config.fresh,
                        on_progress=context.log.info,
                    )
                )
    failed = [o for o in outcomes if o.status == "failed"]
    if failed:
        # The crawler has tried again already; asking a board that refuses at once a second time would be rude.
        raise dg.Failure(
            description="; ".join(f"{o.partition}: {' '.join(o.warnings)}" for o in failed),
            metadata=outcome_metadata(failed[0], failed[0].counts.get("postings", 0)),
            allow_retries=False,
        )
    last = outcomes[-1]
    with explained(), platform.connection() as conn:
        found = checks.board_results(conn, outcomes)
    return dg.MaterializeResult(
        metadata=outcome_metadata(last, sum(o.counts.get("postings", 0) for o in outcomes)),
        check_results=found,
    )
