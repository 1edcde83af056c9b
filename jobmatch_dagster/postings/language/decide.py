"""Which language an advertisement is in, from its title and body together, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobmatch_dagster.postings.characters import encode
from jobmatch_dagster.postings.language import scripts
from jobmatch_dagster.postings.language.langdetect_port import detect
from jobmatch_dagster.postings.language.title_model import classify

LONG = 200  # Latin letters from which langdetect's algorithm decides, below it the model of titles
# langdetect's answers that short or unusual English texts get by mistake; no board of ours carries ads in them
_UNLIKELY = frozenset({"af", "so", "sw", "cy", "sq", "tl"})


@dataclass(frozen=True)
class Language:
    """A decision.

    Attributes:
        code: ISO 639-1, or None where nothing could be read.
        confidence: 0 to 1.
    """

    code: str | None = None
    confidence: float = 0.0


def decide(title: str, body: str = "") -> Language:
    """The language of one advertisement; see ``languages``."""
    return languages([title], [body])[0]


def languages(titles: Sequence[str], bodies: Sequence[str]) -> list[Language]:
    """The language of each advertisement.

    Args:
        titles: job titles.
        bodies: plain-text descriptions, "" where there is none.

    Returns:
        One decision a text. The script decides where it can; long Latin text goes to langdetect's algorithm, a
        short one to the model of titles. What is below
        the bar of the settings is still reported here, with its confidence: the caller makes it null.
    """
    texts = [f"{title}\n{body}" if body else title for title, body in zip(titles, bodies, strict=True)]
    codes, bounds = encode(texts)
    found = scripts.count_scripts(codes, bounds, scripts.SCRIPT_OF)
    counts, letters = found.tolist(), found[:, : scripts.OTHER + 1].sum(axis=1).tolist()
    decided: list[Language | None] = [_by_script(*text) for text in zip(counts, letters, strict=True)]
    rest = [index for index, language in enumerate(decided) if language is None]
    latin = {i for i in rest if counts[i][scripts.LATIN] * 2 > letters[i]}
    short = [i for i in rest if i in latin and counts[i][scripts.LATIN] < LONG]
    long = sorted(set(rest) - set(short))
    for index, label, chance in zip(long, *detect([texts[i] for i in long]), strict=True):
        decided[index] = _by_grams(counts[index], letters[index], label, float(chance))
    doubtful = [i for i in long if i in latin and (decided[i] or Language()).code in (None, *_UNLIKELY)]
    for index, label, chance in zip(short + doubtful, *classify([texts[i] for i in short + doubtful]), strict=True):
        decided[index] = Language(label, round(float(chance), 4))
    return [language or Language() for language in decided]


def _by_script(counts: list[int], letters: int) -> Language | None:
    """The language that the script alone tells; None where n-grams must."""
    if letters < 2:
        return Language()
    if counts[scripts.LATIN] == letters:
        return None
    han, kana, latin_words = counts[scripts.HAN], counts[scripts.KANA], counts[scripts.LATIN_WORDS]
    asian = han + kana
    # A Chinese ad names its tools in Latin letters: one character to three such words is still a Chinese ad.
    if asian >= 2 and asian * 3 >= latin_words:
        share = asian / (asian + latin_words)
        code = "ja" if kana * 12 >= asian else "zh"
        return Language(code, round(min(0.9999, share**0.3), 4))
    for script, code in scripts.DECIDES.items():
        if counts[script] * 2 >= letters:
            return Language(code, round(min(0.9999, (counts[script] / letters) ** 0.3), 4))
    return None


def _by_grams(counts: list[int], letters: int, label: str | None, chance: float) -> Language:
    if label is None or label == "unknown":
        return Language()
    code = label.split("-")[0]
    for script, codes in scripts.LANGUAGES_OF.items():
        if counts[script] * 2 >= letters and code not in codes:
            return Language(codes[0], 0.5)
    return Language(code, round(chance, 4))
