"""The same texts give the same mentions in every process, on every platform and with every version of Python."""

from __future__ import annotations

from collections.abc import Iterator

import xxhash

from jobmatch_dagster.skills.extractor import extract

DIGEST = "33bdbade5119fba4"
"""Of all mentions in ``texts``. A change of the taxonomy, the cues, the weights or the reading changes it: run the test
and put here what it finds, after looking at what became different."""
_SENTENCES = (
    "Requirements: strong {} and {}, {} is a plus.", "At least {} years of experience with {} are required.",
    "No experience with {} needed, but {} is a must.", "You will work with {}, {} and {} in a small team.",
    "Sie bringen {} Jahre Erfahrung mit {} mit, {} ist von Vorteil.", "Gute Kenntnisse in {} und {} setzen wir voraus.",
    "Vous maîtrisez {} et {} ; la connaissance de {} serait un plus.", "Expérience de {} ans en {} exigée.",
    "Se requiere experiencia con {} y {}.", "Ervaring met {} is vereist, {} is een pluspunt.",
    "Wymagana znajomość {} i {}, mile widziane {}.", "About us", "Nice to have:", "- {}", "• {} ({}/{})", "{}\t{}",
)  # fmt: skip
_NAMES = (
    "Python", "SQL", "C", "C++", "C#", ".NET", "Go", "R", "Excel", "REST", "Spring Boot", "PowerBI", "k8s", "Docker",
    "machine learning", "Schweißen", "Buchhaltung", "soudure", "comptabilité", "contabilidad", "lassen", "spawanie",
    "English", "Englisch", "Führerschein Klasse B", "permis B", "first aid", "ＰＨＰ", "Cafe\u0301", "İstanbul", "3",
    "7-10", "two", "drei", "\u200b", "😀", "\ufeff", "\x00", "\ud800", "熟练使用", "C'est", "vitamin C", "R&D",
    "Quavertool",
)  # fmt: skip


def texts(count: int) -> Iterator[str]:
    """Made-up advertisements in several languages with odd characters among them."""
    state = 20_261
    for number in range(count):
        lines = []
        for _ in range(3 + number % 17):
            picks = []
            for _ in range(4):
                state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
                picks.append(state >> 33)
            sentence = _SENTENCES[picks[0] % len(_SENTENCES)]
            lines.append(sentence.format(*(_NAMES[pick % len(_NAMES)] for pick in picks[1:])))
        yield ("\n" if number % 3 else " ").join(lines)


def test_the_mentions_of_generated_advertisements_have_the_known_digest() -> None:
    some = list(texts(300))
    digest = xxhash.xxh3_64()
    for kind in ("posting", "resume"):
        for row in extract(some, kind=kind, titles=[text[:40] for text in some]).to_pylist():  # type: ignore[arg-type]
            digest.update(repr(sorted(row.items())).encode("utf-8", "surrogatepass"))
    assert digest.hexdigest() == DIGEST
