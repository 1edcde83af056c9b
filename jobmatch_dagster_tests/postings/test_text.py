"""Descriptions become readable text and lose nothing that carries meaning."""

import pytest

from jobmatch_dagster.postings.text import MAX_HTML_CHARS, one_lines, plain_text


def test_paragraphs_and_bullets_stay():
    html = "<h2>Your tasks</h2><p>Weld pipes.<br>Read plans.</p><ul><li>Torch</li><li>Gloves</li></ul><p>Start soon</p>"
    assert plain_text(html) == "Your tasks\n\nWeld pipes.\nRead plans.\n\n• Torch\n• Gloves\n\nStart soon"


@pytest.mark.parametrize(
    "name", ["C++", "C#", ".NET", "A/B", "Node.js", "R&D", "F#", "100 % < 200 %", "a < b and c > d"]
)
def test_names_with_signs_keep_every_character(name):
    from html import escape

    assert plain_text(f"<p>Know <b>{escape(name)}</b>.</p>") == f"Know {name}."


def test_markup_inside_a_word_does_not_split_it():
    assert plain_text("<p><b>C</b>++ and <i>Java</i>Script</p>") == "C++ and JavaScript"


def test_escaped_html_is_read_as_html():
    assert plain_text("&lt;p&gt;One&lt;/p&gt;&lt;ul&gt;&lt;li&gt;two&lt;/li&gt;&lt;/ul&gt;") == "One\n\n• two"


def test_generic_types_are_not_taken_for_tags():
    assert plain_text("Know List&lt;String&gt; well") == "Know List<String> well"


def test_broken_html_keeps_its_words():
    assert plain_text("<div><p>open <b>bold<p>next</span></div><li>item") == "open bold\n\nnext\n• item"


def test_cells_of_a_table_stay_apart():
    assert (
        plain_text("<table><tr><td>Mon</td><td>8–16</td></tr><tr><td>Tue</td><td>off</td></tr></table>")
        == "Mon 8–16\nTue off"
    )


def test_scripts_and_styles_are_no_text():
    assert plain_text("<style>p{color:red}</style><p>Hello</p><script>var a = '<p>x</p>'</script>") == "Hello"


def test_wrong_encoding_is_repaired():
    assert plain_text("Wir suchen GÃ¤rtner fÃ¼r KÃ¶ln") == "Wir suchen Gärtner für Köln"


def test_invisible_and_broken_characters_are_removed():
    assert plain_text("re\u00admote\u200b \u200fwork\x00 now\ud800") == "remote work now\ufffd"


def test_only_whole_lines_of_buttons_are_boilerplate():
    assert (
        plain_text("Nurse wanted\nApply now\nApply now skills of triage\nAccept all cookies")
        == "Nurse wanted\nApply now skills of triage"
    )


@pytest.mark.parametrize(
    "source",
    ["<p>a &amp;amp; b</p>", "&amp;lt;b&amp;gt;x", "• one\n•\n\n\n• two", "a\r\n\r\n\r\nb\u2028c", "<pre>x\n  y</pre>"],
)
def test_cleaning_twice_changes_nothing(source):
    once = plain_text(source)
    assert plain_text(once) == once


def test_a_hard_space_is_a_space():
    assert plain_text("<p>one&nbsp;</p><div>two&#8203;&ensp;three</div>") == "one\n\ntwo three"


def test_an_empty_box_is_an_empty_line():
    assert plain_text("<div>one</div><div>&nbsp;</div><div>two</div>") == "one\n\ntwo"


def test_a_line_of_one_sign_is_a_line_as_any_other():
    assert plain_text("a<br>b<div>c</div>") == "a\nb\nc"


def test_a_huge_page_is_cut_and_read():
    assert len(plain_text("<p>" + "word " * (MAX_HTML_CHARS // 4))) <= 1_000_000


def test_a_title_is_one_line_without_entities():
    assert one_lines([" Sales &amp; Service\n Lead\t(m/f) "])[0] == "Sales & Service Lead (m/f)"
