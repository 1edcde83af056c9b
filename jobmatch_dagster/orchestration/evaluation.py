"""Assets about the scorer itself: how well it ranks the labelled sets, and how it treats groups of people.

What they do is in ``stages``. The check on the evaluation says in advance what ``match_scores`` enforces: a scorer that
ranks worse than the live one, beyond noise, never takes its place.
"""

from pathlib import Path

import dagster as dg

from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.metadata import OWNERS, asset_tags, markdown_table
from jobmatch_dagster.orchestration.resources import Platform

NO_WORSE = "ranks_no_worse_than_the_live_scorer"


@dg.asset(
    group_name="matches",
    owners=OWNERS,
    tags=asset_tags("matches"),
    kinds={"python"},
    # What is live was decided there. Were it the other way round, the UI would warn before each run of match_scores
    # for as long as nobody has made this asset, though matching evaluates a new scorer by itself.
    deps=["match_scores"],
    description=(
        "How well the scorer in use ranks every labelled set at hand (nDCG@10, MAP, recall@50, MRR with intervals), "
        "kept in `private.evaluations`. Materialise it before a new scorer, taxonomy or weights file goes live."
    ),
    check_specs=[
        dg.AssetCheckSpec(
            NO_WORSE,
            asset="scorer_evaluation",
            blocking=True,
            description="On no labelled set does a measure fall beyond noise against the live scorer.",
        )
    ],
)
def scorer_evaluation(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult:
    """Evaluate the scorer in use, once a version, and compare it with the live one."""
    import numpy as np

    from jobmatch_dagster.matching import metrics
    from jobmatch_dagster.matching.scorer import SCORER_VERSION
    from jobmatch_dagster.stages import scorer_version

    with explained(), platform.connection() as conn:
        results, reasons = scorer_version.verdict(
            conn, threads=platform.settings.match_threads, on_progress=context.log.info
        )
        live = scorer_version.live(conn)
    rows = []
    for name, measures in results.items():
        row: dict[str, object] = {"set": name}
        for measure, values in measures.items():
            low, high = metrics.interval(np.array(values))
            row[measure] = f"{np.mean(values):.3f} [{low:.3f}, {high:.3f}]"
        rows.append(row)
    return dg.MaterializeResult(
        metadata={
            "scorer_version": SCORER_VERSION,
            "live_version": live or "none yet",
            "ranking": dg.MetadataValue.md(markdown_table(rows)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=NO_WORSE,
                passed=not reasons,
                severity=dg.AssetCheckSeverity.ERROR,
                description="; ".join(reasons) or "No measure fell beyond noise.",
            )
        ],
    )


class BiasConfig(dg.Config):
    """Where the labels are."""

    labels: str
    """A CSV file on this machine with resume_id and one column an attribute (sex, ethnicity …); read and not kept."""


@dg.asset(
    group_name="matches",
    owners=OWNERS,
    tags=asset_tags("matches"),
    kinds={"python"},
    deps=["match_scores"],
    description=(
        "Scoring rates and impact ratios between groups (New York City Local Law 144) from the file of labels that is "
        "named in the launchpad; groups under ten people are not shown, and no label is kept."
    ),
    check_specs=[
        dg.AssetCheckSpec(
            "impact_ratios_above_four_fifths",
            asset="bias_report",
            description="No group that is large enough to be shown has an impact ratio under 0.8.",
        )
    ],
)
def bias_report(config: BiasConfig, platform: Platform) -> dg.MaterializeResult:
    """Compare the groups of the labels file."""
    from jobmatch_dagster.matching.fairness import LEAST_RATIO
    from jobmatch_dagster.stages import feedback

    with explained(), platform.connection() as conn:
        labels = feedback.labels_of(Path(config.labels))
        rows = feedback.bias_report(conn, labels)
        missing = feedback.without_matches(conn, labels)
    shown = [row for row in rows if row["impact_ratio"] is not None]
    low = [row for row in shown if row["impact_ratio"] < LEAST_RATIO]
    said = f"No ratio under {LEAST_RATIO}." if shown else "Every group is too small to be shown: nothing is compared."
    words = "; ".join(f"{row['attribute']} {row['category']}: {row['impact_ratio']:.2f}" for row in low)
    return dg.MaterializeResult(
        metadata={
            "labels": len(labels),
            "labels_without_matches": missing,
            "groups": len(rows),
            "suppressed": sum(bool(row["suppressed"]) for row in rows),
            "impact_ratios": dg.MetadataValue.md(markdown_table(rows)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="impact_ratios_above_four_fifths",
                passed=not low,
                severity=dg.AssetCheckSeverity.WARN,
                description=words or said,
            )
        ],
    )
