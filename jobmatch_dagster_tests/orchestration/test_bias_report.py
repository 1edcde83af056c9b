"""The asset ``bias_report`` as a user makes it: from a file of labels come figures, or one sentence why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobmatch_dagster.stages import feedback

if TYPE_CHECKING:
    import dagster as dg

# Forty people, each with one match; person n scores n/40, so the median is between 19 and 20.
FORTY = "select 'id-' || n as resume_id, n / 40.0::float8 as score from generate_series(0, 39) n"
CHECK = "impact_ratios_above_four_fifths"


@pytest.fixture(autouse=True)
def _forty_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "SCORES", FORTY)


def made(instance: dg.DagsterInstance, labels: Path) -> dg.ExecuteInProcessResult:
    import dagster as dg

    from jobmatch_dagster.orchestration.evaluation import bias_report
    from jobmatch_dagster.orchestration.resources import Platform

    return dg.materialize(
        [bias_report],
        instance=instance,
        resources={"platform": Platform()},
        run_config={"ops": {"bias_report": {"config": {"labels": str(labels)}}}},
        raise_on_error=False,
    )


def test_the_figures_are_those_of_the_law_and_small_groups_are_not_shown(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    # old: 12 people, 4 of them above the median; young: 24, 16 above; very few: 4 above nothing that is shown.
    groups = {n: "few" if n in (16, 17, 18, 19) else "old" if n < 8 or n >= 36 else "young" for n in range(40)}
    lines = [f"ID-{n},{group}" for n, group in groups.items()]
    file = tmp_path / "labels.csv"
    file.write_text("\n".join(["resume_id,age", *lines, "nobody,old"]), encoding="utf-8")
    done = made(instance, file)
    assert done.success
    (event,) = done.get_asset_materialization_events()
    metadata = {key: value.value for key, value in event.materialization.metadata.items()}
    assert (metadata["labels"], metadata["labels_without_matches"]) == (41, 1)
    assert (metadata["groups"], metadata["suppressed"]) == (3, 1)
    shown = {line.split("|")[2].strip(): line for line in str(metadata["impact_ratios"]).splitlines()[2:]}
    assert [cell.strip() for cell in shown["old"].split("|")[3:6]] == ["12", "0.3333", "0.5"]
    assert [cell.strip() for cell in shown["young"].split("|")[3:6]] == ["24", "0.6667", "1"]
    assert "4" not in shown["few"]
    (check,) = done.get_asset_check_evaluations()
    assert (check.passed, check.description) == (False, "age old: 0.50")


def test_groups_that_are_all_too_small_are_said_to_be_so(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("resume_id,age\n" + "".join(f"id-{n},{'old' if n % 2 else 'young'}\n" for n in range(18)))
    (check,) = made(instance, file).get_asset_check_evaluations()
    assert check.passed
    assert "too small to be shown" in (check.description or "")


WRONG = {
    "no column": (b"person,age\nid-1,old\n", "has no column resume_id beside an attribute. Begin it with"),
    "nothing in it": (b"", "has no column resume_id beside an attribute. Begin it with"),
    "no attribute": (b"resume_id\nid-1\n", "has no column resume_id beside an attribute. Begin it with"),
    "semicolons in a line": (b"resume_id,age\nid-1;old\n", "labels.csv, line 2 has not one field for each of"),
    "a line too long": (b"resume_id,age\nid-1,old,x\n", "labels.csv, line 2 has not one field for each of"),
    "a line without an id": (b"resume_id,age\nid-1,old\n,old\n", "labels.csv, line 3 has not one field for each of"),
    "a contradiction": (b"resume_id,age\nid-1,old\nid-1,young\n", "line 3 gives a résumé other categories than"),
    "another encoding": ("resume_id,age\nid-1,ält\n".encode("latin-1"), "is not a CSV file in UTF-8. Save it as"),
    "a workbook": (b"PK\x03\x04\x00\x00\xff", "is not a CSV file in UTF-8. Save it as"),
    "ids of nobody": (b"resume_id,age\nx,old\n", "name 1 résumés, none of which has a match in use. Take the ids from"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_told_with_the_rule_and_the_remedy_and_no_label(
    instance: dg.DagsterInstance, tmp_path: Path, case: str
) -> None:
    content, told = WRONG[case]
    file = tmp_path / "labels.csv"
    file.write_bytes(content)
    sentence = refusal(made(instance, file))
    assert told in sentence
    assert "young" not in sentence


def test_a_missing_file_is_named(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    sentence = refusal(made(instance, tmp_path / "nowhere.csv"))
    assert "nowhere.csv cannot be read: No such file or directory. Name a CSV file" in sentence


def refusal(done: dg.ExecuteInProcessResult) -> str:
    """The sentence with which the step ended."""
    assert not done.success
    (failure,) = (event for event in done.all_events if event.is_step_failure)
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    return data.description or ""


def test_without_a_file_the_launchpad_asks_for_one(instance: dg.DagsterInstance) -> None:
    import dagster as dg

    from jobmatch_dagster.orchestration.evaluation import bias_report
    from jobmatch_dagster.orchestration.resources import Platform

    with pytest.raises(dg.DagsterInvalidConfigError, match="labels"):
        dg.materialize([bias_report], instance=instance, resources={"platform": Platform()})
