"""What is shown as missing from the taxonomy is worth a look."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jobmatch_dagster.skills import taxonomy
from jobmatch_dagster.skills.candidates import count, worth_adding
from jobmatch_dagster.skills.extractor import CANDIDATE, MENTIONS


@pytest.mark.parametrize("surface", ["Zorblax", "Flumotron 3000", "Zorblax pipelines", "quarkology"])
def test_an_unknown_name_is_worth_adding(surface: str) -> None:
    assert worth_adding(surface, taxonomy.load())


@pytest.mark.parametrize(
    "surface",
    [
        "Excel",
        "statistics",
        "Kubernetes",
        "Bachelor\u2019s degree",
        "financial industry",
        "analyticsExperience",
        "5yrsEducation",
        ".Experience",
        "large scale",
        "development",
        "12",
        "a very long phrase of many words",
    ],
)
def test_known_skills_degrees_and_scraps_are_not(surface: str) -> None:
    assert not worth_adding(surface, taxonomy.load())


def test_spellings_are_counted_together_and_the_commonest_is_shown() -> None:
    found = [
        (0, "Zorblax", "required"),
        (0, "zorblax", "mentioned"),
        (1, "Zorblax", "mentioned"),
        (1, "Excel", "required"),
    ]
    rows = [
        dict.fromkeys(MENTIONS.names) | {"row": row, "surface": surface, "requirement": wanted, "kind": CANDIDATE}
        for row, surface, wanted in found
    ]
    counted = count(pa.Table.from_pylist(rows, schema=MENTIONS)).to_pylist()
    assert counted == [{"surface": "Zorblax", "texts": 2, "mentions": 3, "required": 1}]
