"""Makes ``data/title_words.jsonl``: words of job titles and ordinary words by language, from two packages' wheels.

    pip download --no-deps faker==40.54.0 mimesis==22.2.0
    python -m jobmatch_dagster.postings.language.make_title_words faker-*.whl mimesis-*.whl

Both packages are under the MIT licence (see ``data/NOTICE``). Only words and how often they occur are kept, no list
of either
package as it stands. Run it again to take over newer releases; the result is committed.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "data" / "title_words.jsonl"
_WORD = re.compile(r"[^\W\d_]+")
_JOBS = re.compile(r"faker/providers/job/(?:(\w+)/)?__init__\.py$")
_OCCUPATIONS = re.compile(r"mimesis/datasets/([\w-]+)/person\.json$")
_ORDINARY = re.compile(r"mimesis/datasets/(\w+)/(?:text|food|science|builtin|transport|hardware)\.json$")
_LATIN = re.compile(r"^[a-zà-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĳĵķĺļľłńņňōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżžơưșțß]+$")


def main(faker: str, mimesis: str) -> None:
    """Write the file from the two wheels."""
    titles: dict[str, Counter[str]] = defaultdict(Counter)
    ordinary: dict[str, Counter[str]] = defaultdict(Counter)
    for language, title in {*_faker_titles(faker), *_mimesis(mimesis, _OCCUPATIONS, "occupation")}:
        titles[language].update(_words(title))
    for language, phrase in set(_mimesis(mimesis, _ORDINARY, None)):
        ordinary[language].update(set(_words(phrase)))
    with OUT.open("w", encoding="utf-8") as out:
        for language in sorted({*titles, *ordinary}):
            row = {
                "language": language,
                "titles": _packed(titles[language]),
                "ordinary": " ".join(sorted(ordinary[language])),
            }
            if row["titles"] or row["ordinary"]:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if len(word) > 1 and _LATIN.match(word)]


def _packed(words: Counter[str]) -> str:
    return " ".join(word if count == 1 else f"{word}:{count}" for word, count in sorted(words.items()))


def _faker_titles(wheel: str) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            found = _JOBS.match(name)
            if not found:
                continue
            language = (found[1] or "en")[:2]
            for node in ast.walk(ast.parse(archive.read(name).decode())):
                values = (
                    node.elts
                    if isinstance(node, ast.Tuple | ast.List)
                    else (node.values if isinstance(node, ast.Dict) else [])
                )
                for value in values:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str) and "{{" not in value.value:
                        yield language, value.value.replace("*", "/")


def _mimesis(wheel: str, paths: re.Pattern[str], key: str | None) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            found = paths.match(name)
            if found:
                content = json.loads(archive.read(name))
                yield from ((found[1][:2], text) for text in _strings(content.get(key) if key else content))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _strings(entry)


if __name__ == "__main__":
    main(*sys.argv[1:3])
