"""How an outcome looks in the Dagster UI: column schema, row counts, previews. The catalogue's texts come from
``tables``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from jobmatch_dagster.orchestration import table_columns

if TYPE_CHECKING:
    from jobmatch_dagster.stages.outcome import Outcome

OWNERS = ["team:data"]
# The day is run every morning: a table is told to be late two hours after the next one was due, and broken ten later.
EVERY_DAY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


def asset_tags(layer: str, *, personal: bool = False) -> dict[str, str]:
    """Tags to find an asset by: where in the flow it stands, and whether its table is about people."""
    return {"layer": layer, "personal_data": "yes" if personal else "no"}


def table_metadata(name: str) -> dict[str, Any]:
    """What the catalogue shows of a table of ``tables`` before it ever ran: its name and each column's sentence."""
    columns = [
        dg.TableColumn(
            name=column["name"],
            type=column["type"],
            description=column["description"],
            constraints=dg.TableColumnConstraints(nullable=column["nullable"]),
        )
        for column in table_columns.described()[name]
    ]
    return {"dagster/table_name": name, "dagster/column_schema": dg.TableSchema(columns=columns)}


def markdown_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a markdown table; cells are cut at 60 characters and cannot break the table."""
    if not rows:
        return "nothing to show"

    def cell(value: Any) -> str:
        if value is None:
            return ""
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        return text[:60].replace("|", "\\|").replace("\n", " ")

    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell(row.get(name)) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def outcome_metadata(outcome: Outcome, rows: float) -> dict[str, Any]:
    """The metadata of one materialisation: status, counts, seconds, warnings and a small preview.

    Args:
        outcome: what the stage reports; by its contract free of personal data.
        rows: rows of the partition after the run.
    """
    counts = {name.replace(" ", "_"): value for name, value in outcome.counts.items()}
    return {
        "dagster/partition_row_count": int(rows),
        "status": outcome.status,
        "changed_rows": outcome.changed,
        **counts,
        "seconds": dg.MetadataValue.json({step: round(value, 3) for step, value in outcome.seconds.items()}),
        "warnings": dg.MetadataValue.md("\n".join(f"- {w}" for w in outcome.warnings) or "none"),
        "preview": dg.MetadataValue.md(markdown_table(outcome.preview)),
    }
