"""``python -m jobmatch_dagster_tests.fuzz.resumes --files 20000``: changed résumé files through the reader's workers.

Every file must come to a status within its limit; a file on which the reader itself fails, hangs or kills its worker is
a finding. Findings are written to ``--keep`` and end the command with status 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.pool import parse_many
from jobmatch_dagster.resumes.status import STATUSES
from jobmatch_dagster_tests.evaluation.resume_papers import browser, canvas, office, people, plain
from jobmatch_dagster_tests.resumes.mutate import mutations
from jobmatch_dagster_tests.resumes.test_hostile_files import seeds as small_seeds

TODAY = date(2026, 11, 22)
LIMITS = Limits(max_pages=20, max_expansion=20_000_000)


def seeds() -> list[tuple[str, bytes]]:
    """Good files of each kind that is read, made up here: the smaller one is, the more of its changes matter."""
    person = people.people()[0]
    drawn = [(f"{n}.pdf", draw(person)) for n, draw in enumerate(canvas.PAPERS.values())]
    written = [(f"{n}.docx", write(person)) for n, write in enumerate(office.PAPERS.values())]
    said = [(f"plain.{kind}", say(person)) for say, kind in plain.PAPERS.values()]
    return [*small_seeds() * 3, *drawn, *written, *said, ("page.html", browser.grid(person).encode())]


def run(files: int, seed: int, workers: int, keep: Path | None) -> int:
    """Read the changed files; print what came of them.

    Returns:
        the number of findings.
    """
    given: dict[str, bytes] = {}

    def changed() -> Iterator[tuple[str, bytes]]:
        for name, data in mutations(seeds(), files, seed):
            given[name] = data
            yield name, data

    statuses: Counter[str] = Counter()
    findings: list[str] = []
    slowest, start = 0.0, time.monotonic()
    last = start
    for result in parse_many(changed(), workers=workers, limits=LIMITS, today=TODAY):
        data = given.pop(result.name)
        now = time.monotonic()
        slowest, last = max(slowest, now - last), now
        statuses[result.status] += 1
        if result.status not in STATUSES or result.status == "timed_out" or result.fault:
            findings.append(f"{result.name}: {result.status}, {result.fault or 'late'}")
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / result.name).write_bytes(data)
        if sum(statuses.values()) % 1000 == 0:
            print(f"{sum(statuses.values())} of {files}, {len(findings)} findings", file=sys.stderr, flush=True)
    print(f"{sum(statuses.values())} files in {time.monotonic() - start:.0f} s, seed {seed}")
    print(", ".join(f"{status} {count}" for status, count in statuses.most_common()))
    print(f"longest wait for one result {slowest:.1f} s (limit {LIMITS.timeout:.0f} s a file)")
    print(f"{len(findings)} findings", *findings, sep="\n")
    return len(findings)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that are findings")
    given = parser.parse_args()
    sys.exit(1 if run(given.files, given.seed, given.workers, given.keep) else 0)


if __name__ == "__main__":
    main()
