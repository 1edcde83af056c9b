"""Which tables are late: older than their freshness policy allows, by Dagster's records of when they were made.

Dagster's own freshness daemon colours the catalogue; this asks the same question without it, so that a daemon that is
down is noticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import dagster as dg


@dataclass(frozen=True)
class Late:
    """A table that is late: when it was last made, and how many tables behind it wait for it."""

    asset: str
    made_at: datetime
    waiting: int


def specs() -> list[dg.AssetSpec]:
    """All assets of the code location."""
    from jobmatch_dagster.orchestration.assets import ASSETS
    from jobmatch_dagster.orchestration.sql_models import MODEL_ASSETS

    return [spec for definition in (*ASSETS, *MODEL_ASSETS) for spec in definition.specs]


def late_tables(
    instance: dg.DagsterInstance, given: Iterable[dg.AssetSpec] | None = None, now: datetime | None = None
) -> list[Late]:
    """Tables that are broken by their freshness policy, without those that only wait for one that is.

    A table that was never made is not late: nobody has started.

    Args:
        instance: Dagster's instance.
        given: the assets to look at; all of the code location otherwise.
        now: the moment to judge by; this one otherwise.
    """
    watched = {spec.key: spec for spec in given or specs() if _window(spec)}
    made = _made_at(instance, list(watched))
    now = now or datetime.now(UTC)
    late = {key for key, at in made.items() if now - at > (_window(watched[key]) or timedelta.max)}
    behind = {key: {dep.asset_key for dep in watched[key].deps} & late for key in late}
    first = [key for key in late if not behind[key]]
    found = [Late(key.to_user_string(), made[key], len(late) - len(first)) for key in first]
    return sorted(found, key=lambda one: one.asset)


def _window(spec: dg.AssetSpec) -> timedelta | None:
    from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

    policy = spec.freshness_policy
    return policy.fail_window.to_timedelta() if isinstance(policy, TimeWindowFreshnessPolicy) else None


def _made_at(instance: dg.DagsterInstance, keys: Sequence[dg.AssetKey]) -> dict[dg.AssetKey, datetime]:
    made = {}
    for record in instance.get_asset_records(keys):
        last = record.asset_entry.last_materialization
        if last:
            made[record.asset_entry.asset_key] = datetime.fromtimestamp(last.timestamp, UTC)
    return made
