"""Two readings of one page become one list of postings, and say where they disagree.

A page often holds its postings twice: as elements that people see and as data for its scripts. Field by field the
first reading wins and the second fills the gaps. When one of the two breaks, the other still delivers and the
disagreement is the drift warning.
"""

from __future__ import annotations

from typing import Any

from jobmatch_dagster.boards.board import Posting

# How a warning of readings that disagree begins; the checks look for it.
DRIFT = "drift:"
_COMPARED = ("title", "company")
# Employers have several names, so some disagree on sound pages; a broken selector disagrees on nearly all.
_TOLERATED_SHARE = 0.5


def fill(first: Posting, *others: Posting) -> Posting:
    """The first reading with each gap filled by the next reading that has the field."""
    row = dict(first)
    for other in others:
        for name, value in other.items():
            if row.get(name) in (None, "", []):
                row[name] = value
    return row


def readings(
    named: dict[str, list[Posting]], *, both_expected: bool = True
) -> tuple[list[Posting], list[str], list[tuple[str, str]]]:
    """Join the readings of one page by external id.

    Args:
        named: postings of each reading under its name, the preferred reading first.
        both_expected: every reading should find something if any does.

    Returns:
        postings in the order of the readings, drift warnings, and (what, reason) for entries without an id.
    """
    rejected = [
        (f"{name} {place}", "has no id")
        for name, rows in named.items()
        for place, row in enumerate(rows, 1)
        if not row.get("external_id")
    ]
    by_id: dict[str, Posting] = {}
    for rows in named.values():
        for row in rows:
            if key := row.get("external_id"):
                by_id[key] = fill(by_id[key], row) if key in by_id else row
    return list(by_id.values()), _drift(named, both_expected), rejected


def _drift(named: dict[str, list[Posting]], both_expected: bool) -> list[str]:
    ids = {name: {row["external_id"] for row in rows if row.get("external_id")} for name, rows in named.items()}
    delivering = {name: found for name, found in ids.items() if found}
    warnings = []
    if both_expected and delivering and len(delivering) < len(ids):
        empty = ", ".join(name for name in ids if name not in delivering)
        warnings.append(f"{DRIFT} {empty} found nothing where {', '.join(delivering)} found postings")
    elif len({frozenset(found) for found in delivering.values()}) > 1:
        counts = ", ".join(f"{name} {len(found)}" for name, found in delivering.items())
        warnings.append(f"{DRIFT} the readings of the page disagree on its postings ({counts})")
    if len(delivering) > 1:
        warnings += _field_drift({name: named[name] for name in delivering})
    return warnings


def _field_drift(named: dict[str, list[Posting]]) -> list[str]:
    (first_name, first), *others = named.items()
    known = {row["external_id"]: row for row in first if row.get("external_id")}
    warnings = []
    for name, rows in others:
        for field in _COMPARED:
            pairs = [(known[r["external_id"]].get(field), r.get(field)) for r in rows if r.get("external_id") in known]
            pairs = [(a, b) for a, b in pairs if a and b]
            differing = sum(_folded(a) != _folded(b) for a, b in pairs)
            if pairs and differing / len(pairs) > _TOLERATED_SHARE:
                warnings.append(
                    f"{DRIFT} {field} differs between {first_name} and {name} in {differing} of {len(pairs)}"
                )
    return warnings


def _folded(value: Any) -> str:
    return "".join(character for character in str(value).casefold() if character.isalnum())
