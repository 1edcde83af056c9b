"""The concepts of the taxonomy and their surface forms, read from the package's data and a data team's own CSV.

Belongs here: reading, checking and merging (an own entry that names the same thing as an ESCO concept becomes that
concept). How forms are looked for is the matcher's business.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.skills.characters import fold_text

DATA = Path(__file__).parent / "data"
KINDS = ("skill", "knowledge", "tool", "language", "licence", "certificate", "method")
AMBIGUITIES = ("none", "case", "context")
COLUMNS = ("label", "kind", "aliases", "broader", "ambiguity", "field")
ESCO_SKILL = "http://data.europa.eu/esco/skill/"
ESCO_FIELD = "http://data.europa.eu/esco/isced-f/"
EVERYDAY = 3.6
"""An ESCO label of one word at or above this Zipf value counts only with context."""
EVERYDAY_SKILL = 3.0
"""The same for a word that names an attitude or an activity (driven, copying), and for a phrase of two such words."""
_QUALIFIER = re.compile(r"\s*\([^)]*\)\s*$")
_WORDS = re.compile(r"[^\W_]+[+#]*|(?<![^\s(])\.[^\W_]+")


@dataclass(slots=True)
class Form:
    """A way to write a concept.

    ``ordinariness`` is Zipf's scale (0 = not an everyday phrase); ``doubtful``, of an everyday name: whether it is as
    often a topic as a skill (open source), so that in English text the tagger decides; None for other forms;
    ``language``: ISO 639-1 where it is known; ``derived``: whether grammar made it of another form.
    """

    text: str
    ambiguity: str = "none"
    ordinariness: float = 0.0
    preferred: bool = False
    doubtful: bool | None = None
    language: str | None = None
    derived: bool = False


@dataclass(slots=True)
class Concept:
    """One skill: its id, preferred label, kind, ESCO URI (or None), ids of broader concepts, forms, and its sources."""

    id: str
    label: str
    kind: str
    esco_uri: str | None = None
    broader: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    field: str | None = None


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """A line of an own list: columns as in ``COLUMNS``, and where it stands for messages."""

    label: str
    kind: str
    aliases: tuple[str, ...]
    broader: str | None
    ambiguity: str
    field: str
    place: str


class _Tsv(csv.excel_tab):
    """Tabs, and a quotation mark is a character like others."""

    quoting = csv.QUOTE_NONE


class TaxonomyError(JobmatchError):
    """A list of skills breaks a rule."""


@lru_cache(maxsize=1 << 18)
def key(text: str) -> str:
    """What two forms have in common when they are the same but for case, accents, hyphens, dots and spaces between
    words."""
    return key_of_folded(fold_text(text))


def key_of_folded(text: str) -> str:
    """``key`` of a text that is folded already."""
    return " ".join(_WORDS.findall(text))


def slug(label: str) -> str:
    """Readable part of an own id: C++ → c-plus-plus, ASP.NET → asp-net."""
    text = fold_text(label).replace("+", " plus ").replace("#", " sharp ")
    return "-".join(re.findall(r"[^\W_]+", text)) or "x"


def esco_concepts(path: Path = DATA / "esco.parquet") -> list[Concept]:
    """ESCO's concepts in the order of the file; groups of its hierarchy are broader concepts without forms."""
    out = []
    left_out = {key(line) for line in (DATA / "left_out.txt").read_text("utf-8").splitlines() if line[:1] != "#"}
    for row in pq.read_table(path).to_pylist():
        group = len(row["id"]) < 10
        base = ESCO_FIELD if group and row["kind"] == "knowledge" else ESCO_SKILL
        code = row["id"][1:] if base == ESCO_FIELD else row["id"]
        concept = Concept(f"esco:{row['id']}", row["label"], row["kind"], base + code)
        concept.broader = [f"esco:{code}" for code in row["groups"]]
        for number, (text, ordinariness) in enumerate(zip(row["forms"], row["ordinariness"], strict=True)):
            if number and key(text) in left_out:
                continue
            ambiguity = _esco_ambiguity(text, ordinariness, row["kind"])
            concept.forms.append(Form(text, ambiguity, ordinariness, number == 0))
        out.append(concept)
    known = {concept.id for concept in out}
    for concept in out:
        concept.broader = [code for code in concept.broader if code in known]
    return out


def _esco_ambiguity(text: str, ordinariness: float, kind: str) -> str:
    words = len(text.split())
    if text != text.lower() and (len(text) < 5 or ordinariness >= EVERYDAY):
        return "case"
    if kind == "skill":
        return "context" if words <= 2 and ordinariness >= EVERYDAY_SKILL else "none"
    return "context" if words == 1 and ordinariness >= EVERYDAY else "none"


def own_entries(folder: Path = DATA / "own") -> Iterator[OwnEntry]:
    """Entries of every ``*.tsv`` in the folder, files in the order of their names."""
    for path in sorted(folder.glob("*.tsv")):
        yield from _entries(path, _Tsv)


def csv_entries(path: Path) -> list[OwnEntry]:
    """Entries of a data team's CSV: the same columns, of which only ``label`` must be there.

    Raises:
        TaxonomyError: the file cannot be read or a line breaks a rule; the message names the line.
    """
    if not path.is_file():
        raise TaxonomyError(str(path), "is not a file", "Correct JOBMATCH_SKILLS_CSV or unset it.")
    return list(_entries(path, csv.excel))


def _entries(path: Path, dialect: type[csv.Dialect]) -> Iterator[OwnEntry]:
    try:
        lines = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), dialect=dialect))
    except (UnicodeDecodeError, csv.Error):
        raise TaxonomyError(
            str(path), "is not a UTF-8 table", f"Save it as UTF-8 with the columns {COLUMNS}."
        ) from None
    for number, line in enumerate(lines, 2):
        place = f"{path.name}, line {number}"
        values = {name: (line.get(name) or "").strip() for name in COLUMNS}
        entry = OwnEntry(
            label=values["label"],
            kind=values["kind"] or "skill",
            aliases=tuple(part.strip() for part in values["aliases"].split("|") if part.strip()),
            broader=values["broader"] or None,
            ambiguity=values["ambiguity"] or "none",
            field=values["field"] or path.stem,
            place=place,
        )
        _check(entry)
        yield entry


def _check(entry: OwnEntry) -> None:
    if not key(entry.label):
        raise TaxonomyError(entry.place, "has no label", "Fill the column label.")
    if entry.kind not in KINDS:
        raise TaxonomyError(entry.place, f"has the kind {entry.kind!r}", f"Use one of {', '.join(KINDS)}.")
    if entry.ambiguity not in AMBIGUITIES:
        raise TaxonomyError(
            entry.place, f"has the ambiguity {entry.ambiguity!r}", f"Use one of {', '.join(AMBIGUITIES)}."
        )


def form_ambiguities(path: Path = DATA / "own" / "forms" / "ambiguity.tsv") -> dict[str, str]:
    """Ambiguity of single forms, by their key, where it differs from their entry's.

    Raises:
        TaxonomyError: a line names an ambiguity that does not exist.
    """
    out = {}
    lines = path.read_text("utf-8").splitlines()[1:] if path.is_file() else []
    for number, line in enumerate(lines, 2):
        text, _, ambiguity = line.partition("\t")
        if ambiguity not in AMBIGUITIES:
            raise TaxonomyError(f"{path.name}, line {number}", "has no known ambiguity", f"Use one of {AMBIGUITIES}.")
        out[key(text)] = ambiguity
    return out


def form_languages(path: Path = DATA / "own" / "forms" / "languages.tsv") -> dict[str, str]:
    """ISO 639-1 code of single forms, by their key, that mean something else in other languages."""
    lines = path.read_text("utf-8").splitlines()[1:]
    return {key(text): language for text, _, language in (line.partition("\t") for line in lines)}


def same_concepts(path: Path = DATA / "own" / "forms" / "links.tsv") -> dict[str, str]:
    """Label of an own entry → ESCO's label of the same concept, where the two are named differently."""
    lines = path.read_text("utf-8").splitlines()[1:]
    return dict(tuple(line.split("\t")) for line in lines)  # type: ignore[misc]


def merge(
    esco: list[Concept],
    entries: Iterable[OwnEntry],
    ambiguities: Mapping[str, str] = {},
    same: Mapping[str, str] = {},
    languages: Mapping[str, str] = {},
) -> list[Concept]:
    """ESCO's concepts with the own entries: joined where they are the same thing, added where they are not.

    An own entry is ESCO's concept if its label is ESCO's preferred label, or if ``same`` says so. Other likenesses
    (an alias, an alternative label) are no proof: ESCO has "network marketing" also as direct marketing. Each form
    belongs to one concept in the end: a preferred label stays with ESCO's concept, unless ESCO itself has to explain
    it ("ML (computer programming)"); else an own form wins over ESCO's and a preferred label over an alternative one.

    Args:
        esco: ESCO's concepts; changed in place.
        entries: the own entries.
        ambiguities: of single forms, see ``form_ambiguities``.
        same: see ``same_concepts``.
        languages: see ``form_languages``.

    Raises:
        TaxonomyError: ``same`` names a label that ESCO does not have.
    """
    own = list(entries)
    taken = _links(esco, own, same)
    by_label: dict[str, Concept] = {}
    concepts = {concept.id: concept for concept in esco}
    linked = {concept.id for concept in taken.values()}
    kept = {key(c.label): c.label for c in esco if c.forms and c.id not in linked and c.forms[0].text == c.label}
    fresh: set[str] = set()
    for number, entry in enumerate(own):
        this = taken.get(number) or by_label.get(key(entry.label)) or _new(entry, fresh)
        concepts[this.id] = this
        this.kind, this.field = entry.kind, entry.field
        by_label[key(entry.label)] = this
        aliases = [alias for alias in entry.aliases if not _of_esco(alias, kept)]
        _add_forms(this, entry, aliases, ambiguities, languages)
    for entry in own:
        above = by_label.get(key(entry.broader)) if entry.broader else None
        below = by_label[key(entry.label)]
        if above is not None and above is not below and above.id not in below.broader:
            below.broader.append(above.id)
    _one_owner(list(concepts.values()))
    return list(concepts.values())


def _of_esco(alias: str, kept: Mapping[str, str]) -> bool:
    """Whether an alias is the preferred label of an ESCO concept; one of another case (SPARK) is another name."""
    label = kept.get(key(alias))
    return label is not None and (label == label.lower() or label == alias)


def _new(entry: OwnEntry, seen: set[str]) -> Concept:
    """A concept of our own; where two labels have the same readable part, the later one gets a number."""
    name = slug(entry.label)
    number, candidate = 1, name
    while candidate in seen:
        number += 1
        candidate = f"{name}-{number}"
    seen.add(candidate)
    return Concept(f"jm:{candidate}", entry.label, entry.kind)


def _links(esco: list[Concept], own: list[OwnEntry], same: Mapping[str, str]) -> dict[int, Concept]:
    """Number of the own entry → the ESCO concept that it is."""
    preferred: dict[str, Concept] = {}
    labels: dict[str, Concept] = {}
    for concept in esco:
        labels.setdefault(concept.label, concept)
        for form in concept.forms[:1]:
            preferred.setdefault(key(form.text), concept)
    links: dict[int, Concept] = {}
    claimed: set[str] = set()
    for number, entry in enumerate(own):
        named = same.get(entry.label)
        if named is not None and named not in labels:
            raise TaxonomyError("links.tsv", f"names {named!r}, which ESCO does not have", "Correct the label.")
        found = labels[named] if named is not None else preferred.get(key(entry.label))
        if found is not None and found.id not in claimed:
            links[number] = found
            claimed.add(found.id)
    return links


def _add_forms(
    concept: Concept, entry: OwnEntry, aliases: list[str], ambiguities: Mapping[str, str], languages: Mapping[str, str]
) -> None:
    """Put the entry's label and ``aliases`` before the concept's own forms; the entry's ambiguity goes for the label
    and for short aliases."""
    given = (_QUALIFIER.sub("", entry.label).strip() or entry.label, *aliases)
    keys = {key(text) for text in given}
    kept = [form for form in concept.forms if key(form.text) not in keys]
    known = {key(form.text): form for form in concept.forms}
    forms = []
    for number, text in enumerate(given):
        sensitive = number == 0 or len(key(text).split()) == 1
        old = known.get(key(text))
        forms.append(
            Form(
                text,
                ambiguities.get(key(text), entry.ambiguity if sensitive else "none"),
                old.ordinariness if old else 0.0,
                preferred=True,
                language=languages.get(key(text)),
            )
        )
    concept.forms = forms + kept


def _one_owner(concepts: list[Concept]) -> None:
    """Leave each form to one concept: own before ESCO, preferred before alternative, then the first id."""

    def rank(concept: Concept, form: Form) -> tuple[bool, bool, str]:
        return (not form.preferred, concept.field is None, concept.id)

    best: dict[str, tuple[tuple[bool, bool, str], str]] = {}
    for concept in concepts:
        for form in concept.forms:
            name, this = key(form.text), (rank(concept, form), concept.id)
            if name not in best or this < best[name]:
                best[name] = this
    for concept in concepts:
        concept.forms = [form for form in concept.forms if best[key(form.text)][1] == concept.id]
