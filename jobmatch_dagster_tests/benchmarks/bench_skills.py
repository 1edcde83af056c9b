"""Finding skills in postings: our extractor against flashtext with the same surface forms, one thread, CPU time.

flashtext only finds forms; ours also reads requirement, years, level and section, and links to the taxonomy.
"matching" is the extractor without the English tagger, the nearest to what flashtext does; "everything" is what the
pipeline runs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

LETTERS = 3700
"""Letters of a posting, as in the figures that the project aims at."""
_SENTENCES = (
    "You will work with {} and {} to build services that our customers rely on every day.",
    "At least three years of experience with {} are required, {} would be a plus.",
    "We are a family company of forty people and have been on the market for more than twenty years.",
    "Good knowledge of {}; {} is nice to have.",
    "The team meets twice a week, plans its own work and shares what it has learned.",
    "Our offices are close to the station, and there is fresh fruit in the kitchen on Mondays.",
)


def postings(n: int, forms: list[str]) -> list[str]:
    """``n`` made-up postings of about LETTERS letters, each naming some of ``forms``."""
    out = []
    for number in range(n):
        parts: list[str] = []
        size, turn = 0, number * 7
        while size < LETTERS:
            names = (forms[(turn * 31) % len(forms)], forms[(turn * 57 + 11) % len(forms)])
            parts.append(_SENTENCES[turn % len(_SENTENCES)].format(*names))
            size += len(parts[-1]) + 1
            turn += 1
        out.append("\n".join(parts))
    return out


def run(quick: bool) -> dict[str, Any]:
    """Both sides in turns; medians. ``quick`` takes fewer texts and rounds."""
    from flashtext import KeywordProcessor  # type: ignore[import-untyped]

    from jobmatch_dagster.skills import taxonomy as taxonomy_module
    from jobmatch_dagster.skills.extractor import extract

    taxonomy_module.load()
    taxonomy_module._load_version.cache_clear()
    before = time.process_time()
    taxonomy = taxonomy_module.load()
    load_s = time.process_time() - before
    forms = sorted({form for row in taxonomy.skills["forms"].to_pylist() for form in row})
    texts = postings(200 if quick else 1000, [form for form in forms if len(form) < 30][::7])
    plain = KeywordProcessor()
    plain.add_keywords_from_list(forms)
    sides: dict[str, Callable[[], object]] = {
        "matching": lambda: extract(texts, kind="posting", taxonomy=taxonomy, languages=["xx"] * len(texts)),
        "everything": lambda: extract(texts, kind="posting", taxonomy=taxonomy),
        "flashtext": lambda: [plain.extract_keywords(text, span_info=True) for text in texts],
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side()
    for _ in range(3 if quick else 7):
        for name, side in sides.items():
            start = time.process_time()
            side()
            seconds[name].append(time.process_time() - start)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    rows = [
        {
            "case": f"{name}, {len(texts)} postings",
            "ours_cpu_s": round(median[name], 4),
            "plain_cpu_s": round(median["flashtext"], 4),
            "ratio": round(median["flashtext"] / median[name], 1),
            "postings_per_s": round(len(texts) / median[name]),
        }
        for name in ("matching", "everything")
    ]
    arrays = sum(array.nbytes for array in taxonomy.arrays.values()) + taxonomy.emissions.nbytes
    notes = [
        f"{len(forms)} surface forms of {len(taxonomy)} skills on both sides; the plain side is flashtext",
        f"compiled taxonomy: loaded in {load_s:.2f} s, {(arrays + taxonomy.skills.nbytes) / 1e6:.0f} MB",
    ]
    return {"name": "skills", "rows": rows, "notes": notes}


if __name__ == "__main__":
    print(run(quick=True))
