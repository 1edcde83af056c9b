"""The cheap checks that run inside a materialisation, and how they look in the UI.

A check in the run costs no process of its own. Blocking ones stop the run before anything downstream reads the table.
Each failing check says what happened, since when, and what to do. What they ask is in ``check_rules`` and
``check_comparisons``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from jobmatch_dagster.boards.merge import DRIFT
from jobmatch_dagster.orchestration.check_comparisons import BOARD_COMPARISONS, COMPARISONS, PAST
from jobmatch_dagster.orchestration.check_rules import RULES
from jobmatch_dagster.stages.verdicts import Verdict, failing_since, keep

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.stages.outcome import Outcome


def specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The check specs of an asset, for its decorator."""
    rules = [
        dg.AssetCheckSpec(rule.name, asset=asset, blocking=rule.blocking, description=rule.promise)
        for rule in RULES
        if rule.asset == asset
    ]
    return rules + [
        dg.AssetCheckSpec(one.name, asset=asset, description=one.promise) for one in COMPARISONS if one.asset == asset
    ]


def results(conn: psycopg.Connection[Any], asset: str, days: Sequence[date]) -> list[dg.AssetCheckResult]:
    """Evaluate an asset's rules on the days of a run, and compare the last of them with the past.

    Verdicts are kept under the last day.
    """
    found, kept, last = [], [], max(days)
    for rule in RULES:
        if rule.asset != asset:
            continue
        wrong = rule.count(conn, days)
        sentence = rule.promise
        if wrong:
            breaks = f"{wrong:,} row{' breaks' if wrong == 1 else 's break'} it: {rule.promise}"
            sentence = _failure(conn, asset, rule.name, last, breaks, rule.remedy)
        kept.append(Verdict(asset, rule.name, last, wrong == 0, rule.blocking, sentence))
        found.append(_result(kept[-1], wrong_rows=wrong))
    for one in COMPARISONS:
        if one.asset != asset:
            continue
        odd = [r[0] for r in conn.execute(one.oddities, {**PAST, "day": last})]  # type: ignore[arg-type]
        sentence = _failure(conn, asset, one.name, last, " ".join(odd), one.remedy) if odd else one.promise
        kept.append(Verdict(asset, one.name, last, not odd, False, sentence))
        found.append(_result(kept[-1]))
    keep(conn, kept)
    return found


def _failure(
    conn: psycopg.Connection[Any], asset: str, name: str, day: date, what: str, remedy: str, subject: str = ""
) -> str:
    """What happened, since when, what to do."""
    since = failing_since(conn, asset, name, day, subject)
    return f"{what}{'' if since == day else f' So since {since}.'} {remedy}"


def _result(verdict: Verdict, **metadata: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=verdict.name,
        passed=verdict.passed,
        description=verdict.sentence,
        severity=dg.AssetCheckSeverity.ERROR if verdict.blocking else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


BOARD_CHECKS = [
    dg.AssetCheckSpec(
        "board_delivered", asset="raw_postings", description="A board that may run gave at least one posting."
    ),
    dg.AssetCheckSpec(
        "nothing_was_lost", asset="raw_postings", description="No page or posting was blocked or refused."
    ),
    dg.AssetCheckSpec(
        "readings_agree",
        asset="raw_postings",
        description="A page that holds its postings twice, as elements and as data, says the same in both.",
    ),
    *(dg.AssetCheckSpec(one.name, asset=one.asset, description=one.promise) for one in BOARD_COMPARISONS),
]


def board_results(conn: psycopg.Connection[Any], outcomes: Sequence[Outcome]) -> list[dg.AssetCheckResult]:
    """Did the boards of this run deliver, was anything refused on the way, and is it like the days before."""
    kept: list[Verdict] = []
    for outcome in outcomes:
        board, _, text = outcome.partition.partition("|")
        kept += _board_verdicts(conn, board, date.fromisoformat(text), outcome)
    keep(conn, kept)
    return [_together([v for v in kept if v.name == spec.name], spec) for spec in BOARD_CHECKS if kept]


def _board_verdicts(conn: psycopg.Connection[Any], board: str, day: date, outcome: Outcome) -> list[Verdict]:
    silent = outcome.status != "skipped" and not outcome.counts.get("postings")
    refused, blocked = int(outcome.counts.get("rejected", 0)), int(outcome.counts.get("blocked", 0))
    failures = {
        "board_delivered": (
            f"{board} gave nothing: {'; '.join(outcome.warnings) or 'no reason known.'}" if silent else "",
            "Ask it again later with `scrape_board`; if it refuses for days, read its policy with `jobmatch boards`.",
        ),
        "nothing_was_lost": (
            f"{board}: {refused} postings refused, {blocked} pages blocked." if refused or blocked else "",
            "The reasons are in private.rejected and in the scrape run.",
        ),
    }
    drifted = [warning for warning in outcome.warnings if warning.startswith(DRIFT)]
    failures["readings_agree"] = (
        f"{board}: {'; '.join(drifted)}." if drifted else "",
        "The postings are there by one of the two. Mend the other, then read the day again with `from_archive: true`.",
    )
    for one in BOARD_COMPARISONS:
        odd = [r[0] for r in conn.execute(one.oddities, {**PAST, "board": board, "day": day})]  # type: ignore[arg-type]
        failures[one.name] = (" ".join(odd), one.remedy)
    promises = {spec.name: spec.description or "" for spec in BOARD_CHECKS}
    return [
        Verdict(
            "raw_postings",
            name,
            day,
            not what,
            False,
            _failure(conn, "raw_postings", name, day, what, remedy, board) if what else promises[name],
            board,
        )
        for name, (what, remedy) in failures.items()
    ]


def _together(verdicts: Sequence[Verdict], spec: dg.AssetCheckSpec) -> dg.AssetCheckResult:
    """One result for all boards of a run."""
    failed = [v for v in verdicts if not v.passed]
    words = " ".join(v.sentence for v in failed) or spec.description or ""
    last = verdicts[-1]
    return _result(Verdict(last.asset, last.name, last.day, not failed, False, words), boards_failing=len(failed))
