"""Runs matcher, tagger and reading over a batch of tokenised texts and returns one row per mention, as plain arrays.

In English text the tagger has a say: it stops forms that it takes for ordinary words there, it admits forms that lack
other evidence, and it points at spans that no form covers (candidates). How sure it must be is set here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jobmatch_dagster.skills import characters as characters_module
from jobmatch_dagster.skills import compiling, languages, matcher, reading, scope, tagger
from jobmatch_dagster.skills import cues as cues_module
from jobmatch_dagster.skills.cues import SILENT, TITLE_SECTION, Says
from jobmatch_dagster.skills.phrases import NO_WORD
from jobmatch_dagster.skills.taxonomy import Taxonomy
from jobmatch_dagster.skills.tokens import Gap, Tokens

NO_FORM = -1
"""Form of a candidate: a span that the tagger found and the taxonomy lacks."""
PART_BARS = np.array([0.0, 0.0, 0.3, 0.5])
"""Probability of being part of a span below which a form of that gate (compiling.GATES) is stopped."""
WHOLE_BARS = np.array([0.0, 0.0, 0.45, 0.62])
"""Probability of being a whole span, neither more nor less, below which a form of that gate is stopped."""
OPEN_GATE, ASKED_GATE, LOW_GATE, HIGH_GATE = range(len(compiling.GATES))
ADMIT_BAR = 0.6
"""Probability of being a whole span at which a form that lacks other evidence counts."""
CANDIDATE_BAR = 0.85
"""Probability of being a whole span at which words that no form covers become a candidate."""
LANGUAGE_UNKNOWN, LANGUAGE_ENGLISH, LANGUAGE_OTHER = 0, 1, 2

_REQUIRED, _ASKED, _PREFERRED, _EVIDENCE = (
    int(says) for says in (Says.REQUIRED, Says.ASKED, Says.PREFERRED, Says.EVIDENCE)
)
_LEVEL_FIRST, _LEVEL_LAST = int(Says.LEVEL_BASIC), int(Says.LEVEL_NATIVE)
_TITLE, _SILENT = TITLE_SECTION, SILENT
_COMMA, _SENTENCE = int(Gap.COMMA), int(Gap.SENTENCE)


class Mentions(NamedTuple):
    """One item per mention: text, form number or NO_FORM, offsets into the batch's code points, and what was read
    around it.

    ``certainty``: the tagger's probability, 1 where it was not asked.
    """

    text: np.ndarray
    form: np.ndarray
    start: np.ndarray
    end: np.ndarray
    requirement: np.ndarray
    years: np.ndarray
    level: np.ndarray
    section: np.ndarray
    certainty: np.ndarray


_COLUMNS = (np.int32, np.int32, np.int64, np.int64, np.uint8, np.float64, np.uint8, np.uint8, np.float64)


class CueHits(NamedTuple):
    """The cues of one text: first token, token after the last, what each says (see ``cues.Cues``)."""

    start: np.ndarray
    end: np.ndarray
    before: np.ndarray
    after: np.ndarray
    section: np.ndarray
    value: np.ndarray


class Units(NamedTuple):
    """The units of one text: unit of each token (from the text's first), first token of each unit, section of each."""

    of: np.ndarray
    first: np.ndarray
    section: np.ndarray


class Desk(NamedTuple):
    """Scratch for one text at a time, as long as the longest of the batch needs."""

    owner: np.ndarray
    evidence: np.ndarray
    words: np.ndarray
    lex: np.ndarray
    cue: np.ndarray
    p: np.ndarray
    chain: np.ndarray
    loose: np.ndarray
    counts: np.ndarray


@njit(cache=True, nogil=True)
def _new_desk(longest, n_languages):  # type: ignore[no-untyped-def]
    return Desk(
        np.full(longest, -1, np.int32),
        np.zeros(longest, np.uint8),
        np.empty(longest, np.int32),
        np.empty(longest, np.uint8),
        np.empty(longest, np.uint8),
        np.empty((longest, 3), np.float64),
        np.empty((2, 3 * (reading.LONGEST_UNIT + 4)), np.float64),
        np.empty((min(longest, tagger.MOST_LOOSE), 15), np.float32),
        np.zeros(n_languages, np.int32),
    )


@njit(cache=True, nogil=True)
def _new_cue_hits(room):  # type: ignore[no-untyped-def]
    return CueHits(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint8),
        np.empty(room, np.uint8),
        np.empty(room, np.uint8),
        np.empty(room, np.float64),
    )


@njit(cache=True, nogil=True)
def longest_text(first):  # type: ignore[no-untyped-def]
    """Tokens of the longest text, at least 1."""
    longest = 1
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    return longest


@njit(cache=True, nogil=True)
def _find_cues(lo, hi, tokens, cues, found, hits, desk):  # type: ignore[no-untyped-def]
    """The cues of one text, without those inside a longer one that speaks of a requirement too ("plus" in "is a plus").

    Also marks in ``desk.evidence`` where a skill is announced or closed.
    """
    n = matcher.find(lo, hi, tokens, cues.articles[:0], cues.table, desk.words, found)
    desk.evidence[: hi - lo] = 0
    kept, reach, k = 0, -1, 0
    while k < n:
        j, furthest = k, -1
        while j < n and found.start[j] == found.start[k]:
            if _speaks(found.form[j], cues):
                furthest = found.end[j]
            j += 1
        for i in range(k, j):
            f = found.form[i]
            if _speaks(f, cues) and (found.end[i] != furthest or furthest <= reach):
                continue
            hits.start[kept], hits.end[kept] = found.start[i], found.end[i]
            hits.before[kept], hits.after[kept] = cues.before[f], cues.after[f]
            hits.section[kept], hits.value[kept] = cues.section[f], cues.value[f]
            kept += 1
            desk.evidence[found.end[i] - 1 - lo] |= _shows(cues.before[f], matcher.ANNOUNCES, matcher.GRADES_AHEAD)
            desk.evidence[found.start[i] - lo] |= _shows(cues.after[f], matcher.CLOSES, matcher.GRADES_BACK)
        reach = max(reach, furthest)
        k = j
    return kept


@njit(cache=True, nogil=True, inline="always")
def _shows(says, worked_with, graded):  # type: ignore[no-untyped-def]
    """What a cue shows of the word beside it: that it is worked with, or that it is asked for or graded."""
    if says in (_ASKED, _EVIDENCE):
        return np.uint8(worked_with)
    if says in (_REQUIRED, _PREFERRED) or _LEVEL_FIRST <= says <= _LEVEL_LAST:
        return np.uint8(graded)
    return np.uint8(0)


@njit(cache=True, nogil=True, inline="always")
def _speaks(form, cues):  # type: ignore[no-untyped-def]
    return cues.before[form] < _EVIDENCE or cues.after[form] < _EVIDENCE


@njit(cache=True, nogil=True)
def describe(lo, hi, n, c, tokens, found, hits, forms, desk):  # type: ignore[no-untyped-def]
    """Fill ``desk.lex`` and ``desk.cue``, the codes that the tagger reads beside the words themselves."""
    matcher.choose(n, found, lo, desk.owner, forms, True)
    tagger.lexical_codes(lo, hi, n, found, forms, desk.lex)
    tagger.cue_codes(lo, hi, c, hits.end, hits.before, desk.cue)


@njit(cache=True, nogil=True)
def _tag(lo, hi, n_units, codes, tokens, units, folds, emissions, model, desk):  # type: ignore[no-untyped-def]
    tagger.loose_words(lo, hi, tokens, codes, folds, desk.words, model, desk.loose)
    for u in range(n_units):
        tagger.tag_unit(
            units.first[u], units.first[u + 1], lo, tokens, desk.words, emissions, desk.loose, desk.lex, desk.cue,
            model, desk.chain, desk.p,
        )  # fmt: skip


@njit(cache=True, nogil=True, inline="always")
def _part(s, e, lo, p):  # type: ignore[no-untyped-def]
    """Probability that [s, e) is part of a span: its least likely word's."""
    least = 1.0
    for t in range(s, e):
        least = min(least, 1.0 - p[t - lo, tagger.O])
    return least


@njit(cache=True, nogil=True, inline="always")
def _whole(s, e, lo, last, p):  # type: ignore[no-untyped-def]
    """Probability that [s, e) is a whole span of a unit that ends at ``last``: its least likely word's or
    boundary's."""
    least = p[s - lo, tagger.B]
    for t in range(s + 1, e):
        least = min(least, p[t - lo, tagger.I])
    return min(least, 1.0 - p[e - lo, tagger.I]) if e < last else least


@njit(cache=True, nogil=True)
def _gate(lo, n, tokens, found, forms, units, part_bars, whole_bars, desk):  # type: ignore[no-untyped-def]
    """Let the tagger stop forms and admit others."""
    for m in range(n):
        f = found.form[m]
        gate = forms.gate[f]
        if forms.skill[f] < 0 or gate < LOW_GATE or (gate == LOW_GATE and found.sure[m]):
            continue
        s, e = found.start[m], found.end[m]
        whole = _whole(s, e, lo, units.first[units.of[s - lo] + 1], desk.p)
        if found.sure[m]:
            if whole < whole_bars[gate] or _part(s, e, lo, desk.p) < part_bars[gate]:
                found.sure[m] = 0
        elif whole >= ADMIT_BAR and matcher.written_like(tokens.shape[s], forms.shape[f]):
            found.sure[m] = 1


@njit(cache=True, nogil=True)
def _free_spans(lo, hi, n, tokens, found, units, desk, spans):  # type: ignore[no-untyped-def]
    """Spans of the tagger that no taken form and no stop phrase touches; returns how many, in the order of the text."""
    p, k, t = desk.p, 0, lo
    for m in range(n):
        if found.picked[m] == 1:
            for u in range(found.start[m], found.end[m]):
                desk.owner[u - lo] = 1
    while t < hi:
        if p[t - lo, tagger.O] >= 0.5 or p[t - lo, tagger.B] < p[t - lo, tagger.I]:
            t += 1
            continue
        u, free, last = t, True, units.first[units.of[t - lo] + 1]
        while u < last and (u == t or (p[u - lo, tagger.I] >= 0.5 and tokens.gap[u] != _COMMA)):
            free = free and desk.owner[u - lo] < 0
            u += 1
        if free and _whole(t, u, lo, last, p) >= CANDIDATE_BAR:
            spans[k, 0], spans[k, 1] = t, u
            k += 1
        t = u
    for m in range(n):
        if found.picked[m] == 1:
            for u in range(found.start[m], found.end[m]):
                desk.owner[u - lo] = -1
    return k


@njit(cache=True, nogil=True)
def _write(d, s, e, lo, form, certainty, at, codes, tokens, c, hits, units, is_title, out):  # type: ignore[no-untyped-def]
    """One mention at tokens [s, e), with what is read around it, into row ``at``."""
    u = units.of[s - lo]
    first, last = units.first[u], units.first[u + 1]
    low = np.searchsorted(hits.start[:c], first)
    high = np.searchsorted(hits.start[:c], last)
    near = CueHits(
        hits.start[low:high],
        hits.end[low:high],
        hits.before[low:high],
        hits.after[low:high],
        hits.section[low:high],
        hits.value[low:high],
    )
    section = np.uint8(_TITLE) if is_title else units.section[u]
    out.text[at], out.form[at] = d, form
    out.start[at], out.end[at] = tokens.start[s], tokens.end[e - 1]
    begin = scope.item_start(s, first, tokens.gap, near)
    out.requirement[at] = scope.requirement(s, e, first, last, tokens.gap, near, section)
    out.years[at] = reading.years(s, e, begin, last, codes, tokens, near)
    out.level[at] = reading.level(s, e, begin, last, tokens.gap, near)
    out.section[at], out.certainty[at] = section, certainty


@njit(cache=True, nogil=True)
def _read_batch(
    codes,
    tokens,
    is_title,
    is_resume,
    language,
    table,
    forms,
    cues,
    known,
    folds,
    emissions,
    model,
    part_bars,
    whole_bars,
    out,
):  # type: ignore[no-untyped-def]
    """Fill ``out``; returns the number of mentions, or -1 where there is no room for all."""
    longest = longest_text(tokens.first)
    found, hits = matcher.new_candidates(4 * longest + 16), _new_cue_hits(4 * longest + 16)
    desk = _new_desk(longest, languages.MOST_LANGUAGES)
    units = Units(np.empty(longest, np.int32), np.empty(longest + 1, np.int32), np.empty(longest + 1, np.uint8))
    spans = np.empty((longest, 2), np.int32)
    total = 0
    for d in range(len(tokens.first) - 1):
        lo, hi = tokens.first[d], tokens.first[d + 1]
        if lo == hi:
            continue
        c = _find_cues(lo, hi, tokens, cues, found, hits, desk)
        n = matcher.find(lo, hi, tokens, cues.articles, table, desk.words, found)
        n_units = reading.units(lo, hi, tokens.gap, c, hits, units)
        matcher.judge(n, found, lo, hi, tokens, forms, desk.evidence, cues.joints)
        tagged = not is_title[d] and (
            language[d] == LANGUAGE_ENGLISH
            or (
                language[d] == LANGUAGE_UNKNOWN
                and languages.is_english(lo, hi, tokens.hash, known.hashes, known.masks, desk.counts)
            )
        )
        k = 0
        if tagged:
            describe(lo, hi, n, c, tokens, found, hits, forms, desk)
            _tag(lo, hi, n_units, codes, tokens, units, folds, emissions, model, desk)
            _gate(lo, n, tokens, found, forms, units, part_bars, whole_bars, desk)
        matcher.choose(n, found, lo, desk.owner, forms, False)
        if tagged:
            k = _free_spans(lo, hi, n, tokens, found, units, desk, spans)
        if total + n + k > len(out.text):
            return -1
        i = 0
        for m in range(n + 1):
            while i < k and (m == n or spans[i, 0] < found.start[m]):
                s, e = spans[i, 0], spans[i, 1]
                sure = _part(s, e, lo, desk.p)
                _write(d, s, e, lo, NO_FORM, sure, total, codes, tokens, c, hits, units, is_title[d], out)
                total += 1
                i += 1
            if m < n and found.picked[m] and forms.skill[found.form[m]] >= 0:
                s, e, f = found.start[m], found.end[m], found.form[m]
                gate = forms.gate[f]
                sure = _part(s, e, lo, desk.p) if tagged and gate > ASKED_GATE and not is_resume else 1.0
                doubted = gate == ASKED_GATE or (
                    gate == LOW_GATE
                    and tagged
                    and (
                        sure < part_bars[gate]
                        or _whole(s, e, lo, units.first[units.of[s - lo] + 1], desk.p) < whole_bars[gate]
                    )
                )
                _write(d, s, e, lo, f, sure, total, codes, tokens, c, hits, units, is_title[d], out)
                graded = gate != ASKED_GATE and (out.level[total] != reading.NO_LEVEL or not np.isnan(out.years[total]))
                if graded and reading.may_ask(out.requirement[total], out.section[total]):
                    out.requirement[total] = reading.REQUIRED
                if is_resume or not doubted or reading.asks(out.requirement[total], out.section[total]):
                    total += 1
    return total


@njit(cache=True, nogil=True)
def _observe(tokens, table, forms, cues, words, lex, cue, unit_first):  # type: ignore[no-untyped-def]
    longest = longest_text(tokens.first)
    found, hits = matcher.new_candidates(4 * longest + 16), _new_cue_hits(4 * longest + 16)
    desk = _new_desk(longest, 1)
    units = Units(np.empty(longest, np.int32), np.empty(longest + 1, np.int32), np.empty(longest + 1, np.uint8))
    total = 0
    for d in range(len(tokens.first) - 1):
        lo, hi = tokens.first[d], tokens.first[d + 1]
        if lo == hi:
            continue
        c = _find_cues(lo, hi, tokens, cues, found, hits, desk)
        n = matcher.find(lo, hi, tokens, cues.articles, table, desk.words, found)
        describe(lo, hi, n, c, tokens, found, hits, forms, desk)
        words[lo:hi], lex[lo:hi], cue[lo:hi] = desk.words[: hi - lo], desk.lex[: hi - lo], desk.cue[: hi - lo]
        n_units = reading.units(lo, hi, tokens.gap, c, hits, units)
        unit_first[total : total + n_units] = units.first[:n_units]
        total += n_units
    return total


def observe(tokens: Tokens, taxonomy: Taxonomy) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the tagger is told about each token: known word, lexical code, cue code; and the first token of each unit.

    For training: the same code runs in ``read_batch``.
    """
    n = len(tokens.start)
    words, lex, cue = np.empty(n, np.int32), np.empty(n, np.uint8), np.empty(n, np.uint8)
    unit_first = np.empty(n + 1, np.int32)
    total = _observe(tokens, taxonomy.phrases, taxonomy.forms, cues_module.load(), words, lex, cue, unit_first)
    return words, lex, cue, unit_first[:total]


def read_batch(
    codes: np.ndarray, tokens: Tokens, is_title: bool, is_resume: bool, language: np.ndarray, taxonomy: Taxonomy
) -> Mentions:
    """All mentions in a batch.

    Args:
        codes: the batch's code points.
        tokens: its tokens.
        is_title: whether the texts are titles; a title's skills are required and in section "title".
        is_resume: whether they are by the person; a posting must ask for an attitude, a person may just name it.
        language: LANGUAGE_* per text (uint8).
        taxonomy: where the forms come from.
    """
    room = len(tokens.start) + 16
    titles = np.full(len(tokens.first) - 1, is_title)
    folds, known = characters_module.load().folds, languages.load()
    while True:
        out = Mentions(*(np.empty(room, kind) for kind in _COLUMNS))
        n = _read_batch(
            codes, tokens, titles, is_resume, language, taxonomy.phrases, taxonomy.forms, cues_module.load(), known,
            folds, taxonomy.emissions, tagger.load(), PART_BARS, WHOLE_BARS, out,
        )  # fmt: skip
        if n >= 0:
            return Mentions(*(column[:n] for column in out))
        room *= 2


__all__ = ["NO_FORM", "NO_WORD", "Mentions", "read_batch"]
