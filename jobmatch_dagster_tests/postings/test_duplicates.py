"""The same ad is found within a board, across boards and across days; look-alikes stay apart."""

import random
from datetime import date

import pyarrow as pa
import pytest

from jobmatch_dagster.postings.duplicates import Item, cluster, likely, signatures, stored_signatures
from jobmatch_dagster.postings.duplicates.names import company_key, title_key
from jobmatch_dagster.postings.duplicates.signature import jaccard

WORDS = [
    f"{a}{b}" for a in ("weld", "pipe", "plan", "tool", "team", "shift", "site", "part") for b in "abcdefghijklmnopqrst"
]
TEXT = " ".join(WORDS)
DAY = date(2026, 11, 20)


def item(number, board="linkedin", title="Pipe Welder", company="Acme GmbH", place="DE/Berlin", text=TEXT, **more):
    """An item and its text."""
    key = f"{number:08d}-0000-5000-8000-000000000000"
    first_seen = more.pop("first_seen", DAY)
    return Item(key, board, str(number), title, company, place, len(text or ""), first_seen, **more), text


def id_of(number):
    return item(number)[0].id


def joined(*rows):
    items, texts = zip(*rows, strict=True)
    return cluster(items, signatures([text or "" for text in texts]), lambda index: texts[index])


def test_the_same_text_on_two_boards_is_one_job():
    result = joined(item(1), item(2, board="indeed", company="ACME"))
    assert result.duplicate_of == [None, id_of(1)]


def test_a_few_changed_words_are_still_the_same_ad():
    changed = TEXT.replace("planc", "xxxxx").replace("sitef", "yyyyy")
    assert jaccard(TEXT, changed) > 0.8
    assert joined(item(1), item(2, text=changed)).duplicate_of == [None, id_of(1)]


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Senior Pipe Welder"},
        {"title": "Crane Driver"},
        {"company": "Bolt AG"},
        {"text": " ".join(reversed(WORDS))},
    ],
)
def test_look_alikes_stay_apart(other):
    assert joined(item(1), item(2, **other)).duplicate_of == [None, None]


def test_one_ad_in_two_cities_is_two_jobs_in_one_group():
    result = joined(item(1), item(2, place="DE/Hamburg"), item(3, place="DE/Hamburg", board="indeed"))
    assert result.duplicate_of == [None, None, id_of(2)]
    assert result.group_id == [id_of(1)] * 3


def test_a_place_that_could_not_be_read_joins_the_one_that_fits():
    result = joined(item(1), item(2, place="?berlin mitte", board="indeed"), item(3, place="DE/Hamburg"))
    assert result.duplicate_of == [None, id_of(1), None]


def test_the_canonical_row_is_the_first_seen_then_the_longest():
    result = joined(item(1, text=TEXT), item(2, text=TEXT + " more"), item(3, first_seen=date(2026, 11, 1)))
    assert result.duplicate_of == [id_of(3), id_of(3), None]
    assert joined(item(1, text=TEXT), item(2, text=TEXT + " more")).duplicate_of == [id_of(2), None]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_does_not_change_the_clusters(seed):
    """Forty variants of a few ads, more than a row's neighbours in a bucket, in two cities and on two boards."""
    rows = [
        item(
            n,
            text=TEXT.replace("tool", f"tool{n % 7}"),
            board=("linkedin", "indeed")[n % 2],
            place=("DE/Berlin", "DE/Hamburg", "")[n % 3],
            title=("Pipe Welder", "Cook")[n % 5 == 0],
        )
        for n in range(40)
    ]
    shuffled = random.Random(seed).sample(rows, len(rows))
    one, other = joined(*rows), joined(*shuffled)
    for field in ("duplicate_of", "group_id", "similarity"):
        first = dict(zip([row[0].id for row in rows], getattr(one, field), strict=True))
        assert first == dict(zip([row[0].id for row in shuffled], getattr(other, field), strict=True))


def test_a_known_job_stays_canonical_and_needs_only_its_signature():
    known, _ = item(7, text=None, first_seen=date(2026, 11, 2), known=True)
    fresh, _ = item(8)
    assert cluster([known, fresh], signatures([TEXT, TEXT]), lambda index: None).duplicate_of == [None, known.id]


def test_known_jobs_that_were_one_ad_stay_one():
    first = item(1, known=True, first_seen=date(2026, 11, 1))
    second = item(2, known=True, first_seen=date(2026, 11, 2), canonical=id_of(1), text="quite another text now")
    assert joined(first, second, item(3)).also[2] == [0, 1]


def test_a_known_duplicate_leads_to_its_canonical_row():
    known = item(7, first_seen=date(2026, 11, 2), known=True, canonical="the-first")
    assert joined(known, item(8)).duplicate_of == ["the-first", "the-first"]


def test_two_openings_without_a_text_on_one_board_stay_apart():
    assert joined(item(1, text=None), item(2, text=None)).duplicate_of == [None, None]


def test_hundreds_of_equal_ads_are_one_cluster():
    rows = [item(n) for n in range(300)]
    assert joined(*rows).duplicate_of == [None] + [id_of(0)] * 299


@pytest.mark.parametrize(
    ("one", "other"), [("Google LLC", "Google"), ("ACME GmbH & Co. KG", "Acme"), ("Kowalski Sp. z o.o.", "KOWALSKI")]
)
def test_legal_forms_do_not_tell_companies_apart(one, other):
    assert company_key(one) == company_key(other)


def test_a_company_called_by_a_legal_form_keeps_a_name():
    assert company_key("Limited") == "limited"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Welder (m/w/d)", "Welder"), ("Welder - Remote", "welder"), ("Koch:in", "Koch"), ("Comptable H/F", "Comptable")],
)
def test_gender_marks_and_ways_of_working_do_not_tell_titles_apart(one, other):
    assert title_key(one) == title_key(other)


def test_levels_tell_titles_apart():
    assert (
        len(
            {
                title_key(title)
                for title in ("Data Engineer", "Data Engineer II", "Data Engineer III", "Senior Data Engineer")
            }
        )
        == 4
    )


def test_an_empty_text_has_a_signature_that_matches_nothing():
    assert (signatures([""]) == 0xFFFFFFFF).all()


def open_jobs(texts, **columns):
    rows = len(texts)
    names = {"company": ["Bolt AG"] * rows, "title": ["Crane Driver"] * rows}
    return pa.table({**names, **columns, "description": texts})


def test_only_open_jobs_that_may_repeat_an_ad_are_looked_at():
    near = TEXT.replace("planc", "xxxxx")
    known = open_jobs([near, " ".join(reversed(WORDS)), None, None], company=["A", "B", "Acme", "Acme"])
    known = known.set_column(1, "title", [["X", "Y", "Pipe Welder", "Pipe Fitter"]])
    found = likely(known, stored_signatures(known), signatures([TEXT]), ["ACME GmbH"], ["Pipe Welder (m/w/d)"])
    assert found.tolist() == [0, 2]  # one by its text, one by company and title


@pytest.mark.parametrize("form", ["lists", "bytes"])
def test_signatures_come_from_the_store_and_else_from_the_text(form):
    marks = signatures([TEXT, "other words stand here"])
    stored = [marks[0].tolist(), None] if form == "lists" else [marks[0].astype("<u4").tobytes(), None]
    kind = pa.list_(pa.uint32()) if form == "lists" else pa.binary()
    known = open_jobs([None, "other words stand here"]).append_column("signature", pa.array(stored, kind))
    assert (stored_signatures(known) == marks).all()
