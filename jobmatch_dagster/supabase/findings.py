"""How a check of the setup reports: findings in plain words, each with its remedy, printed alike everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from jobmatch_dagster.errors import JobmatchError


class State(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    state: State
    part: str
    sentence: str
    remedy: str = ""

    @classmethod
    def of(cls, part: str, error: JobmatchError) -> Finding:
        """The finding that an error stands for."""
        return cls(State.BROKEN, part, f"{error.subject} {error.problem}.", error.remedy)


def ok(part: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(State.OK, part, sentence)


def note(part: str, sentence: str, remedy: str = "") -> Finding:
    """It works, and one should know."""
    return Finding(State.NOTE, part, sentence, remedy)


def broken(part: str, sentence: str, remedy: str) -> Finding:
    """Something does not work."""
    return Finding(State.BROKEN, part, sentence, remedy)


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings as lines for a terminal, a remedy on a line of its own."""
    for finding in findings:
        yield f"{finding.state.value:<7} {finding.part:<12} {finding.sentence}"
        if finding.remedy:
            yield f"{'':<20} → {finding.remedy}"
