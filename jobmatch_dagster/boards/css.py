"""Crawl4AI's JsonCss extraction, with its schemas as data and a faster parser underneath.

The schema language, the walk over fields and the meaning of each field type are Crawl4AI's own
``JsonCssExtractionStrategy``. Its five access methods are replaced: lexbor instead of BeautifulSoup reads the page many
times faster, and a text keeps the space between two elements, where the original glues their words together.
"""

from __future__ import annotations

import json
import os
import tempfile
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any


def prepare_crawl4ai() -> None:
    """Point Crawl4AI at a folder under our home before it is first imported; it would else make ``~/.crawl4ai``."""
    from jobmatch_dagster.settings import settings

    folder = settings().home / "crawl4ai"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK)
    except OSError:
        usable = False
    os.environ.setdefault("CRAWL4_AI_BASE_DIRECTORY", str(folder if usable else Path(tempfile.gettempdir())))
    os.environ.setdefault("CRAWL4AI_NO_CLOUD_NOTICE", "1")


def _once(elements: list[Any]) -> list[Any]:
    """lexbor gives an element once for each selector of a group that it matches."""
    return list({element.mem_id: element for element in elements}.values())


@lru_cache(maxsize=1)
def _strategy_class() -> type:
    prepare_crawl4ai()
    from crawl4ai.extraction_strategy import JsonCssExtractionStrategy
    from selectolax.lexbor import LexborHTMLParser

    # One page is read with several schemas in a row.
    parse = lru_cache(maxsize=1)(LexborHTMLParser)

    class LexborJsonCss(JsonCssExtractionStrategy):
        def _parse_html(self, html_content: str) -> Any:
            return parse(html_content)

        def _get_base_elements(self, parsed_html: Any, selector: str) -> list[Any]:
            return _once(parsed_html.css(selector))

        def _get_elements(self, element: Any, selector: str) -> list[Any]:
            return _once(element.css(selector)) if "," in selector else element.css(selector)

        def _get_element_text(self, element: Any) -> str:
            return " ".join(element.text(separator=" ").split())

        def _get_element_html(self, element: Any) -> str:
            return element.html or ""

        def _get_element_attribute(self, element: Any, attribute: str) -> str | None:
            value: str | None = element.attributes.get(attribute)
            return value

    return LexborJsonCss


@lru_cache(maxsize=64)
def _strategy(board: str, kind: str) -> Any:
    schemas = json.loads((files("jobmatch_dagster.boards") / "schemas" / f"{board}.json").read_text("utf-8"))
    return _strategy_class()(schemas[kind])


def cards(board: str, kind: str, body: str) -> list[dict[str, Any]]:
    """The elements of a page that match the board's schema, each with the fields it has; a missing field is no key.

    Args:
        board: name of a file in ``schemas/``.
        kind: the schema in it, such as search or detail.
        body: the page's HTML.
    """
    found: list[dict[str, Any]] = _strategy(board, kind).extract("", body)
    return found
