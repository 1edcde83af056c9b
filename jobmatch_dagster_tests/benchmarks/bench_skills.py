"""Finding skills in postings: our extractor against flashtext and spaCy's PhraseMatcher with the same surface forms,
one thread, CPU time; how long it takes to be ready, and how much memory it keeps.

The others only find forms; ours also reads requirement, years, level and section, and links to the taxonomy.
"matching" is the extractor without the English tagger, the nearest to what they do; "everything" is what the pipeline
runs. spaCy is measured where it is installed: ``uv pip install spacy`` (190 MB, no model is needed).
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
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


MEMORY_POSTINGS = 2000
SPACY_POSTINGS = 50
"""spaCy takes some milliseconds each; so many are enough to tell."""
_ALONE = """
import json, sys, time
import numpy, numba
def resident():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 / 1e6 for line in f if line.startswith("VmRSS"))
numba.njit(lambda x: x + 1)(1)
bare = resident()
from jobmatch_dagster import settings
from jobmatch_dagster.skills import cues, extractor, tagger, taxonomy
settings.load()
start = time.process_time()
loaded = taxonomy.load()
loaded.emissions, cues.load(), tagger.load()
load = time.process_time() - start
extractor.extract(["Python and SQL"], kind="posting", titles=["SQL"])
first = time.process_time() - start
ready = resident()
texts = json.load(sys.stdin)
extractor.extract(texts, kind="posting")
print(json.dumps({"load": load, "first": first, "bare": bare, "ready": ready, "all": resident()}))
"""


def alone(texts: list[str]) -> dict[str, float] | None:
    """CPU seconds to load and to the first reading, and resident MB before, then, and after reading ``texts``, in a
    process of its own; None where /proc is missing."""
    command = [sys.executable, "-c", _ALONE]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def plain_matchers(forms: list[str]) -> dict[str, Callable[[str], object]]:
    """The peers that are installed, by name: text in, what they find out."""
    from flashtext import KeywordProcessor  # type: ignore[import-untyped]

    processor = KeywordProcessor()
    processor.add_keywords_from_list(forms)
    peers: dict[str, Callable[[str], object]] = {
        "flashtext": lambda text: processor.extract_keywords(text, span_info=True)
    }
    if importlib.util.find_spec("spacy"):
        import spacy  # type: ignore[import-not-found]
        from spacy.matcher import PhraseMatcher  # type: ignore[import-not-found]

        nlp = spacy.blank("en")
        matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        matcher.add("skill", [nlp.make_doc(form) for form in forms])
        peers["spaCy"] = lambda text: matcher(nlp.make_doc(text))
    return peers


def stage(texts: list[str], count: int) -> str:
    """What the stage ``job_skills`` takes for so many new jobs on an embedded database of its own, and run again."""
    import psutil
    import pyarrow as pa

    from jobmatch_dagster.settings import load
    from jobmatch_dagster.stages.read_skills import read_day
    from jobmatch_dagster.supabase import database, embedded
    from jobmatch_dagster.supabase.ready import make_ready
    from jobmatch_dagster_tests.benchmarks.bench_supabase import DAY, make_jobs

    jobs = make_jobs(count)
    described = pa.array([texts[number % len(texts)] for number in range(count)], pa.string())
    jobs = jobs.set_column(jobs.schema.get_field_index("description"), "description", described)
    with tempfile.TemporaryDirectory(prefix="jobmatch-bench-") as folder:
        settings = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        make_ready(settings)
        try:
            with database.connect(settings) as connection:
                database.merge(connection, "public.jobs", jobs, key=["id"], guard="content_hash")
                server = psutil.Process(connection.info.backend_pid).parent()
                assert server is not None

            def used() -> float:
                times = server.cpu_times()
                return times.children_user + times.children_system

            said = []
            for turn in ("new", "run again"):
                start, server_start = time.process_time(), used()
                outcome = read_day(settings, DAY)
                client = time.process_time() - start
                time.sleep(0.5)  # a backend is counted once it has ended
                steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in outcome.seconds.items())
                said.append(
                    f"{turn}: CPU {client:.2f} s here and {used() - server_start:.2f} s in the database (wall: {steps})"
                )
        finally:
            embedded.down(settings)
    return f"stage job_skills, {count:,} jobs, {outcome.counts['jobs']:,.0f} of the day; " + "; ".join(said)


def run(quick: bool) -> dict[str, Any]:
    """All sides in turns; medians. ``quick`` takes fewer texts and rounds."""
    from jobmatch_dagster.skills import taxonomy as taxonomy_module
    from jobmatch_dagster.skills.extractor import extract

    taxonomy = taxonomy_module.load()
    forms = sorted({form for row in taxonomy.skills["forms"].to_pylist() for form in row})
    texts = postings(200 if quick else 1000, [form for form in forms if len(form) < 30][::7])
    peers = plain_matchers(forms)
    extract(texts[:5], kind="posting", taxonomy=taxonomy)

    def matching() -> int:
        extract(texts, kind="posting", taxonomy=taxonomy, languages=["xx"] * len(texts))
        return len(texts)

    def everything() -> int:
        extract(texts, kind="posting", taxonomy=taxonomy)
        return len(texts)

    def plainly(find: Callable[[str], object], some: list[str]) -> int:
        for text in some:
            find(text)
        return len(some)

    sides: dict[str, Callable[[], int]] = {"matching": matching, "everything": everything}
    for name, find in peers.items():
        some = texts[:SPACY_POSTINGS] if name == "spaCy" else texts
        sides[name] = lambda find=find, some=some: plainly(find, some)  # type: ignore[misc]
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(3 if quick else 9):
        for name, side in sides.items():
            start = time.process_time()
            count = side()
            seconds[name].append((time.process_time() - start) / count)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    rows = [
        {
            "case": f"{name} of {len(texts)} postings, against {peer}",
            "ours_cpu_s": round(median[name] * len(texts), 4),
            "plain_cpu_s": round(median[peer] * len(texts), 4),
            "ratio": round(median[peer] / median[name], 1),
            "postings_per_s": round(1 / median[name]),
        }
        for name in ("matching", "everything")
        for peer in peers
    ]
    named = [form for form in forms if len(form) < 30][::7]
    notes = [
        *_notes(len(forms), len(taxonomy), peers, postings(MEMORY_POSTINGS, named)),
        stage(texts, 500 if quick else 10_000),
    ]
    return {"name": "skills", "rows": rows, "notes": notes}


def _notes(forms: int, skills: int, peers: dict[str, Callable[[str], object]], texts: list[str]) -> list[str]:
    notes = [f"{forms} surface forms of {skills} skills on every side"]
    if "spaCy" not in peers:
        notes.append("spaCy is not installed, so not compared with: uv pip install spacy")
    ready = alone(texts)
    if ready:
        notes.append(
            f"compiled taxonomy, cues and weights: loaded in {ready['load']:.2f} s; first reading, with the compiled "
            f"kernels, after {ready['first']:.2f} s"
        )
        notes.append(
            f"resident: {ready['bare']:.0f} MB with Python, numpy and numba; {ready['ready'] - ready['bare']:.0f} MB "
            f"more with everything loaded and one text read, {ready['all'] - ready['bare']:.0f} MB more after "
            f"{len(texts):,} postings of 3.7 kB, with those and what was found in them"
        )
    return notes


if __name__ == "__main__":
    print(run(quick=True))
