"""Printing and keeping the tables of benchmarks and evaluations. Shared by their two runners."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "bench-results"


def modules(package: str, prefix: str, only: Sequence[str]) -> Iterator[ModuleType]:
    """The package's modules whose name starts with a prefix, sorted; ``only`` picks some by the rest of their name."""
    path = importlib.import_module(package).__path__
    names = sorted(m.name for m in pkgutil.iter_modules(path) if m.name.startswith(prefix))
    unknown = set(only) - {n.removeprefix(prefix) for n in names}
    if unknown:
        raise SystemExit(
            f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(n.removeprefix(prefix) for n in names)}"
        )
    for name in names:
        if not only or name.removeprefix(prefix) in only:
            yield importlib.import_module(f"{package}.{name}")


def cell(value: Any) -> str:
    """One value as it stands in a table."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows under a title, columns aligned: text to the left, numbers to the right."""
    cells = [[cell(v) for v in row] for row in rows]
    widths = [max(len(str(c)), *(len(r[i]) for r in cells)) if cells else len(str(c)) for i, c in enumerate(columns)]
    right = [all(not isinstance(row[i], str) for row in rows) for i in range(len(columns))]

    def line(values: Sequence[str]) -> str:
        return "  ".join(
            v.rjust(w) if r else v.ljust(w) for v, w, r in zip(values, widths, right, strict=True)
        ).rstrip()

    return "\n".join(
        [f"\n{title}", line([str(c) for c in columns]), line(["-" * w for w in widths]), *map(line, cells)]
    )


def keep(name: str, result: Any) -> None:
    """Write a result as JSON beside the others."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False, default=str) + "\n")
