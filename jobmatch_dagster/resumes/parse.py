"""One file to one ``ParsedResume``, in this process. ``pool`` puts limits and another process around it.

The kind of file is told by its content, not by its name. No path ends in an exception: what cannot be read gets a
status and a sentence, and nothing is made up for it.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import date

from jobmatch_dagster.resumes.model import Document, Limits, Line, ParsedResume
from jobmatch_dagster.resumes.status import SENTENCES, Refused

PARSER_VERSION = "1"
MIN_LETTERS = 20
MAX_LINE = 400
MAX_LINE_READ = 100_000


def parse_bytes(data: bytes, name: str, *, limits: Limits | None = None, today: date | None = None) -> ParsedResume:
    """Read one résumé.

    Args:
        data: the file's content.
        name: what the caller calls the file; its extension helps only where the content does not tell.
        limits: bytes, pages and expansion that are allowed; time and memory are the pool's to enforce.
        today: what "present" means; today if not given.
    """
    limits = limits or Limits()
    try:
        return _parse(data, name, limits, today or date.today())
    except Refused as refused:
        return refusal(name, refused.status, refused.reason)
    except MemoryError:
        return refusal(name, "malicious")
    except RecursionError:
        return refusal(name, "malicious")
    except Exception:  # a reader met what its library did not foresee: the file is damaged, the run goes on
        return refusal(name, "corrupt")


def refusal(name: str, status: str, reason: str | None = None) -> ParsedResume:
    """The result for a file that was not read."""
    return ParsedResume(name, status, reason or SENTENCES[status], parser_version=PARSER_VERSION)


def _parse(data: bytes, name: str, limits: Limits, today: date) -> ParsedResume:
    from jobmatch_dagster.resumes import formats, json_resume, language, profile

    if len(data) > limits.max_bytes:
        raise Refused("too_large")
    if not data.strip(b"\0 \t\r\n"):
        raise Refused("empty")
    kind = formats.sniff(data, name)
    if kind == "json":
        resume, document = json_resume.read(data, limits)
        body = document.body()
        spoken = language.detect(body)
        resume["meta"]["derived"] = profile.derived(resume, today)
    else:
        document = formats.read(kind, data, limits)
        _check_text(document, limits)
        body = document.body()
        spoken = language.detect(body)
        resume = profile.build(document, spoken, today)
    derived, meta = resume["meta"]["derived"], resume["meta"]
    return ParsedResume(
        name=name,
        status="parsed",
        confidence=meta["confidence"],
        warnings=[*document.warnings, *profile.warnings(resume)],
        resume=resume,
        body=body,
        language=spoken,
        layout=document.layout,
        experience_years=derived["experience_years"],
        recent_experience=derived["recent_experience"],
        seniority=derived["seniority"],
        parser_version=PARSER_VERSION,
        pages=document.pages,
    )


def _check_text(document: Document, limits: Limits) -> None:
    document.lines = [part for line in document.lines for part in _short_lines(line)]
    letters = characters = 0
    for line in document.lines:
        for cell in line.cells:
            cell.text = (
                "".join(c for c in cell.text if c >= " " or c == "\t") if not cell.text.isprintable() else cell.text
            )
            letters += sum(map(str.isalnum, cell.text))
            characters += len(cell.text)
    if letters < MIN_LETTERS:
        raise Refused("empty")
    if characters > limits.max_characters:
        raise Refused("too_large", f"The file has {characters} characters; at most {limits.max_characters} are read.")


def _short_lines(line: Line) -> list[Line]:
    """A line cut to ``MAX_LINE``: what searches in a line may take its length squared, and hostile ones count on it."""
    if sum(len(cell.text) for cell in line.cells) <= MAX_LINE:
        return [line]
    pieces = [t for cell in line.cells for t in textwrap.wrap(cell.text[:MAX_LINE_READ], MAX_LINE)]
    return [replace(line, cells=[replace(line.cells[0], text=piece, lead=0)], bullet=False) for piece in pieces]
