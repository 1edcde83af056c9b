"""Reading SQL models: headers, references, order, and errors that say where."""

from pathlib import Path

import pytest

from jobmatch_dagster.sql_models import data_tests, lineage, parsed
from jobmatch_dagster.sql_models.model import ModelError, read
from jobmatch_dagster.sql_models.project import load, project

HEADER = "/*\ndescription: Something.\n*/\n"


def folder(tmp_path: Path, **models: str) -> Path:
    """A project folder with models in ``marts``, each given as SQL without its header."""
    marts = tmp_path / "models" / "marts"
    marts.mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    for name, body in models.items():
        (marts / f"{name}.sql").write_text(HEADER + body)
    return tmp_path


def test_models_come_in_the_order_of_their_references_not_of_their_names(tmp_path: Path) -> None:
    given = folder(tmp_path, a="select * from {{ ref('c') }}", b="select 1 as x", c="select * from {{ ref('b') }}")
    assert list(load(given).models) == ["b", "c", "a"]


def test_a_plus_selects_what_depends_on_a_model_or_what_it_needs(tmp_path: Path) -> None:
    given = load(
        folder(tmp_path, a="select 1 as x", b="select * from {{ ref('a') }}", c="select * from {{ ref('b') }}")
    )
    assert [m.name for m in given.select(["b+"])] == ["b", "c"]
    assert [m.name for m in given.select(["+b"])] == ["a", "b"]
    with pytest.raises(ModelError, match="Model nothing does not exist"):
        given.select(["nothing"])


def test_a_reference_to_nothing_names_file_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"a\.sql:6:21 refers to a model 'nowhere'"):
        load(folder(tmp_path, a="select *\n\nfrom a join {{ ref('nowhere') }}"))


def test_a_wrong_placeholder_names_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "m.sql"
    for body, place in (
        ("select 1\n  + {{ nobody }}", r"m\.sql:5:8 uses a name"),
        ("select {{ var('limit') }}", r"m\.sql:4:16 needs a value for var\('limit'\)"),
        ("{{ config(colour='red') }} select 1", r"m\.sql:4:11 sets unknown config colour"),
    ):
        path.write_text(HEADER + body)
        with pytest.raises(ModelError, match=place):
            read(path, "marts").render({})


def test_a_reference_that_only_incremental_runs_need_counts(tmp_path: Path) -> None:
    body = "select 1 as x {% if is_incremental() %} from {{ ref('a') }} {% endif %}"
    given = load(folder(tmp_path, z="select 1 as x", a="select 1 as x", b=body))
    assert given.models["b"].refs == ["a"]


def test_every_table_that_a_model_of_the_project_reads_is_named_by_ref_or_source() -> None:
    import sqlglot
    from sqlglot import exp

    for model in [*project().models.values(), *project().tests.values()]:
        parsed_sql = sqlglot.parse_one(model.render({}), read="postgres")
        within = {cte.alias for cte in parsed_sql.find_all(exp.CTE)}
        read_of = {f"{t.db}.{t.name}" for t in parsed_sql.find_all(exp.Table) if t.name and t.name not in within}
        named = {f"{s}.{t}" for s, t in model.sources} | {project().models[r].relation for r in model.refs}
        assert {name for name in read_of if "." in name.strip(".")} <= named, model.name


def test_the_commands_work_without_dagster() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from click.testing import CliRunner; from jobmatch_dagster.sql_models.commands import sql;"
        "runner = CliRunner();"
        "codes = [runner.invoke(sql, a.split()).exit_code for a in"
        " ('compile skill_demand', 'lineage skill_demand', 'docs', 'run --help', 'test --help')];"
        "print(codes, 'dagster' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0, 0, 0, 0, 0] False"


def test_models_in_a_circle_are_refused_with_the_circle(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="circle"):
        load(folder(tmp_path, a="select * from {{ ref('b') }}", b="select * from {{ ref('a') }}"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select 1", "has no header"),
        ("/*\ndescription: [\n*/ select 1", "not YAML"),
        ("/*\nowner: me\n*/ select 1", "missing entries"),
        ("/*\ndescription: x\nnonsense: y\n*/ select 1", "unknown"),
        (HEADER + "{{ config(materialized='cube') }} select 1", "materialized 'cube'"),
        (HEADER + "{{ config(colour='red') }} select 1", "unknown config colour"),
        (HEADER + "{{ config(materialized='incremental') }} select 1", "without unique_key"),
        (HEADER + "select {{ nobody }}", "name that does not exist"),
        (HEADER + "\nselect {{ ref('a' }}", r"bad\.sql:5 has a broken placeholder"),
        ("/*\ndescription: x\ncolumns: {a: text}\n*/ select 1", "says nothing about column a"),
    ],
)
def test_a_wrong_file_is_refused_with_the_rule_it_breaks(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.sql"
    path.write_text(text)
    with pytest.raises(ModelError, match=says):
        read(path, "marts")


def test_a_template_cannot_reach_python(tmp_path: Path) -> None:
    path = tmp_path / "bad.sql"
    path.write_text(HEADER + "select {{ ref.__globals__ }}")
    with pytest.raises(Exception, match="unsafe"):
        read(path, "marts").render({})


def test_code_version_changes_with_the_meaning_not_with_comments_or_spaces(tmp_path: Path) -> None:
    versions = []
    for body in ("select 1 as x", "select 1   as x -- one\n", "select 2 as x"):
        path = tmp_path / "m.sql"
        path.write_text(HEADER + body)
        versions.append(read(path, "marts").code_version)
    assert versions[0] == versions[1] != versions[2]


def test_every_model_of_the_project_says_who_owns_it_and_what_its_columns_mean() -> None:
    for model in project().models.values():
        assert model.owner, model.name
        assert model.columns, model.name
        assert model.tests, model.name


def test_lineage_reaches_through_staging_to_the_tables() -> None:
    found = lineage.of_model(project(), project().models["stg_job_skills"])
    assert found["skill"] == [("public.skills", "label")]
    assert found["country"] == [("staging.stg_jobs", "country")]


def test_the_folder_is_read_once_and_anew_when_a_model_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = folder(tmp_path, a="", b="select x from {{ ref('a') }}")
    path = given / "models" / "marts" / "a.sql"
    header = "/*\ndescription: Something.\ncolumns: {x: 'text, A title.'}\ntests: [{range: {x: [1, null]}}]\n*/\n"
    path.write_text(header + "select title as x from {{ source('public', 'jobs') }}")  # noqa: S608
    (given / "models" / "sources.yml").write_text("sources: [{name: public, tables: [{name: jobs}]}]")
    first, origins = parsed.load(tmp_path / "cache", given)
    assert origins["a"] == {"x": [("public.jobs", "title")]}
    plain = load(given)
    assert (first.sources, first.tests, list(first.models)) == (plain.sources, plain.tests, list(plain.models))
    assert first.models["a"].version == plain.models["a"].code_version != ""
    plain.models["a"].version, plain.models["b"].version = first.models["a"].version, first.models["b"].version
    assert first.models == plain.models
    monkeypatch.setattr(lineage, "of_model", lambda *_: pytest.fail("it was parsed already"))
    assert parsed.load(tmp_path / "cache", given) == (first, origins)
    monkeypatch.undo()
    path.write_text(path.read_text().replace("title", "company"))
    again, origins = parsed.load(tmp_path / "cache", given)
    assert origins["a"] == {"x": [("public.jobs", "company")]}
    assert again.models["a"].version != first.models["a"].version


def test_a_cache_that_cannot_be_written_or_read_does_no_harm(tmp_path: Path) -> None:
    given = folder(tmp_path, a="select 1 as x")
    (tmp_path / "file").write_text("no folder")
    assert list(parsed.load(tmp_path / "file", given)[0].models) == ["a"]
    parsed.load(tmp_path / "cache", given)
    for kept in (tmp_path / "cache").rglob("*.json"):
        kept.write_text("{half")
    assert list(parsed.load(tmp_path / "cache", given)[0].models) == ["a"]


def test_an_unknown_test_in_a_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.sql"
    path.write_text("/*\ndescription: x\ntests: [{always_true: a}]\n*/ select 1 as a")
    with pytest.raises(ModelError, match="unknown test 'always_true'"):
        data_tests.of_model(read(path, "marts"))


def test_the_page_about_the_models_is_current() -> None:
    from jobmatch_dagster.sql_models import docs

    assert docs.PAGE.read_text(encoding="utf-8") == docs.page(project()), "run `jobmatch sql docs --write`"


def test_no_column_is_described_in_quotes() -> None:
    columns = [c for model in project().models.values() for c in model.columns]
    assert [c.name for c in columns if c.description.startswith('"')] == []


def test_what_dbt_reads_in_the_folder_names_the_same_layers() -> None:
    import yaml

    from jobmatch_dagster.sql_models.project import FOLDER

    given = yaml.safe_load((FOLDER / "dbt_project.yml").read_text())
    layers = {name: options["+schema"] for name, options in given["models"]["jobmatch"].items()}
    assert layers == {model.layer: model.layer for model in project().models.values()}
