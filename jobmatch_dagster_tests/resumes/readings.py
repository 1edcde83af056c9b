"""``python -m jobmatch_dagster_tests.resumes.readings``: what a parser version reads in made-up files, as a digest.

A résumé is read again where its row has an older parser version, so a reader that says something else under the same
version leaves the old answers in the tables. The digests of all versions stand in ``readings.json``; a new one is added
once a version is raised, and none is ever replaced.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from jobmatch_dagster.resumes.parse import PARSER_VERSION, parse_bytes
from jobmatch_dagster_tests.evaluation.resume_papers import browser, canvas, office, people, plain

FILE = Path(__file__).with_name("readings.json")
TODAY = date(2026, 11, 22)
PEOPLE = 4


def files() -> list[tuple[str, bytes]]:
    """Some people in every layout that is made without another program."""
    made: list[tuple[str, bytes]] = []
    for person in people.people()[:PEOPLE]:
        made += [("cv.pdf", draw(person)) for draw in canvas.PAPERS.values()]
        made += [("cv.docx", write(person)) for write in office.PAPERS.values()]
        made += [(f"cv.{kind}", say(person)) for say, kind in plain.PAPERS.values()]
        made += [("cv.html", page(person).encode()) for page in browser.PAPERS.values()]
    return made


def digest() -> str:
    """SHA-256 of all that is read in ``files``, but the version."""
    said = hashlib.sha256()
    for name, data in files():
        result = asdict(parse_bytes(data, name, today=TODAY)) | {"parser_version": ""}
        said.update(json.dumps(result, ensure_ascii=False, sort_keys=True).encode())
    return said.hexdigest()


def known() -> dict[str, str]:
    """Version → digest."""
    found: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Add the digest of the present version."""
    digests = known()
    now = digest()
    if digests.get(PARSER_VERSION, now) != now:
        raise SystemExit(
            f"Version {PARSER_VERSION} has read otherwise: raise PARSER_VERSION in resumes/parse.py first."
        )
    FILE.write_text(json.dumps(digests | {PARSER_VERSION: now}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
