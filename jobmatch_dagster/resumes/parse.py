"""One file to one ``ParsedResume``, in this process. ``pool`` puts limits and another process around it.

The kind of file is told by its content, not by its name. No path ends in an exception: what cannot be read gets a
status and a sentence, and nothing is made up for it.
"""

from __future__ import annotations

import textwrap
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path

from jobmatch_dagster.resumes.model import Document, Limits, Line, ParsedResume
from jobmatch_dagster.resumes.status import SENTENCES, Refused

PARSER_VERSION = "4"
MIN_LETTERS = 20
_ROOM = Path(__file__).parent
MAX_LINE = 400
MAX_LINE_READ = 100_000
NOTHING_FOUND = (
    "The file has text, but no contact details, jobs, schools or skills were found in it. Check that it is the right "
    "file, or upload it as another kind of file."
)


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
    except Exception as error:  # a reader met what neither it nor its library foresaw: told, and the run goes on
        return replace(refusal(name, "corrupt"), fault=_place(error))


def _place(error: Exception) -> str:
    """The type of an error and where in the project it was met; never its message, which may quote the file."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(_ROOM)] or frames[-1:]
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


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
        if not profile.says_something(resume):
            raise Refused("empty", NOTHING_FOUND)
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
