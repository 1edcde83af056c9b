"""Postings from a team's own files, in every format, with every usual mess."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobmatch_dagster.boards.files import FileMapping, load_mapping, read_postings, stream_postings
from jobmatch_dagster.boards.raw import from_raw, to_raw
from jobmatch_dagster.errors import JobmatchError

DAY = date(2026, 3, 10)
_FIRST = ["1", "Welder", "Noord", "Gent", 'Steel, "beams"\nand more']
_SECOND = ["2", "Bäcker", "Süd", "Köln", "Brot"]
_NAMES = ["id", "Job Title", "companyName", "location", "job_description"]
ROWS = [dict(zip(_NAMES, row, strict=True)) for row in (_FIRST, _SECOND)]


def rows(path: Path, mapping: FileMapping | None = None) -> list[dict[str, Any]]:
    table, rejected = read_postings(path, mapping)
    assert rejected == []
    return table.to_pylist()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def as_csv(delimiter: str = ",") -> str:
    quoted = [['"' + str(value).replace('"', '""') + '"' for value in row.values()] for row in ROWS]
    return "\n".join(delimiter.join(line) for line in [list(ROWS[0]), *quoted]) + "\n"


@pytest.mark.parametrize(
    "form", ["csv", "semicolons", "tabs", "cp1252", "bom", "jsonl", "array", "wrapped", "parquet", "gz"]
)
def test_every_format_gives_the_same_postings(tmp_path: Path, form: str) -> None:
    path = tmp_path / "file"
    match form:
        case "csv":
            write(path, as_csv())
        case "semicolons":
            write(path, as_csv(";"))
        case "tabs":
            write(path, as_csv("\t"))
        case "cp1252":
            write(path, as_csv(), "cp1252")
        case "bom":
            write(path, as_csv(), "utf-8-sig")
        case "jsonl":
            write(path, "\n".join(map(json.dumps, ROWS)) + "\n\n")
        case "array":
            write(path, json.dumps(ROWS, indent=1))
        case "wrapped":
            write(path, json.dumps({"count": 2, "jobs": ROWS}, indent=1))
        case "parquet":
            pq.write_table(pa.Table.from_pylist(ROWS), path)
        case "gz":
            path.write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))
    first, second = rows(path)
    assert (first["external_id"], first["title"], first["company"]) == ("1", "Welder", "Noord")
    assert first["description_html"] == 'Steel, "beams"\nand more'
    assert (second["title"], second["location"]) == ("Bäcker", "Köln")


def test_bad_rows_are_rejected_with_their_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"id": 1, "title": "A"}\n{broken\n[1]\n{"id": 4}\n{"id": 5, "title": "B"}\n')
    table, rejected = read_postings(path)
    assert table["title"].to_pylist() == ["A", "B"]
    assert [(bad.row, bad.reason) for bad in rejected] == [
        (2, "is not a JSON object"),
        (3, "is not a JSON object"),
        (4, "has neither a title nor a description"),
    ]


@pytest.mark.parametrize("first", [f'{{"id": {"9" * 6000}}}', "[" * 100_000])
def test_a_line_that_the_decoder_refuses_is_rejected_wherever_it_stands(tmp_path: Path, first: str) -> None:
    good = '{"id": 1, "title": "A"}'
    with pytest.raises(JobmatchError, match="is not JSON"):
        read_postings(write(tmp_path / "first.jsonl", f"{first}\n{good}\n"))
    table, rejected = read_postings(write(tmp_path / "later.jsonl", f"{good}\n{first}\n"))
    assert table["title"].to_pylist() == ["A"]
    assert [bad.row for bad in rejected] == [2]


def test_a_title_cut_within_a_character_is_kept(tmp_path: Path) -> None:
    table, rejected = read_postings(write(tmp_path / "x.json", '[{"id": 1, "title": "A \\ud83d"}]'))
    assert table["title"].to_pylist() == ["A \ufffd"]
    assert not rejected


def test_a_csv_row_with_too_many_fields_is_rejected_rather_than_shifted(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,title\n1,Welder\n2,Baker,of bread\n3,Cook\n")
    table, rejected = read_postings(path)
    assert table["title"].to_pylist() == ["Welder", "Cook"]
    assert rejected[0].row == 2
    assert "3 fields" in rejected[0].reason


def test_the_same_posting_twice_is_one_row_and_rows_without_an_id_get_a_stable_one(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "title,company\nWelder,Noord\nWelder,Noord\nBaker,Noord\n")
    first, again = rows(path), rows(path)
    assert [row["title"] for row in first] == ["Welder", "Baker"]
    assert [row["external_id"] for row in first] == [row["external_id"] for row in again]


def test_each_rows_own_day_files_it_and_resolves_its_age(tmp_path: Path) -> None:
    lines = [
        {"id": 1, "title": "A", "posted": "2 days ago", "seen": "2026-03-10T08:00:00+00:00"},
        {"id": 1, "title": "A", "posted": "3 days ago", "seen": "2026-03-11"},
        {"id": 2, "title": "B", "seen": "some day"},
    ]
    path = write(tmp_path / "x.jsonl", "\n".join(map(json.dumps, lines)))
    table, rejected = read_postings(path, FileMapping(day_column="seen"))
    raw = to_raw(table, None)
    assert raw["scraped_on"].to_pylist() == [date(2026, 3, 10), date(2026, 3, 11)]
    assert table["posted_on"].to_pylist() == [date(2026, 3, 8), date(2026, 3, 8)]
    assert "no day in column 'seen'" in rejected[0].reason


def test_a_mapping_names_joins_cuts_and_fixes_columns(tmp_path: Path) -> None:
    text = """
board: import-noord
title: {first_words_of: text, words: 2}
description: {join: [text, wants], with: " | "}
external_id: {join: [site, ref], with: "/"}
company: {value: Noord}
location: places
"""
    mapping = load_mapping(write(tmp_path / "m.yaml", text))
    row = {
        "text": "Senior welder wanted for bridges",
        "wants": "MIG",
        "site": "b",
        "ref": 7,
        "places": ["Gent", "Lyon"],
    }
    (got,) = rows(write(tmp_path / "x.json", json.dumps([row])), mapping)
    assert (got["board"], got["title"], got["company"]) == ("import-noord", "Senior welder", "Noord")
    assert got["description_html"] == "Senior welder wanted for bridges | MIG"
    assert (got["external_id"], got["location"]) == ("b/7", "Gent; Lyon")


def test_flags_of_the_command_line_win_over_recognition(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,title,job_name,a,b\n1,wrong,Welder,x,y\n")
    (row,) = rows(path, FileMapping().with_columns(["title=job_name", "description=a+b"]))
    assert (row["title"], row["description_html"]) == ("Welder", "x\n\ny")


@pytest.mark.parametrize("pair", ["title", "=x", "title=", "salary=pay"])
def test_a_flag_that_makes_no_sense_is_refused(pair: str) -> None:
    with pytest.raises(JobmatchError):
        FileMapping().with_columns([pair])


@pytest.mark.parametrize("text", ["[1, 2]", "title: [a]", "titel: x", "a: b: c"])
def test_a_mapping_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(JobmatchError):
        load_mapping(write(tmp_path / "m.yaml", text))


@pytest.mark.parametrize("content", [b"just some words\n", b"[1, 2", b"PAR1 broken", b"\x1f\x8b broken"])
def test_a_file_of_no_known_format_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(JobmatchError, match="x"):
        read_postings(path)


def test_an_empty_file_holds_no_postings(tmp_path: Path) -> None:
    assert rows(write(tmp_path / "x.csv", "")) == []
    assert rows(write(tmp_path / "y.csv", "id,title\n")) == []


def test_booleans_and_words_say_where_the_work_is_done_and_false_says_nothing(tmp_path: Path) -> None:
    said = [True, False, "Hybrid", "on-site", "maybe"]
    lines = [{"id": n, "title": "A", "isRemote": value} for n, value in enumerate(said, 1)]
    got = rows(write(tmp_path / "x.json", json.dumps(lines)))
    assert [row["remote"] for row in got] == ["remote", None, "hybrid", "onsite", None]


def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,title\n" + "".join(f"{n},Job {n}\n" for n in range(4500)))
    pieces = list(stream_postings(path, FileMapping(), []))
    assert [piece.num_rows for piece in pieces] == [2000, 2000, 500]


def test_a_posting_survives_the_raw_table_and_its_hash_ignores_when_it_was_fetched(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,title,company,valid until\n1,Wel\x00der,Noord,2026-05-01\n")
    table, _ = read_postings(path, FileMapping(day=DAY))
    again, _ = read_postings(path, FileMapping(day=date(2026, 3, 11)))
    raw = to_raw(table, DAY)
    assert from_raw(raw).to_pylist()[0]["valid_until"] == date(2026, 5, 1)
    assert from_raw(raw).equals(table)
    assert raw["payload_hash"] == to_raw(again, date(2026, 3, 11))["payload_hash"]
    assert "\\u0000" not in raw["payload"].to_pylist()[0]


def test_what_an_employer_estimates_is_the_employers_word(tmp_path: Path) -> None:
    text = 'title,company,salary\nWelder,Noord,"$84K - $115K (Employer est.)"\n'
    (row,) = rows(write(tmp_path / "jobs.csv", text))
    assert (row["salary_text"], row["salary_estimate"]) == ("$84K - $115K (Employer est.)", None)


def test_a_boards_guess_in_a_salary_column_is_no_salary(tmp_path: Path) -> None:
    text = "title,company,salary,min_salary\nWelder,Noord,$50K-$60K (Glassdoor est.),50\nBaker,Süd,€2900 a month,\n"
    guessed, stated = rows(write(tmp_path / "jobs.csv", text))
    assert guessed["salary_min"] is None, "it was made from the guess"
    assert (guessed["salary_text"], guessed["salary_estimate"]) == ("$50K-$60K (Glassdoor est.)",) * 2
    assert (stated["salary_text"], stated["salary_estimate"]) == ("€2900 a month", None)
