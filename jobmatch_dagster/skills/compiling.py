"""Turns concepts into the arrays that the matcher and the matching room read. Reading the lists belongs to
``concepts``.

The arrays:
    slots                     the phrase table over all spellings; its numbers are form numbers
    word_*                    what the tagger knows of each known word (tagger.WordFeatures)
    form_skill                int32, skill of a form; NO_SKILL for a stop phrase, which only keeps others from matching
    form_rule                 uint8, 0 none, 1 case, 2 context
    form_shape                uint8, how the form's first word is written (tokens.Shape)
    form_kind                 uint8, index into concepts.KINDS
    form_source               uint8, 0 an own entry's form, 1 ESCO's preferred label, 2 an alternative label
    form_gate                 uint8, index into GATES: how sure the tagger must be of the form in English text
    commonness                float32 per skill
    broader_*, related_*      graphs in compressed rows
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobmatch_dagster.skills import characters, inflections, names, tagger
from jobmatch_dagster.skills.concepts import (
    AMBIGUITIES,
    DATA,
    EVERYDAY_SKILL,
    KINDS,
    Concept,
    Form,
    csv_entries,
    esco_concepts,
    form_ambiguities,
    form_languages,
    merge,
    own_entries,
    same_concepts,
)
from jobmatch_dagster.skills.phrases import build
from jobmatch_dagster.skills.tokens import cut, encode
from jobmatch_dagster.skills.variants import variants

NO_SKILL = -1
MOST_RELATED = 40
"""A group with more members says little about how near they are to each other."""


CODE = ("characters", "compiling", "concepts", "inflections", "names", "phrases", "tagger", "tokens", "variants")
"""Modules of this package that decide the content of the compiled taxonomy."""


def deciding_files() -> list[Path]:
    """Every file, data and code, that decides the content of the taxonomy, in a fixed order."""
    code = [Path(__file__).with_name(f"{name}.py") for name in CODE]
    own = sorted((DATA / "own").rglob("*.tsv"))
    return [
        DATA / "esco.parquet",
        DATA / "words.parquet",
        DATA / "characters.npz",
        DATA / "left_out.txt",
        DATA / "stop_phrases.txt",
        *names.files(),
        *sorted(inflections.FOLDER.glob("*.tsv")),
        *own,
        *code,
    ]


def compile_taxonomy(skills_csv: Path | None = None) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """All skills and the arrays.

    Args:
        skills_csv: a data team's own list, or None.
    """
    entries = [*own_entries(), *(csv_entries(skills_csv) if skills_csv else ())]
    concepts = merge(esco_concepts(), entries, form_ambiguities(), same_concepts(), form_languages())
    zipf = _zipf()
    names.add(concepts, zipf)
    inflections.add(concepts, zipf)
    number = {concept.id: n for n, concept in enumerate(concepts)}
    arrays = _form_arrays(concepts, zipf)
    arrays |= _graph_arrays(concepts, number)
    arrays["commonness"] = np.array([_commonness(concept) for concept in concepts], np.float32)
    return _table(concepts), arrays


def _table(concepts: list[Concept]) -> pa.Table:
    return pa.table(
        {
            "id": pa.array([c.id for c in concepts], pa.string()),
            "label": pa.array([c.label for c in concepts], pa.string()),
            "kind": pa.array([c.kind for c in concepts], pa.string()),
            "esco_uri": pa.array([c.esco_uri for c in concepts], pa.string()),
            "broader": pa.array([c.broader for c in concepts], pa.list_(pa.string())),
            "forms": pa.array([[f.text for f in c.forms if not f.derived] for c in concepts], pa.list_(pa.string())),
        }
    )


def _form_arrays(concepts: list[Concept], zipf: Mapping[str, float]) -> dict[str, np.ndarray]:
    forms: list[tuple[int, str, Form]] = [
        (number, concept.kind, form) for number, concept in enumerate(concepts) for form in concept.forms
    ]
    forms.sort(key=lambda item: (not item[2].preferred, item[0]))
    spelled: list[str] = []
    owner: list[int] = []
    # every form itself goes in before any other spelling, so that a spelling never hides another concept's form
    rest: list[tuple[str, int]] = []
    for at, (_, kind, form) in enumerate(forms):
        first, *others = (form.text,) if form.derived else variants(form.text, kind, zipf)
        spelled.append(first)
        owner.append(at)
        rest.extend((text, at) for text in others)
    stops = stop_phrases()
    phrases = [*stops, *spelled, *(text for text, _ in rest)]
    numbers = [*range(len(forms), len(forms) + len(stops)), *owner, *(at for _, at in rest)]
    words = known_words([item for item in forms if not item[2].derived])
    table = build(phrases, np.array(numbers, np.int32), words.hash)
    blank = [Form(text) for text in stops]
    everything = [*(form for _, _, form in forms), *blank]
    return {
        "slots": table.slots,
        **{f"word_{name}": column for name, column in words._asdict().items()},
        "form_skill": np.array([*(skill for skill, _, _ in forms), *([NO_SKILL] * len(stops))], np.int32),
        "form_rule": np.array([AMBIGUITIES.index(form.ambiguity) for form in everything], np.uint8),
        "form_shape": _first_shapes([form.text for form in everything]),
        "form_kind": np.array([*(KINDS.index(kind) for _, kind, _ in forms), *([0] * len(stops))], np.uint8),
        "form_source": np.array(
            [_source(concepts[skill], form) for skill, _, form in forms] + [0] * len(stops), np.uint8
        ),
        "form_gate": np.array([_gate(concepts[skill], form) for skill, _, form in forms] + [0] * len(stops), np.uint8),
    }


def _source(concept: Concept, form: Form) -> int:
    return (0 if concept.field else 1) if form.preferred else 2


GATES = ("open", "asked", "foreign", "low", "seen", "high")
"""Of forms that always count (such as those of other languages: the tagger knows English); that count in a posting only
where it speaks of the work or the person (attitudes and activities); that never count in English, where they mean
something else; that in English the tagger must like or the text must ask for; the same of what the tagger has seen the
like of, so that it must not be sure of the contrary; and that the tagger must like."""
LEARNED_FIELDS = frozenset(
    ("ai", "cloud", "data", "devops", "embedded", "network", "office", "programming", "security", "testing")
)
"""Fields of the own lists whose knowledge the tagger has learned to tell; it is not asked about that of others."""
SEEN_PRODUCTS = LEARNED_FIELDS - {"office"} | {"mobile", "web"}
SEEN_KNOWLEDGE = frozenset(("design", "management", "sales"))
"""Fields whose names stand in the advertisements that it was trained on, if too seldom to learn all from them."""


def _gate(concept: Concept, form: Form) -> int:
    if form.language not in (None, "en") and not form.derived and _reads_as_english(form):
        return GATES.index("foreign")
    if form.doubtful is not None and concept.kind in ("skill", "knowledge"):
        return GATES.index("high" if form.doubtful else "asked")
    if concept.kind == "skill":
        return GATES.index("asked")
    if form.language not in (None, "en"):
        return GATES.index("open")
    if concept.kind in ("licence", "certificate", "language"):
        return GATES.index("open")
    if form.preferred and (concept.kind == "tool" or concept.field not in (None, *LEARNED_FIELDS)):
        seen = concept.field in (SEEN_PRODUCTS if concept.kind == "tool" else SEEN_KNOWLEDGE)
        return GATES.index("seen" if seen else "low")
    return GATES.index("high")


def _reads_as_english(form: Form) -> bool:
    """Whether a name of another language is an everyday English word, an abbreviation, or said to be either by the own
    lists."""
    return form.preferred or form.ordinariness >= EVERYDAY_SKILL or (form.text.isupper() and form.text.isalpha())


def _zipf() -> dict[str, float]:
    """Zipf value of each common English word."""
    common = pq.read_table(DATA / "words.parquet")
    return dict(zip(common["word"].to_pylist(), (common["tenths"].to_numpy() / 10).tolist(), strict=True))


def known_words(forms: list[tuple[int, str, Form]]) -> tagger.WordFeatures:
    """Every word of the taxonomy's forms and of the list of common words, each once, by its hash."""
    tokens = cut(*encode([form.text for _, _, form in forms]))
    form_of = np.repeat(np.arange(len(forms)), np.diff(tokens.first))
    kinds = np.array([kind for _, kind, _ in forms])[form_of]
    place = np.arange(len(form_of)) - tokens.first[:-1][form_of]
    last = np.append(form_of[1:] != form_of[:-1], True)
    common = pq.read_table(DATA / "words.parquet")
    texts = common["word"].to_pylist()
    listed = cut(*encode([f"{text}\n" for text in texts]))
    tenths = np.zeros(len(listed.hash), np.uint8)
    tenths[listed.first[:-1]] = common["tenths"].to_numpy()
    hashes, where = np.unique(np.concatenate((tokens.hash, listed.hash)), return_inverse=True)
    zipf = np.zeros(len(hashes), np.uint8)
    np.maximum.at(zipf, where[len(tokens.hash) :], tenths)
    knowledge = np.isin(kinds, ("knowledge", "method", "licence", "certificate"))
    used = (knowledge, kinds == "skill", kinds == "tool", (kinds == "skill") & (place == 0), knowledge & last)
    uses = np.zeros((len(hashes), len(tagger.USES)), np.uint8)
    for column, mask in enumerate(used):
        uses[:, column] = tagger.levels(np.bincount(where[: len(tokens.hash)][mask], minlength=len(hashes)))
    return tagger.WordFeatures(hashes, tagger.zipf_bin(zipf), uses, _affixes(hashes, forms, texts))


def _affixes(hashes: np.ndarray, forms: list[tuple[int, str, Form]], words: list[str]) -> np.ndarray:
    codes, bounds = encode([*(form.text for _, _, form in forms), *(f"{word}\n" for word in words)])
    tokens = cut(codes, bounds)
    _, first = np.unique(tokens.hash, return_index=True)
    return tagger.all_affixes(codes, tokens.start[first], tokens.end[first], characters.load().folds)


def _first_shapes(texts: list[str]) -> np.ndarray:
    tokens = cut(*encode(texts))
    first, count = tokens.first[:-1], np.diff(tokens.first)
    shapes = np.zeros(len(texts), np.uint8)
    shapes[count > 0] = tokens.shape[first[count > 0]]
    return shapes


def stop_phrases() -> list[str]:
    """Phrases that contain a skill's name and do not mean it."""
    lines = (DATA / "stop_phrases.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _graph_arrays(concepts: list[Concept], number: dict[str, int]) -> dict[str, np.ndarray]:
    above = [[number[b] for b in concept.broader if b in number] for concept in concepts]
    members: dict[int, list[int]] = defaultdict(list)
    for child, parents in enumerate(above):
        for parent in parents:
            members[parent].append(child)
    related = []
    for child, parents in enumerate(above):
        groups = [members[parent] for parent in parents if len(members[parent]) <= MOST_RELATED]
        related.append(sorted({other for group in groups for other in group} - {child}))
    return {
        "broader_indptr": _indptr(above),
        "broader_indices": np.array([b for row in above for b in row], np.int32),
        "related_indptr": _indptr(related),
        "related_indices": np.array([r for row in related for r in row], np.int32),
    }


def _indptr(rows: list[list[int]]) -> np.ndarray:
    return np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)


def _commonness(concept: Concept) -> float:
    """0 to 1 from the Zipf value of the preferred form; an attitude or language everybody names is at least 0.6."""
    zipf = max((form.ordinariness for form in concept.forms if form.preferred), default=0.0)
    value = min(1.0, max(0.0, (zipf - 1.0) / 5.0))
    everyday = any(group.startswith(("esco:A", "esco:T")) for group in concept.broader)
    return max(value, 0.6) if everyday else value
