"""The same ad is found within a board, across boards and across days; look-alikes stay apart."""

from datetime import date

import pytest

from jobmatch_dagster.postings.duplicates import Item, cluster, signatures
from jobmatch_dagster.postings.duplicates.names import company_key, title_key
from jobmatch_dagster.postings.duplicates.signature import jaccard

WORDS = [
    f"{a}{b}" for a in ("weld", "pipe", "plan", "tool", "team", "shift", "site", "part") for b in "abcdefghijklmnopqrst"
]
TEXT = " ".join(WORDS)
DAY = date(2026, 11, 20)


def item(number, board="linkedin", title="Pipe Welder", company="Acme GmbH", place="DE/Berlin", text=TEXT, **more):
    key = f"{number:08d}-0000-5000-8000-000000000000"
    text_hash = None if text is None else str(hash(text))
    return Item(key, board, str(number), title, company, place, text, text_hash, more.pop("first_seen", DAY), **more)


def joined(*items):
    return cluster(items, signatures([entry.text or "" for entry in items]))


def test_the_same_text_on_two_boards_is_one_job():
    result = joined(item(1), item(2, board="indeed", company="ACME"))
    assert result.duplicate_of == [None, item(1).id]


def test_a_few_changed_words_are_still_the_same_ad():
    changed = TEXT.replace("planc", "xxxxx").replace("sitef", "yyyyy")
    assert jaccard(TEXT, changed) > 0.8
    assert joined(item(1), item(2, text=changed)).duplicate_of == [None, item(1).id]


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
    assert result.duplicate_of == [None, None, item(2).id]
    assert result.group_id == [item(1).id] * 3


def test_a_place_that_could_not_be_read_joins_the_one_that_fits():
    result = joined(item(1), item(2, place="?berlin mitte", board="indeed"), item(3, place="DE/Hamburg"))
    assert result.duplicate_of == [None, item(1).id, None]


def test_the_canonical_row_is_the_first_seen_then_the_longest():
    result = joined(item(1, text=TEXT), item(2, text=TEXT + " more"), item(3, first_seen=date(2026, 11, 1)))
    assert result.duplicate_of == [item(3).id, item(3).id, None]
    assert joined(item(1, text=TEXT), item(2, text=TEXT + " more")).duplicate_of == [item(2).id, None]


def test_the_order_of_rows_does_not_change_the_clusters():
    rows = [item(n, text=TEXT.replace("tool", f"tool{n % 2}")) for n in range(6)] + [item(9, title="Cook")]
    forward = dict(zip([r.id for r in rows], joined(*rows).duplicate_of, strict=True))
    back = dict(zip([r.id for r in rows[::-1]], joined(*rows[::-1]).duplicate_of, strict=True))
    assert forward == back


def test_a_known_job_stays_canonical_and_needs_only_its_signature():
    known = item(7, text=None, first_seen=date(2026, 11, 2), known=True, canonical=None)
    marks = signatures([TEXT, TEXT])
    assert cluster([known, item(8)], marks).duplicate_of == [None, known.id]


def test_a_known_duplicate_leads_to_its_canonical_row():
    known = item(7, first_seen=date(2026, 11, 2), known=True, canonical="the-first")
    assert joined(known, item(8)).duplicate_of == ["the-first", "the-first"]


def test_two_openings_without_a_text_on_one_board_stay_apart():
    assert joined(item(1, text=None), item(2, text=None)).duplicate_of == [None, None]


def test_hundreds_of_equal_ads_are_one_cluster():
    rows = [item(n) for n in range(300)]
    assert joined(*rows).duplicate_of == [None] + [item(0).id] * 299


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
