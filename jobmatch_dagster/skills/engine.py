"""Runs the steps of reading over a batch of tokenised texts and returns one row per mention, as plain arrays.

The steps for one text: its cues (``signals``), the forms in it (``phrases``), its units and sections (``reading``),
which forms count (``matcher``), in English what the tagger thinks of them (``tagger``, ``chain``, ``gating``), and what
is said of each (``scope``, ``reading``). Nothing runs per mention outside the compiled code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills import chain, gating, languages, matcher, phrases, reading, scope, signals, tagger
from jobmatch_dagster.skills import characters as characters_module
from jobmatch_dagster.skills import cues as cues_module
from jobmatch_dagster.skills.cues import ARTICLE_ROLE, TITLE_SECTION, Cues, Says
from jobmatch_dagster.skills.kernels import allocating_kernel, kernel, small_kernel
from jobmatch_dagster.skills.matcher import Candidates, Forms, Notes
from jobmatch_dagster.skills.phrases import PhraseTable
from jobmatch_dagster.skills.signals import CueHits, Signs
from jobmatch_dagster.skills.taxonomy import Taxonomy
from jobmatch_dagster.skills.tokens import Tokens

NO_FORM = gating.NO_FORM
LANGUAGE_UNKNOWN, LANGUAGE_ENGLISH, LANGUAGE_OTHER = 0, 1, 2
_TITLE = TITLE_SECTION
_OFFERED = int(Says.OFFERED)
_OPEN_GATE, _ASKED_GATE, _HIGH_GATE = gating.OPEN_GATE, gating.ASKED_GATE, gating.HIGH_GATE


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


class Knowledge(NamedTuple):
    """All that the steps know of words: the forms, the cues, the tagger's weights."""

    table: PhraseTable
    forms: Forms
    cues: Cues
    folds: np.ndarray
    emissions: np.ndarray
    model: tagger.Model


class Units(NamedTuple):
    """The units of one text: unit of each token (from the text's first), first token of each unit, section of each,
    first cue of each, and what its cues can tell of a skill (``scope.TELLS_REQUIREMENT`` …)."""

    of: np.ndarray
    first: np.ndarray
    section: np.ndarray
    cue: np.ndarray
    told: np.ndarray


class Desk(NamedTuple):
    """Scratch for one text at a time, as long as the longest of the batch needs.

    ``infos``: what the forms' table says of each token alone (uint64); ``words``, ``lex``, ``cue``: what the tagger is
    told of it; ``p``: what it says (float64, 3).
    """

    found: Candidates
    hits: CueHits
    signs: Signs
    units: Units
    notes: Notes
    infos: np.ndarray
    words: np.ndarray
    lex: np.ndarray
    cue: np.ndarray
    loose: np.ndarray
    p: np.ndarray
    sheet: chain.Sheet
    spans: np.ndarray
    counts: np.ndarray


class Found(NamedTuple):
    """How much was found in one text: cues, candidates, units."""

    cues: int
    forms: int
    units: int


@allocating_kernel
def _new_desk(longest):  # type: ignore[no-untyped-def]
    room = 4 * longest + 16
    return Desk(
        matcher.new_candidates(room),
        signals.new_cue_hits(room),
        signals.new_signs(longest),
        Units(
            np.empty(longest, np.int32),
            np.empty(longest + 1, np.int32),
            np.empty(longest + 1, np.uint8),
            np.empty(longest + 1, np.int32),
            np.empty(longest + 1, np.uint8),
        ),
        matcher.new_notes(longest, room),
        np.empty(longest, np.uint64),
        np.empty(longest, np.int32),
        np.empty(longest, np.uint8),
        np.empty(longest, np.uint8),
        np.empty((min(longest, tagger.MOST_LOOSE), tagger.SPOKEN), np.float32),
        np.empty((longest, 3), np.float64),
        chain.new_sheet(),
        np.empty((longest, 3), np.int32),
        np.empty(languages.MOST_LANGUAGES, np.int32),
    )


@kernel
def longest_text(first):  # type: ignore[no-untyped-def]
    """Tokens of the longest text, at least 1."""
    longest = 1
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    return longest


@kernel
def _find(lo, hi, tokens, known, desk):  # type: ignore[no-untyped-def]
    """Cues, forms and units of tokens [lo, hi)."""
    phrases.recognise(
        lo, hi, tokens.hash, known.cues.table, desk.signs.infos, desk.signs.little, known.table, desk.infos, desk.words
    )  # fmt: skip
    c = signals.find(lo, hi, tokens, known.cues, desk.found, desk.hits, desk.signs)
    n = phrases.walk(lo, hi, tokens, desk.signs.role, ARTICLE_ROLE, known.table, desk.infos, desk.found)
    n_units = reading.units(lo, hi, tokens.gap, tokens.shape, c, desk.hits, desk.units)
    _share_cues(n_units, c, desk.hits, desk.units)
    return Found(c, n, n_units)


@kernel
def _share_cues(n_units, c, hits, units):  # type: ignore[no-untyped-def]
    """Give each unit its cues: ``units.cue`` and ``units.told``."""
    at = 0
    for u in range(n_units):
        units.cue[u], told = at, 0
        while at < c and hits.start[at] < units.first[u + 1]:
            told |= scope.tells(hits.before[at])
            if hits.after[at] <= _OFFERED:
                told |= scope.TELLS_REQUIREMENT
            at += 1
        units.told[u] = told
    units.cue[n_units] = at


@kernel
def _describe(lo, hi, counts, known, desk):  # type: ignore[no-untyped-def]
    """Fill ``desk.lex`` and ``desk.cue``, the codes that the tagger reads beside the words themselves."""
    matcher.choose(counts.forms, desk.found, lo, known.forms, True, desk.notes)
    tagger.lexical_codes(lo, hi, counts.forms, desk.found, known.forms, desk.lex)
    tagger.cue_codes(lo, hi, counts.cues, desk.hits.end, desk.hits.before, desk.cue)


@allocating_kernel
def _tag(lo, hi, counts, codes, tokens, known, desk):  # type: ignore[no-untyped-def]
    """Ask the tagger about every token, and let it stop and admit forms."""
    _describe(lo, hi, counts, known, desk)
    tagger.loose_words(lo, hi, tokens, codes, known.folds, desk.words, known.model, desk.loose)
    chain.tag(
        lo, counts.units, desk.units, tokens.shape, desk.words, known.emissions, desk.loose, desk.lex, desk.cue,
        known.model, desk.sheet, desk.p,
    )  # fmt: skip
    gating.gate(lo, counts.forms, tokens, desk.found, known.forms, desk.units, desk.p, known.model.bars)


@small_kernel
def _near(u, hits, units):  # type: ignore[no-untyped-def]
    """The cues of unit u."""
    low, high = units.cue[u], units.cue[u + 1]
    return CueHits(
        hits.start[low:high],
        hits.end[low:high],
        hits.before[low:high],
        hits.after[low:high],
        hits.section[low:high],
        hits.value[low:high],
    )


@kernel
def _measure(s, e, first, last, codes, tokens, cues):  # type: ignore[no-untyped-def]
    """Years and level said of tokens [s, e) in the unit [first, last)."""
    begin = scope.item_start(s, first, tokens.gap, cues)
    return (
        reading.years(s, e, begin, last, codes, tokens, cues),
        reading.level(s, e, begin, last, tokens.gap, cues),
    )


@small_kernel
def _write(d, s, e, lo, form, certainty, at, codes, tokens, hits, units, section, requirement, out):  # type: ignore[no-untyped-def]
    """One mention at tokens [s, e), with what is read around it, into row ``at``."""
    u = units.of[s - lo]
    told = units.told[u]
    out.text[at], out.form[at] = d, form
    out.start[at], out.end[at] = tokens.start[s], tokens.end[e - 1]
    out.requirement[at] = requirement
    out.years[at], out.level[at] = np.nan, reading.NO_LEVEL
    if told & (scope.TELLS_YEARS | scope.TELLS_LEVEL):
        first, last, near = units.first[u], units.first[u + 1], _near(u, hits, units)
        out.years[at], out.level[at] = _measure(s, e, first, last, codes, tokens, near)
    out.section[at], out.certainty[at] = section, certainty


@small_kernel
def _requirement(s, e, lo, tokens, hits, units, section):  # type: ignore[no-untyped-def]
    u = units.of[s - lo]
    if section == _TITLE:
        return reading.REQUIRED
    if units.told[u] & scope.TELLS_REQUIREMENT == 0:
        return scope.by_section(section)
    return scope.requirement(
        s, e, units.first[u], units.first[u + 1], tokens.gap, _near(u, hits, units), section
    )  # fmt: skip


@small_kernel
def _write_one(d, s, e, f, free, lo, tagged, is_resume, at, codes, tokens, forms, bars, desk, is_title, out):  # type: ignore[no-untyped-def]
    """The mention of form f, or of a free span, at tokens [s, e) into row ``at``; returns whether it stays: a form in
    doubt must be asked for, and one that the tagger is sure is none does not stay in a posting even then."""
    gate, certainty, p = _OPEN_GATE if free else forms.gate[f], 1.0, desk.p
    doubted = tagged and _ASKED_GATE < gate < _HIGH_GATE
    if doubted and not is_resume and gating.part(s, e, lo, p) < bars.least[gate]:
        return False
    section = np.uint8(_TITLE) if is_title else desk.units.section[desk.units.of[s - lo]]
    requirement = _requirement(s, e, lo, tokens, desk.hits, desk.units, section)
    stays = free or is_resume or reading.asks(requirement, section)
    if not stays and gate != _ASKED_GATE:
        stays = not (doubted and gating.unlikely(s, e, lo, gate, desk.units, p, bars))
    may_ask = not free and gate != _ASKED_GATE and reading.may_ask(requirement, section)
    if not stays and not may_ask:
        return False
    if tagged and (free or (gate > _ASKED_GATE and not is_resume)):
        certainty = gating.part(s, e, lo, p)
    _write(d, s, e, lo, f, certainty, at, codes, tokens, desk.hits, desk.units, section, requirement, out)
    if may_ask and (out.level[at] != reading.NO_LEVEL or not np.isnan(out.years[at])):
        out.requirement[at] = reading.REQUIRED
        return True
    return stays


@kernel
def _write_all(d, lo, counts, k, tagged, is_resume, total, codes, tokens, forms, bars, desk, is_title, out):  # type: ignore[no-untyped-def]
    """The mentions of one text, and its k free spans, in the order of the text; returns the rows then in use."""
    i, m, found = 0, 0, desk.found
    while i < k or m < counts.forms:
        free = i < k and (m == counts.forms or desk.spans[i, 0] < found.start[m])
        if free:
            s, e, f = desk.spans[i]
            i += 1
        else:
            s, e, f = found.start[m], found.end[m], found.form[m]
            m += 1
            if not found.picked[m - 1] or forms.skill[f] < 0:
                continue
        total += _write_one(
            d, s, e, f, free, lo, tagged, is_resume, total, codes, tokens, forms, bars, desk, is_title, out
        )  # fmt: skip
    return total


@allocating_kernel
def _read_batch(codes, tokens, is_title, is_resume, language, known, out):  # type: ignore[no-untyped-def]
    """Fill ``out``; returns the number of mentions, or -1 where there is no room for all."""
    desk, total = _new_desk(longest_text(tokens.first)), 0
    chain.prepare(known.model, desk.sheet)
    for d in range(len(tokens.first) - 1):
        lo, hi = tokens.first[d], tokens.first[d + 1]
        if lo == hi:
            continue
        counts = _find(lo, hi, tokens, known, desk)
        english = language[d] == LANGUAGE_ENGLISH or (
            language[d] == LANGUAGE_UNKNOWN
            and (is_title or languages.is_english(hi - lo, desk.signs.little, known.cues.spoken, desk.counts))
        )
        tagged = english and not is_title
        matcher.judge(
            counts.forms, desk.found, lo, hi, english, tokens, known.forms, desk.signs.evidence, desk.signs.role,
            desk.notes,
        )  # fmt: skip
        if tagged:
            _tag(lo, hi, counts, codes, tokens, known, desk)
        matcher.choose(counts.forms, desk.found, lo, known.forms, False, desk.notes)
        k = 0
        if tagged:
            k = gating.free_spans(
                lo, hi, counts.forms, tokens, desk.found, known.forms, desk.signs.role, desk.units, desk.p,
                known.model.bars, desk.notes.owner, desk.spans,
            )  # fmt: skip
        elif not is_title:
            k = gating.listed_spans(
                lo, hi, counts.forms, tokens, desk.found, known.forms, desk.signs.role, desk.signs.little,
                desk.notes.owner, desk.spans,
            )  # fmt: skip
        if total + counts.forms + k > len(out.text):
            return -1
        total = _write_all(
            d, lo, counts, k, tagged, is_resume, total, codes, tokens, known.forms, known.model.bars, desk, is_title,
            out,
        )  # fmt: skip
    return total


@allocating_kernel
def _observe(tokens, known, words, lex, cue, unit_first):  # type: ignore[no-untyped-def]
    desk, total = _new_desk(longest_text(tokens.first)), 0
    for d in range(len(tokens.first) - 1):
        lo, hi = tokens.first[d], tokens.first[d + 1]
        if lo == hi:
            continue
        counts = _find(lo, hi, tokens, known, desk)
        _describe(lo, hi, counts, known, desk)
        words[lo:hi], lex[lo:hi], cue[lo:hi] = desk.words[: hi - lo], desk.lex[: hi - lo], desk.cue[: hi - lo]
        unit_first[total : total + counts.units] = desk.units.first[: counts.units]
        total += counts.units
    return total


def _knowledge(taxonomy: Taxonomy) -> Knowledge:
    return Knowledge(
        taxonomy.phrases,
        taxonomy.forms,
        cues_module.load(),
        characters_module.load().folds,
        taxonomy.emissions,
        taxonomy.model,
    )


def observe(tokens: Tokens, taxonomy: Taxonomy) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the tagger is told about each token: known word, lexical code, cue code; and the first token of each unit.

    For training: the same code runs in ``read_batch``.
    """
    n = len(tokens.start)
    words, lex, cue = np.empty(n, np.int32), np.empty(n, np.uint8), np.empty(n, np.uint8)
    unit_first = np.empty(n + 1, np.int32)
    total = _observe(tokens, _knowledge(taxonomy), words, lex, cue, unit_first)
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
    room, known = len(tokens.start) + 16, _knowledge(taxonomy)
    while True:
        out = Mentions(*(np.empty(room, kind) for kind in _COLUMNS))
        n = _read_batch(codes, tokens, is_title, is_resume, language, known, out)
        if n >= 0:
            return Mentions(*(column[:n] for column in out))
        room *= 2
