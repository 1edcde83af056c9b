"""Languages: langdetect's answers, bit for bit, and better ones on titles and mixed scripts."""

import os

import pytest

from jobmatch_dagster.postings.language import decide, detect, languages, parts

TEXTS = [
    "We are looking for a welder who reads drawings and works with care in our workshop in Leeds.",
    "Wir suchen zum nächsten Termin eine Pflegekraft für unsere Station in Köln, gern auch in Teilzeit.",
    "Nous cherchons une personne pour la caisse du magasin, le samedi et le dimanche.",
    "Szukamy kierowcy z prawem jazdy kategorii C, praca od poniedziałku do piątku.",
    "招聘后端工程师，熟悉 Java 和 Kubernetes，有三年以上经验。",
    "Требуется бухгалтер с опытом работы от трёх лет.",
    "مطلوب محاسب لديه خبرة ثلاث سنوات",
    "Tìm kế toán viên có kinh nghiệm ba năm",
    "ABC DEF",
    "Nurse",
    "a  b   c https://example.org/x me@example.org ok",
    "日本語の求人です。東京で働きます。",
    "12345",
    "",
]


@pytest.fixture(scope="module")
def reference():
    """langdetect itself, with sorted profiles and its seed at 0."""
    from langdetect import detector_factory as module

    listing = os.listdir
    factory = module.DetectorFactory()
    try:
        os.listdir = lambda path: sorted(listing(path))  # type: ignore[assignment]
        factory.load_profile(module.PROFILES_DIRECTORY)
    finally:
        os.listdir = listing
    factory.set_seed(0)

    def answer(text):
        from langdetect.lang_detect_exception import LangDetectException

        detector = factory.create()
        detector.append(text)
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            return None, 0.0
        return (found[0].lang, found[0].prob) if found else ("unknown", 0.0)

    return answer


def test_the_port_gives_langdetects_labels_and_probabilities_to_the_last_bit(reference):
    texts = TEXTS + [first + " " + second for first in TEXTS for second in TEXTS[::3]]
    labels, chances = detect(texts)
    assert list(zip(labels, chances.tolist(), strict=True)) == [reference(text) for text in texts]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("ENFERMEIRO", "pt"),
        ("Software Engineer", "en"),
        ("Nurse", "en"),
        ("Pflegefachkraft", "de"),
        ("Chemiker/Chemikerin", "de"),
        ("CHEF DE PROJET", "fr"),
        ("Kierowca kat. C", "pl"),
        ("Onderhoudsmonteur", "nl"),
        ("前端工程师 (React)", "zh"),
        ("Бухгалтер", "ru"),
    ],
)
def test_short_titles(title, code):
    assert decide(title).code == code


def test_a_chinese_ad_full_of_product_names_is_chinese():
    body = "负责 Kubernetes、Terraform、AWS、PostgreSQL、Redis 的运维；熟悉 Python、Go、CI/CD、GitHub Actions。"
    assert decide("[Remote] DevOps Engineer", body).code == "zh"


def test_title_and_body_decide_together():
    body = "Wir suchen eine Person, die gern mit Menschen arbeitet und sorgfältig plant. " * 4
    assert decide("Key Account Manager", body).code == "de"


@pytest.mark.parametrize("nothing", ["", "12345", "!!! ---", "\n\n"])
def test_no_letters_no_language(nothing):
    assert decide(nothing).code is None


def test_confidence_is_a_share():
    assert all(0.0 <= language.confidence <= 1.0 for language in languages(TEXTS, TEXTS[::-1]))


GERMAN = "Wir suchen für unser Team in Köln eine Person, die mit Sorgfalt plant und gern mit anderen arbeitet."
ENGLISH = "We are looking for a person who plans with care and likes to work with others in our team in Cologne."


def test_the_parts_of_an_ad_in_two_languages_are_told_apart():
    text = f"{GERMAN}\n{GERMAN}\n\n{ENGLISH}\n{ENGLISH}"
    (found,) = parts([text])
    assert {part.code for part in found} == {"de", "en"}
    german = next(part for part in found if part.code == "de")
    assert [text[start:end] for start, end in german.spans] == [f"{GERMAN}\n{GERMAN}"]
    assert abs(sum(part.share for part in found) - 1) < 0.01


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        f"{GERMAN}\n{GERMAN}\nWork smart. Have fun.",
        f"{ENGLISH}\n" * 4 + "Python, SQL, Excel, Kubernetes, Terraform",
        "招聘后端工程师，熟悉 Java 和 Kubernetes。\n有三年以上经验，良好的沟通能力。",
        "",
    ],
)
def test_a_slogan_or_a_list_of_tools_is_no_second_language(text):
    assert parts([text]) == [()]


def test_long_lines_are_told_apart_sentence_by_sentence():
    (found,) = parts([f"{GERMAN} {GERMAN} {ENGLISH} {ENGLISH}"])
    assert {part.code for part in found} == {"de", "en"}


@pytest.mark.parametrize(
    ("title", "code"),
    [("Barnskötare", "sv"), ("Lastbilschaufför", "sv"), ("Vrachtwagenchauffeur", "nl"), ("Wijkverpleegkundige", "nl")],
)
def test_trades_of_small_languages(title, code):
    assert decide(title).code == code


def test_a_word_that_many_languages_share_leaves_the_confidence_low():
    assert decide("Pilot").confidence < 0.9
    assert decide("Manager").confidence < 0.95
