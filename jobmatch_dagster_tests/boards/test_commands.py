"""The command line of boards, scrapes and imports, as a person meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from jobmatch_dagster import settings as settings_module
from jobmatch_dagster.cli import root
from jobmatch_dagster.stages.outcome import turn
from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling.conformance import conformance, jsons

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings are read once a process; each test here reads its own."""
    monkeypatch.setenv("JOBMATCH_HOME", str(tmp_path / "home"))
    settings_module.settings.cache_clear()
    yield
    settings_module.settings.cache_clear()


@pytest.fixture
def with_database(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JOBMATCH_HOME", str(database.home))
    monkeypatch.setenv("JOBMATCH_DATABASE", database.embedded_database)
    settings_module.settings.cache_clear()
    return database


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(root, [str(argument) for argument in arguments])


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_extract_prints_a_posting_a_line_in_order_with_its_file(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(pages.linkedin_search([4100000002, 4100000001]))
    done = run("boards", "extract", "--board", "linkedin", "--kind", "search", page)
    assert done.exit_code == 0
    rows = lines(done.stdout)
    assert [row["external_id"] for row in rows] == ["4100000002", "4100000001"]
    assert rows[0]["file"] == str(page)
    assert rows[0]["salary_text"] is None
    contract = """board external_id url title company location posted_text posted_on salary_text salary_min salary_max
        salary_currency salary_period employment_type seniority remote description_html apply_url file"""
    assert set(contract.split()) <= set(rows[0])


def test_extract_resolves_ages_from_the_given_time_only(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(pages.careerbuilder_search(["J3AB5C6D7E8F9G"]))
    arguments = ("boards", "extract", "--board", "careerbuilder", "--kind", "search", page)
    assert lines(run(*arguments).stdout)[0]["posted_on"] is None
    assert lines(run(*arguments, "--fetched-at", "2026-08-01T00:00:00Z").stdout)[0]["posted_on"] == "2026-07-19"


def test_extract_calls_a_wall_blocked_goes_on_and_ends_with_status_3(tmp_path: Path) -> None:
    wall, good, missing = tmp_path / "wall.html", tmp_path / "good.html", tmp_path / "none.html"
    wall.write_text(pages.CHALLENGES["ziprecruiter"])
    good.write_text(pages.ziprecruiter_new(["k1"]))
    done = run("boards", "extract", "--board", "ziprecruiter", "--kind", "search", wall, missing, good)
    assert done.exit_code == 3
    assert [row["external_id"] for row in lines(done.stdout)] == ["k1"]
    problems = lines(done.stderr)
    assert [set(problem) for problem in problems] == [{"input", "error", "remedy"}] * 2
    assert "blocked" in problems[0]["error"]
    assert problems[1]["input"] == str(missing)


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    assert run("boards", "extract", "--board", "linkedin", "--kind", "page", "x").exit_code == 2
    assert (
        run("boards", "extract", "--board", "linkedin", "--kind", "search", "--fetched-at", "noon", "x").exit_code == 2
    )
    assert run("import", "postings", tmp_path / "x.csv").exit_code == 2
    assert run("import", "resumes", tmp_path).exit_code == 2


def test_list_says_for_each_board_whether_it_runs_and_why() -> None:
    rows = {row["board"]: row for row in lines(run("boards", "list", "--json").stdout)}
    assert len(rows) == 15
    assert rows["lever"]["runs"] is True
    assert rows["careerbuilder"]["runs"] is False
    assert "JOBMATCH_BOARDS" in rows["careerbuilder"]["reason"]
    assert "ADZUNA_APP_KEY" in rows["adzuna"]["reason"]
    shown = run("boards", "list").stdout
    assert "linkedin" in shown
    assert "user agreement" in shown


def test_scrape_prints_postings_on_stdout_and_its_summary_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    with conformance() as site:
        site.answer = lambda asked: jsons({"jobs": [{"id": 1, "title": "Welder"}]})
        monkeypatch.setenv("JOBMATCH_GREENHOUSE_URL", site.base)
        monkeypatch.setenv("JOBMATCH_CRAWL_DELAY", "0")
        done = run("scrape", "--board", "greenhouse", "--organisation", "noord")
    assert done.exit_code == 0
    assert [row["title"] for row in lines(done.stdout)] == ["Welder"]
    assert "succeeded: 1 postings from 1 pages" in done.stderr


def test_scrape_of_a_board_that_may_not_run_fails_with_one_sentence() -> None:
    done = run("scrape", "--board", "adzuna", "--keywords", "x")
    assert done.exit_code == 1
    assert "ADZUNA_APP_KEY" in str(done.exception)


def test_a_dry_import_prints_what_would_be_stored_and_reports_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": 1, "title": "Welder"}\n{"id": 2}\n')
    done = run("import", "postings", path, "--day", "2026-03-10", "--board", "own", "--dry-run")
    assert done.exit_code == 3
    assert [(row["board"], row["title"]) for row in lines(done.stdout)] == [("own", "Welder")]
    assert lines(done.stderr)[0]["input"].endswith("row 2")


def test_imported_postings_are_raw_rows_and_the_same_file_twice_changes_nothing(
    with_database: Settings, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,title,company\n1,Welder,Noord\n2,Baker,Süd\n2,Baker,Süd\n")
    first = run("import", "postings", path, "--day", "2026-03-10")
    assert first.exit_code == 0, first.output
    assert "2 postings, 2 new, 0 changed, 0 rejected" in first.stdout
    assert "2 postings, 0 new, 0 changed, 0 rejected" in run("import", "postings", path, "--day", "2026-03-10").stdout
    stored = connection.execute(
        "select external_id, payload ->> 'title', scraped_on::text from raw.postings where board = 'files' order by 1"
    ).fetchall()
    assert stored == [("1", "Welder", "2026-03-10"), ("2", "Baker", "2026-03-10")]


def test_imported_resumes_belong_to_their_person_and_are_stored_once(
    with_database: Settings, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    folder = tmp_path / "cvs"
    folder.mkdir()
    (folder / "ada.txt").write_text("Ada")
    (folder / "bob.txt").write_text("Bob")
    (folder / ".hidden.txt").write_text("x")
    (folder / "notes.xyz").write_text("x")
    first = run("import", "resumes", folder, "--user", "ada@example.org")
    assert first.exit_code == 0, first.output
    assert "2 stored, 0 there already" in first.stdout
    assert "0 stored, 2 there already" in run("import", "resumes", folder, "--user", "ada@example.org").stdout
    owners = connection.execute("select count(distinct owner_id) from storage.objects where bucket_id = 'resumes'")
    assert owners.fetchone() == (1,)
    run("import", "resumes", folder, "--user-per-file")
    owners = connection.execute("select count(distinct owner_id) from storage.objects where bucket_id = 'resumes'")
    assert owners.fetchone() == (3,)


def test_searches_are_added_once_switched_and_removed(
    with_database: Settings, connection: psycopg.Connection[Any]
) -> None:
    add = ("boards", "searches", "add", "--board", "lever", "--organisation", "noord", "--keywords", "welder")
    first = run(*add)
    assert first.exit_code == 0, first.output
    assert run(*add).stdout == first.stdout, "the same search twice is one"
    (row,) = lines(run("boards", "searches", "list", "--json").stdout)
    assert (row["board"], row["organisation"], row["enabled"]) == ("lever", "noord", True)
    run("boards", "searches", "disable", row["id"][:8])
    assert lines(run("boards", "searches", "list", "--json").stdout)[0]["enabled"] is False
    run("boards", "searches", "enable", row["id"])
    assert "on   keywords=welder" in run("boards", "searches", "list").stdout
    run("boards", "searches", "remove", row["id"])
    assert connection.execute("select count(*) from private.searches").fetchone() == (0,)
    assert "is not known" in str(run("boards", "searches", "remove", "ffff").exception)


def test_a_search_that_the_board_cannot_be_asked_is_refused_when_it_is_added(with_database: Settings) -> None:
    assert "names no organisation" in str(run("boards", "searches", "add", "--board", "lever").exception)


@pytest.mark.parametrize("board", ["lever", "recruitee", "workday", "careerpage", "greenhouse", "ashby"])
def test_a_source_that_is_asked_employer_by_employer_wants_one_when_a_search_is_added(
    with_database: Settings, board: str
) -> None:
    assert "names no" in str(run("boards", "searches", "add", "--board", board).exception)


def test_a_filter_that_the_board_lacks_is_told_when_the_search_is_added(with_database: Settings) -> None:
    told = run("boards", "searches", "add", "--board", "remoteok", "--keywords", "welder", "--radius-km", "9").stderr
    assert "no filter for keywords" in told
    assert "cannot filter by distance" in told
    assert run("boards", "searches", "add", "--board", "indeed", "--employment-type", "fulltime").exit_code == 2


def test_scrape_runs_are_listed_shown_and_cancelled(
    with_database: Settings, connection: psycopg.Connection[Any]
) -> None:
    connection.execute(
        """insert into private.scrape_runs (board, day, status, reason, pages, postings, warnings, fill_rates)
           values ('lever', '2026-03-10', 'running', null, 3, 40, '["drift: x"]', '{"title": 1.0}'),
                  ('indeed', '2026-03-09', 'partial', 'blocked', 2, 20, '[]', '{}')"""
    )
    with turn(connection, "raw_postings", "lever|2026-03-10"):
        (running,) = lines(run("scrapes", "list", "--board", "lever", "--json").stdout)
    assert (running["status"], running["postings"]) == ("running", 40)
    assert "partial" in run("scrapes", "list", "--day", "2026-03-09").stdout
    shown = run("scrapes", "show", running["id"][:8]).stdout
    assert "  - drift: x" in shown
    assert "title 100%" in shown
    assert run("scrapes", "cancel", running["id"]).exit_code == 0
    status = connection.execute("select status from private.scrape_runs where board = 'lever'").fetchone()
    assert status == ("cancelled",)
    assert "has ended" in str(run("scrapes", "cancel", running["id"]).exception)


def test_a_run_whose_process_died_is_shown_as_dead_and_can_be_put_away(
    with_database: Settings, connection: psycopg.Connection[Any]
) -> None:
    connection.execute("insert into private.scrape_runs (board, day, status) values ('ashby', '2026-03-10', 'running')")
    (dead,) = lines(run("scrapes", "list", "--board", "ashby", "--json").stdout)
    assert dead["status"] == "dead"
    assert "goes on where it was" in dead["reason"]
    assert run("scrapes", "cancel", dead["id"]).exit_code == 0
    ended = connection.execute("select status, ended_at is not null from private.scrape_runs where board = 'ashby'")
    assert ended.fetchone() == ("cancelled", True)


def test_a_run_that_waits_is_listed_and_taken_out_of_the_queue_by_cancel(
    with_database: Settings, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.orchestration import launch

    ended: list[str] = []
    monkeypatch.setattr(launch, "scrape", lambda board, day: "run-7")
    monkeypatch.setattr(launch, "cancel", ended.append)
    assert "run-7" in run("scrapes", "start", "--board", "remotive", "--day", "2026-03-10").stdout
    (waiting,) = lines(run("scrapes", "list", "--board", "remotive", "--json").stdout)
    assert (waiting["status"], waiting["dagster_run_id"]) == ("queued", "run-7")
    assert run("scrapes", "cancel", waiting["id"]).exit_code == 0
    assert ended == ["run-7"]


def test_a_runs_searches_are_shown_with_how_far_each_came(
    with_database: Settings, connection: psycopg.Connection[Any]
) -> None:
    walks = [
        {"search": "0" * 36, "label": "welder", "pages": 3, "postings": 40, "total": 41, "ended": "complete"},
        {"search": "1" * 36, "label": "baker", "pages": 9, "postings": 90, "total": None, "ended": "capped"},
    ]
    row = connection.execute(
        """insert into private.scrape_runs (board, day, status, searches)
           values ('workday', '2026-03-10', 'partial', %s::jsonb) returning id::text""",
        (json.dumps(walks),),
    ).fetchone()
    assert row is not None
    shown = run("scrapes", "show", row[0]).stdout
    assert "«welder» complete: 40 of 41 postings on 3 pages" in shown
    assert "«baker» capped: 90 postings on 9 pages" in shown


def test_an_import_is_a_run_of_each_day_that_it_changed_and_the_sensor_sees_it(
    with_database: Settings, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    from jobmatch_dagster.orchestration.sensors import LANDED

    file = tmp_path / "jobs.csv"
    file.write_text("title,company,seen\nWelder,Noord,2026-03-08\nBaker,Noord,2026-03-09\nCook,Noord,2026-03-09\n")
    command = ("import", "postings", "--day-column", "seen", "--board", "ours", str(file))
    told = run(*command).stdout
    assert "2026-03-08 to 2026-03-09" in told
    listed = lines(run("scrapes", "list", "--board", "ours", "--json").stdout)
    assert {(row["day"], row["kind"], row["status"], row["postings"]) for row in listed} == {
        ("2026-03-08", "import", "succeeded", 1),
        ("2026-03-09", "import", "succeeded", 2),
    }
    landed = {str(row[0]) for row in connection.execute(LANDED, {"patience": 30})}
    assert {"2026-03-08", "2026-03-09"} <= landed
    assert "a running" not in run(*command).stdout, "the same file again brings nothing, so no day is run"
    assert len(lines(run("scrapes", "list", "--board", "ours", "--json").stdout)) == 2
