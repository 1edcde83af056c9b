"""The lists and what is compiled from them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.settings import load as load_settings
from jobmatch_dagster.skills import concepts, names, taxonomy
from jobmatch_dagster.skills.concepts import TaxonomyError, key
from jobmatch_dagster.skills.extractor import extract

OWN = list(concepts.own_entries())


def test_the_own_list_is_broad() -> None:
    assert len(OWN) >= 4000
    assert len({entry.field for entry in OWN}) >= 10


def test_each_label_of_the_own_list_stands_once() -> None:
    labels = Counter(key(entry.label) for entry in OWN)
    assert [label for label, n in labels.items() if n > 1] == []


def test_no_form_of_the_own_list_means_two_things() -> None:
    forms = Counter(form for entry in OWN for form in {key(text) for text in (entry.label, *entry.aliases)})
    assert [form for form, n in forms.items() if n > 1] == []


def test_each_broader_entry_exists() -> None:
    labels = {key(entry.label) for entry in OWN}
    assert [entry.label for entry in OWN if entry.broader and key(entry.broader) not in labels] == []


def test_an_own_entry_that_is_an_esco_concept_is_linked_to_it() -> None:
    loaded = taxonomy.load()
    python = loaded.skills.filter(
        loaded.skills["label"].to_numpy(zero_copy_only=False) == "Python (computer programming)"
    )
    assert python["kind"].to_pylist() == ["tool"]
    assert python["esco_uri"][0].as_py().startswith("http://data.europa.eu/esco/skill/")


@pytest.mark.parametrize(
    ("entry", "concept"),
    [
        ("Apache Spark", "SPARK"),
        ("Scrum", "ICT project management methodologies"),
        ("Direct marketing", "network marketing"),
        ("Tutoring", "instruct others"),
        ("Drilling", "use earth sciences tools"),
        ("Pattern making", "create patterns for footwear"),
        ("Distillation", "vacuum distillation processes"),
        ("Selenium", "tools for ICT test automation"),
    ],
)
def test_an_alias_alone_does_not_make_two_concepts_one(entry: str, concept: str) -> None:
    loaded = taxonomy.load()
    named = loaded.describe(entry)
    assert named is not None
    assert named["label"] != concept


def test_an_entry_that_is_called_differently_in_esco_is_linked_by_the_reviewed_list() -> None:
    loaded = taxonomy.load()
    assert loaded.search("HACCP", 1)[0]["label"] == "hazard analysis and critical control points"
    labels = set(loaded.skills["label"].to_pylist())
    own = {entry.label for entry in OWN}
    for label, esco in concepts.same_concepts().items():
        assert label in own
        assert esco in labels


def test_a_name_of_esco_stays_with_esco_and_another_spelling_does_not() -> None:
    loaded = taxonomy.load()
    assert loaded.search("lawn care", 1)[0]["label"] == "lawn care"
    assert loaded.search("Spark", 1)[0]["label"] == "Apache Spark"
    assert loaded.search("ML", 1)[0]["label"] == "machine learning"


def test_names_in_other_languages_belong_to_known_concepts() -> None:
    assert {path.stem for path in names.files()} >= {"en"}
    taxonomy.load()


def test_ids_are_unique_and_links_lead_to_skills() -> None:
    loaded = taxonomy.load()
    ids = loaded.skills["id"].to_pylist()
    assert len(set(ids)) == len(ids)
    for graph in (loaded.broader, loaded.related):
        assert len(graph.indptr) == len(loaded) + 1
        assert graph.indices.min() >= 0
        assert graph.indices.max() < len(loaded)


def test_weights_fit_the_skills() -> None:
    loaded = taxonomy.load()
    assert loaded.commonness.shape == loaded.idf.shape == (len(loaded),)
    assert np.all((loaded.commonness >= 0) & (loaded.commonness <= 1))
    assert np.all(loaded.idf > 0)


def test_the_table_has_the_contract_schema() -> None:
    assert taxonomy.load().table().schema.equals(tables.SKILLS)


def test_search_finds_by_alias_and_puts_the_nearest_first() -> None:
    loaded = taxonomy.load()
    assert loaded.search("k8s", 1)[0]["label"] == "Kubernetes"
    assert loaded.search("project management", 1)[0]["label"] == "project management"
    assert loaded.search("   ") == []


def test_describe_knows_ids_and_labels() -> None:
    loaded = taxonomy.load()
    by_label = loaded.describe("kubernetes")
    assert by_label is not None
    assert loaded.describe(str(by_label["id"])) == by_label
    assert loaded.describe("no such skill") is None


def test_a_csv_of_a_data_team_adds_skills(tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_text("label,kind,aliases\nFlumotron 3000,tool,Flumo|F3K\n", "utf-8")
    settings = load_settings(home=tmp_path, cache_folder=None, skills_csv=path)
    loaded = taxonomy.load(settings)
    rows = extract(["Experience with Flumo is required."], kind="posting", taxonomy=loaded).to_pylist()
    assert [(row["label"], row["kind"]) for row in rows if row["skill_id"]] == [("Flumotron 3000", "tool")]
    assert loaded.version != taxonomy.version_of(None)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("label,kind\nX,banana\n", "banana"),
        ("label,kind\n,tool\n", "label"),
        ("label,ambiguity\nX,perhaps\n", "perhaps"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str, word: str) -> None:
    path = tmp_path / "ours.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(TaxonomyError, match=f"ours.csv, line 2.*{word}"):
        concepts.csv_entries(path)


def test_a_missing_csv_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="JOBMATCH_SKILLS_CSV"):
        concepts.csv_entries(tmp_path / "none.csv")


def test_a_kept_taxonomy_of_another_layout_gives_way(tmp_path: Path) -> None:
    folder = tmp_path / "skills" / "some-version"
    folder.mkdir(parents=True)
    (folder / "of_another_layout").write_text("x")
    held = taxonomy.load()
    assert taxonomy._keep(folder, held.table(), {"numbers": np.arange(3)})
    assert sorted(path.name for path in folder.iterdir()) == sorted(["numbers.npy", taxonomy.SKILLS])
