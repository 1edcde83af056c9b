"""The family of errors of asking a board for pages. Each says which board, which URL, which status, and what to do.

URLs in messages carry no query: it may hold a key, and the path says enough.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from jobmatch_dagster.errors import JobmatchError


def shown_url(url: str) -> str:
    """A URL as it may be shown: without user, query and fragment."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}" if parts.scheme else url.partition("?")[0]


class ScrapingError(JobmatchError):
    """A page could not be had.

    Args:
        board: name of the board.
        url: what was asked for.
        problem: what happened, as the rest of a sentence.
        status: HTTP status, or 0 where there was no answer.
        retry_after: seconds that the server asked us to wait.
        final: asking again within this run brings nothing.
    """

    kind = "failed"
    remedy_text = "Look at the scrape run's warnings."

    def __init__(
        self,
        board: str,
        url: str,
        problem: str,
        *,
        status: int = 0,
        retry_after: float | None = None,
        final: bool = False,
    ) -> None:
        self.board, self.url, self.status, self.retry_after, self.final = board, url, status, retry_after, final
        super().__init__(f"{board}: {shown_url(url)}", problem, self.remedy_text)

    def __reduce__(self) -> tuple:  # type: ignore[type-arg,override]
        return _restore, (type(self), self.board, self.url, self.problem, self.status, self.retry_after, self.final)


def _restore(
    kind: type[ScrapingError],
    board: str,
    url: str,
    problem: str,
    status: int,
    retry_after: float | None,
    final: bool,
) -> ScrapingError:
    return kind(board, url, problem, status=status, retry_after=retry_after, final=final)


class Blocked(ScrapingError):
    """The board answers with a wall instead of the page: 403, 999, a challenge, a sign-in page."""

    kind = "blocked"
    remedy_text = "The board is left alone for this run; see docs/boards.md for sources that welcome programs."


class Throttled(ScrapingError):
    """The board says that we ask too often: 429, or 503 with or without ``Retry-After``."""

    kind = "throttled"
    remedy_text = "Raise JOBMATCH_CRAWL_DELAY or run later; what arrived is kept."


class NotAllowed(ScrapingError):
    """robots.txt, the source's policy or a redirect out of the board's own site forbids the request."""

    kind = "not allowed"
    remedy_text = "Nothing was asked. docs/boards.md explains each source's policy."


class Changed(ScrapingError):
    """The board answers with something that its reader does not know."""

    kind = "changed"
    remedy_text = "The page is in the archive: mend the board's reader and run `jobmatch boards replay`."


class Unreachable(ScrapingError):
    """No answer, or a server error that outlasted all tries."""

    kind = "unreachable"
    remedy_text = "Run the day's scrape again later; it goes on where it was."


class Malformed(ScrapingError):
    """The answer cannot be a page: too large, broken compression, an endless redirect."""

    kind = "malformed"
    remedy_text = "The page was left out and the rest goes on."
