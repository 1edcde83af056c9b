"""Any careers page with schema.org JobPosting: a posting's page, a list of links to such pages, or a sitemap."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from html import unescape
from urllib.parse import urlsplit

from jobmatch_dagster.boards import jsonld, values
from jobmatch_dagster.boards.board import Board, Extracted, Paging, Posting, Request
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</loc>", re.IGNORECASE | re.DOTALL)
_ANCHOR = re.compile(r"<a\b[^>]*\bhref\s*=\s*[\"']([^\"'#]+)", re.IGNORECASE)
_POSTING_PATH = re.compile(
    r"(?:job|career|vacanc|position|opening|opportunit|stelle|karriere|offre|emploi|empleo|oferta|praca|vacature|lavoro)",
    re.IGNORECASE,
)
_MOST_LINKS = 5000


class CareerPage(Board):
    """Organisation: the address of a posting's page, of a list with links to them, or of a sitemap."""

    name = "careerpage"
    organisations = True
    details = True
    stubs = True

    def base_url(self, settings: Settings, search: Search | None = None) -> str:
        return values.site_of(self._address(search), "") if search else ""

    def _address(self, search: Search) -> str:
        link = values.link(search.organisation)
        if link is None:
            raise JobmatchError(
                f"The careerpage search «{search.label()}»",
                "names no page",
                "Give the address of the employer's careers page or sitemap as organisation.",
            )
        return link

    def first_request(self, search: Search) -> Request:
        return Request(self._address(search))

    def next_request(self, search: Search, page: Extracted, state: Paging) -> Request | None:
        """Sitemaps that a sitemap index names, one after the other."""
        state.queue += [Request(link) for link in page.next or []]
        return state.queue.pop(0) if state.queue else None

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        head = body[:2000].lower()
        if "<sitemapindex" in head:
            return Extracted(next=_same_site(_LOC.findall(body), url))
        if "<urlset" in head:
            links = [link for link in _same_site(_LOC.findall(body), url) if _POSTING_PATH.search(urlsplit(link).path)]
            return Extracted([_stub(link) for link in links])
        postings = [_posting(row, url) for row in jsonld.job_postings(body, url)]
        if postings:
            return Extracted(postings)
        links = [link for link in _same_site(_ANCHOR.findall(body), url) if _looks_like_posting(link, url)]
        changed = None if links else "neither JobPosting mark-up nor links to postings"
        return Extracted([_stub(link) for link in links], changed=changed)

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        """One posting. A page without one is no error: lists and sitemaps name other pages too."""
        found = jsonld.job_postings(body, url)
        if len(found) != 1:
            return Extracted(rejected=[("page", "holds no JobPosting" if not found else "holds several JobPostings")])
        return Extracted([_posting(found[0] | {"url": values.link(url) or found[0]["url"]}, url)])


def _posting(row: Posting, url: str | None) -> Posting:
    link = row.get("url") or values.link(url)
    identity = link if row.get("url") or not row.get("title") else f"{link} {row.get('identifier') or row['title']}"
    return row | {"url": link, "external_id": _key(identity or row.get("identifier") or row.get("title") or "")}


def _stub(link: str) -> Posting:
    return {"external_id": _key(link), "url": link}


def _key(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:20]


def _same_site(links: list[str], url: str | None) -> list[str]:
    """Absolute links to the page's own host, in order, each once."""
    host = urlsplit(url or "").netloc
    absolute = [values.link(unescape(link), url) for link in links[:_MOST_LINKS]]
    return list(dict.fromkeys(link for link in absolute if link and (not host or urlsplit(link).netloc == host)))


def _looks_like_posting(link: str, url: str | None) -> bool:
    """A link below a path that speaks of jobs, other than the list itself."""
    path = urlsplit(link).path.rstrip("/")
    return bool(_POSTING_PATH.search(path)) and path != urlsplit(url or "").path.rstrip("/") and path.count("/") >= 2
