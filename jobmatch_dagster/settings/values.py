"""What several groups of settings need."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator
from pydantic_settings import NoDecode


def split_at_commas(value: Any) -> Any:
    """A list from ``a, b``; anything else as it is."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


# The reading belongs to the type: validators of one name in two groups of settings would replace each other.
CommaList = Annotated[list[str], NoDecode, BeforeValidator(split_at_commas)]


def http_url(value: str | None) -> str | None:
    """The URL without a slash at its end.

    Raises:
        ValueError: it is not one of http or https.
    """
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL that starts with https:// or http://")
    return value.rstrip("/")
