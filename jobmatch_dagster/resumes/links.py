"""Addresses on the web: profiles in networks and the person's own site, from the text and from behind it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from jobmatch_dagster.resumes.model import Line
from jobmatch_dagster.resumes.person import Contact
from jobmatch_dagster.resumes.reach import EMAIL

_URL = re.compile(
    r"(?:https?://|www\.)[^\s|,;<>()]+|(?<![@\w.])(?:[\w-]+\.)+(?:com|org|net|io|dev|me|ai|app|de|fr|es|it|nl|pl|pt|eu|co|uk|ch|at|be|info|tech|design|site|in|br)(?:/[^\s|,;<>()]*)?(?![\w@])",
    re.I,
)
_NETWORKS = {
    "linkedin.com": "LinkedIn", "github.com": "GitHub", "gitlab.com": "GitLab", "stackoverflow.com": "StackOverflow",
    "twitter.com": "Twitter", "x.com": "X", "xing.com": "Xing", "behance.net": "Behance", "dribbble.com": "Dribbble",
    "medium.com": "Medium", "kaggle.com": "Kaggle", "orcid.org": "ORCID", "scholar.google.com": "Google Scholar",
    "facebook.com": "Facebook", "instagram.com": "Instagram", "youtube.com": "YouTube", "bitbucket.org": "Bitbucket",
    "researchgate.net": "ResearchGate", "huggingface.co": "Hugging Face", "codepen.io": "CodePen", "dev.to": "DEV",
    "leetcode.com": "LeetCode", "t.me": "Telegram", "bsky.app": "Bluesky",
}  # fmt: skip
_PLAIN_PATHS = ("in", "u", "users", "user", "pub", "profile", "company", "citations", "@")


def _parts(url: str) -> SplitResult:
    """The parts of an address; empty ones where it is none (a bracket that looks like IPv6)."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def links(contact: Contact, near: list[Line], behind_text: list[str]) -> None:
    """Profiles and the own site.

    Args:
        contact: is filled in.
        near: lines in which addresses are the person's.
        behind_text: addresses behind the text, in order.
    """
    written: list[tuple[str, list[int] | None]] = []
    for n, line in enumerate(near):
        text = EMAIL.sub(lambda m: " " * len(m.group()), line.text)
        for match in _URL.finditer(text):
            url = match.group().rstrip(".")
            tail = near[n + 1].text if n + 1 < len(near) and match.end() == len(text) else ""
            if re.fullmatch(r"/?[\w%~-]+/?", tail) and (url.endswith("/") or tail.startswith("/")):
                url += tail
            written.append((url, [line.start + match.start(), line.start + match.end()]))
    behind = [link for link in behind_text if link.lower().startswith("http")]
    seen: set[tuple[str, str]] = set()
    for url, at in [*written, *((link, None) for link in behind)]:
        profile = _profile(url)
        if profile is None:
            continue
        key = (profile["network"], (profile["username"] or "").casefold())
        if key in seen or any(p["network"] == profile["network"] for p in contact.profiles):
            continue
        seen.add(key)
        if at:
            contact.at[f"basics.profiles[{len(contact.profiles)}].url"] = at
        contact.confidence[f"basics.profiles[{len(contact.profiles)}].url"] = 0.97 if at else 0.9
        contact.profiles.append(profile)
    for url, at in written:
        host = _parts(url if "://" in url else f"https://{url}").netloc
        if _profile(url) is None and "." in host and not any(host.endswith(d) for d in _NETWORKS):
            linked = next((b for b in behind if host.lower().removeprefix("www.") in b.lower()), None)
            contact.url = linked or (url if "://" in url else f"https://{url}")
            contact.at["basics.url"] = at or []
            contact.confidence["basics.url"] = 0.9
            return
    first = next(
        (n for n, link in enumerate(behind_text[:6]) if link.startswith("http") and _profile(link) is None), None
    )
    about = any(link.lower().startswith(("mailto:", "tel:")) or _profile(link) for link in behind_text[:6])
    if first is not None and about and _own_site(behind_text[first]):
        contact.url = behind_text[first]
        contact.confidence["basics.url"] = 0.6


def _profile(url: str) -> dict[str, Any] | None:
    parts = _parts(url if "://" in url else f"https://{url}")
    host = parts.netloc.lower().removeprefix("www.")
    domain = next((d for d in _NETWORKS if host == d or host.endswith(f".{d}")), None)
    if domain is None:
        return None
    path = [p for p in parts.path.split("/") if p]
    if not path:
        return None
    if (len(path) > 1 and domain in ("github.com", "gitlab.com", "bitbucket.org")) or path[0] in (
        "certification",
        "questions",
    ):
        return None
    names = [p for p in path if p not in _PLAIN_PATHS]
    full = f"https://{host}/{'/'.join(path)}"
    return {"network": _NETWORKS[domain], "username": names[0].lstrip("@") if names else None, "url": full}


def _own_site(url: str) -> bool:
    return len([p for p in _parts(url).path.split("/") if p]) <= 1
