"""JSON Lines in and out for the one-stage commands, and how they report a bad input.

One place for the contract of every such command: a row a line on stdout in the order of the input; a problem with one
input is a JSON line on stderr and the rest goes on; exit status 3 at the end if there was any.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any

from jobmatch_dagster.errors import JobmatchError

EXIT_SOME_INPUTS_FAILED = 3
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


class Report:
    """Collects the problems of one command run.

    Use ``report.problem(error)`` for each bad input and end with ``report.exit()``.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream
        self.count = 0

    def problem(self, error: JobmatchError) -> None:
        """Write one problem as ``{"input", "error", "remedy"}`` to stderr and count it."""
        self.count += 1
        line = {"input": error.subject, "error": error.problem, "remedy": error.remedy}
        print(json.dumps(line, ensure_ascii=False), file=self._stream or sys.stderr, flush=True)

    def exit(self) -> None:
        """End the process with status 3 if any input failed, else return."""
        if self.count:
            sys.stdout.flush()
            raise SystemExit(EXIT_SOME_INPUTS_FAILED)


def read(stream: IO[str], name: str, report: Report) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines stream; a line that is not a JSON object is reported and skipped.

    Half a surrogate pair, which is no character and has no UTF-8, becomes U+FFFD: offsets stay as they are.

    Args:
        stream: text, one JSON object a line; blank lines are passed over.
        name: what the user calls the stream, for error messages.
        report: where problems go.
    """
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if _SURROGATE.search(line):
                row = whole(row)
        except (ValueError, RecursionError):  # a number of thousands of digits is a ValueError
            row = None
        if isinstance(row, dict):
            yield row
        else:
            report.problem(
                JobmatchError(f"{name}, line {number}", "is not a JSON object", "Write one JSON object per line.")
            )


def whole(value: Any) -> Any:
    """A JSON value with U+FFFD for each half of a surrogate pair: what a text has that was cut within a character."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {whole(name): whole(item) for name, item in value.items()}
    return value


def write(rows: Iterable[dict[str, Any]], stream: IO[str] | None = None) -> None:
    """Print rows as JSON Lines, UTF-8 kept as it is, in order; half a surrogate pair becomes U+FFFD."""
    out = stream or sys.stdout
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, default=str)
        out.write(whole(line) + "\n")
    out.flush()
