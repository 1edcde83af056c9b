"""Names of often asked skills in other languages, and their inflected forms, from ``data/names/<language>.tsv``.

Each line: the label of a concept (as in the taxonomy or an own list), a tab, its names in that language separated by
``|``. A name that ends in ``~`` is as often a topic as a skill (open source).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jobmatch_dagster.skills.concepts import DATA, EVERYDAY_SKILL, Concept, Form, TaxonomyError, key

FOLDER = DATA / "names"


def files() -> list[Path]:
    """The files, in the order of their names."""
    return sorted(FOLDER.glob("*.tsv"))


def add(concepts: list[Concept], zipf: Mapping[str, float]) -> None:
    """Give the named concepts their forms in other languages; a form that another concept has is left to it.

    Args:
        concepts: all concepts; changed in place.
        zipf: how ordinary English words are; an English name that is one everyday word counts only with context, and
            one of another language not at all in English texts (``compiling.GATES``).

    Raises:
        TaxonomyError: a line names a concept that does not exist.
    """
    owner: dict[str, Concept] = {}
    for concept in concepts:
        for form in concept.forms:
            owner[key(form.text)] = concept
    labels = {concept.label: concept for concept in concepts}
    for path in files():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            label, _, given = line.partition("\t")
            named = labels.get(label) or owner.get(key(label))
            if named is None:
                raise TaxonomyError(f"{path.name}, line {number}", f"names {label!r}, which is no skill", "Correct it.")
            for written in (part.strip() for part in given.split("|")):
                name = written.removesuffix("~")
                if name and key(name) not in owner:
                    owner[key(name)] = named
                    ordinariness = zipf.get(name.lower(), 0.0)
                    ambiguity = "context" if path.stem == "en" and ordinariness >= EVERYDAY_SKILL else "none"
                    form = Form(name, ambiguity, ordinariness, doubtful=name != written, language=path.stem)
                    named.forms.append(form)
