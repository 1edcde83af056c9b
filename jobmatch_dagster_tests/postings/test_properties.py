"""For any text at all: cleaning never raises, never invents a number, and its result cleans to itself."""

import re
from datetime import date

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobmatch_dagster.postings.clean import clean
from jobmatch_dagster.postings.duplicates.signature import jaccard
from jobmatch_dagster.postings.phrases import find
from jobmatch_dagster.postings.salary import read_salary
from jobmatch_dagster.postings.salary.numbers import factor, number
from jobmatch_dagster.postings.text import one_lines, plain_text, plain_texts

PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<li>", "&lt;", "&amp;", "€", "$", "zł", "12.000",
        "45k", "1,5", "-", " to ", "per hour", "/month", "salary ", "bonus ", "Remote",
        "Berlin", "5 years", "experience", "\n", " ", "薪", "20-40K", "LPA", "Bachelor",
        "\u00a0", "'", "+",
    ]
)  # fmt: skip
# Markup as careless, broken and hostile as boards deliver it, and characters that need repair.
MARKUP = st.sampled_from(
    [
        "<p>", "</p>", "<ul>", "<li>", "</li>", "<li class=x>", "<li/>", "<br>", "<br/>", "</br>", "<BR>",
        "<div>", "</div>", "<b>", "</b>", '<a href="/x?a=1&b=2">', "</a>", '<img src="a>b">',
        '<a title="x<y">', "<h3>", "<dd>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>",
        "<tbody>", "<table><tr><td>a</td><td>b</td></tr></table>", "<pre>", "<!-- 7 -->",
        "<script>8</script>", "<select><option>", "<o:p>", "<u", "</", "<", ">", "< 3", "&lt;", "&lt;p&gt;",
        "&amp;", "&amp;lt;", "&nbsp;", "&#39;", "&#x27;", "&eacute;", "&copy", "&notit;", "&#8203;",
        "&#128;", "&#13;", "&NewLine;", "&", "R&D", "•", "• ", "\n", " ", "\t", "\r\n", "\u00a0", "\u200b",
        "\u2028", "\x1e", "\x85", "é", "e\u0301", "Ã¤", "Ã", "¤", "ß", "Apply now", "Jetzt bewerben",
        "word", "C++", "£38,000", "日本", "\U0001f600",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=30).map("".join),
    st.lists(MARKUP, max_size=30).map("".join),
    st.lists(st.one_of(MARKUP, PIECES), max_size=30).map("".join),
)
RELAXED = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
DAY = date(2026, 11, 20)


def one(title, company, location, text):
    columns = {"board": ["b"], "external_id": ["1"], "title": [title], "company": [company], "location": [location]}
    usable = {name: [value[0].encode("utf-8", "replace").decode()] for name, value in columns.items()}
    table = pa.table(usable | {"description_html": [text.encode("utf-8", "replace").decode()]})
    return clean(table, day=DAY).jobs.to_pylist()


@RELAXED
@given(TEXTS)
def test_readable_text_is_its_own_cleaning(source):
    once = plain_text(source)
    assert plain_text(once) == once


@RELAXED
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_a_batch_reads_as_each_text_alone(sources):
    assert plain_texts(sources) == [plain_text(source) for source in sources]
    assert one_lines(sources) == [one_lines([source])[0] for source in sources]


@RELAXED
@given(TEXTS)
def test_no_digit_of_a_text_is_invented(source):
    """Every digit of the result stands in the source, in its order."""
    left = iter(re.findall(r"\d", source))
    assert all(digit in left for digit in re.findall(r"\d", plain_text(source)))


@RELAXED
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_cleaning_never_raises_and_is_idempotent(title, company, location, text):
    for job in one(title, company, location, text):
        (again,) = one(job["title"], job["company"], job["location"] or "", job["description"] or "") or [None]
        if again:
            same = (
                "title",
                "company",
                "description",
                "location",
                "salary_min",
                "salary_max",
                "remote",
                "city",
                "content_hash",
            )
            assert {name: again[name] for name in same} == {name: job[name] for name in same}


@RELAXED
@given(TEXTS, st.sampled_from([None, "US", "DE", "CN"]), st.booleans(), st.sampled_from([None, "en", "zh"]))
def test_no_number_is_invented(text, country, labelled, language):
    salary = read_salary(text, find([text])[0], country, labelled=labelled, language=language)
    if salary is None:
        return
    digits = "".join(re.findall(r"\d", text))
    for amount in (salary.low, salary.high):
        if amount is not None:
            written = f"{amount:.10f}".rstrip("0").rstrip(".").replace(".", "").lstrip("0").rstrip("0")
            assert written in digits
    assert salary.low is None or salary.high is None or salary.low <= salary.high


@given(st.integers(0, 10**9))
def test_a_number_reads_the_same_in_every_local_form(value):
    grouped = f"{value:,}"
    forms = [str(value), grouped, grouped.replace(",", "."), grouped.replace(",", "'"), grouped.replace(",", " ")]
    assert {number(form) for form in forms} == {float(value)}


@given(st.sampled_from([("k", 1e3), ("K", 1e3), ("M", 1e6), ("万", 1e4), ("lakh", 1e5), ("tys.", 1e3), (None, 1.0)]))
def test_letters_behind_a_number_multiply_it(pair):
    assert factor(pair[0]) == pair[1]


@RELAXED
@given(TEXTS)
def test_phrases_stand_where_they_are_said_to(text):
    for hits in find([text])[0].values():
        assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


@RELAXED
@given(TEXTS, TEXTS)
def test_similarity_is_symmetric_and_whole_for_equal_texts(one_text, other):
    assert jaccard(one_text, other) == jaccard(other, one_text)
    assert jaccard(one_text, one_text) in (0.0, 1.0)
