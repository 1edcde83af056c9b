"""Which forms count and which words the tagger adds, compared with plain Python on any words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jobmatch_dagster.skills import compiling, cues, gating, matcher, tagger
from jobmatch_dagster.skills.concepts import AMBIGUITIES, KINDS
from jobmatch_dagster.skills.tokens import Gap, Shape, Tokens
from jobmatch_dagster_tests.skills import plain_gating
from jobmatch_dagster_tests.skills.plain_gating import Form, Word

EVERY = settings(max_examples=250, deadline=None)
_GAPS = st.sampled_from([Gap.SPACE] * 9 + [Gap.HYPHEN, Gap.COMMA, Gap.SLASH, Gap.OTHER, Gap.SENTENCE, Gap.NEWLINE])
_SELDOM = st.sampled_from([False, False, False, True])
_WORDS = st.lists(st.builds(Word, _GAPS, st.sampled_from(Shape), *[_SELDOM] * 7), min_size=3, max_size=8)


@st.composite
def texts(draw: st.DrawFn) -> tuple[list[Word], list[Form]]:
    words = draw(_WORDS)
    words[0] = words[0]._replace(gap=Gap.TEXT)
    spans = draw(st.sets(st.tuples(st.integers(0, len(words) - 1), st.integers(1, 2)), min_size=2, max_size=8))
    forms = [
        Form(
            s,
            min(len(words), s + length),
            0,
            draw(st.sampled_from([True] * 5 + [False])),
            draw(st.sampled_from(["tool", "knowledge", "language"])),
            draw(st.sampled_from(AMBIGUITIES)),
            draw(st.sampled_from(compiling.GATES)),
            draw(st.sampled_from(Shape)),
        )
        for s, length in spans
    ]
    distinct = {(form.start, form.end): form for form in forms}
    return words, [form._replace(number=n) for n, (_, form) in enumerate(sorted(distinct.items()))]


def as_arrays(words: list[Word], forms: list[Form]) -> tuple[Tokens, matcher.Forms, matcher.Candidates, np.ndarray]:
    """What the kernels are given: tokens, forms, candidates, roles."""
    n, m = len(words), len(forms)
    gaps = np.array([*(word.gap for word in words), Gap.TEXT], np.uint8)
    shapes = np.array([word.shape for word in words], np.uint8)
    numbers = np.zeros(n, np.int32)
    tokens = Tokens(numbers, numbers, np.zeros(n, np.uint64), gaps, shapes, np.array([0, n], np.int32))
    known = matcher.Forms(
        np.array([form.number if form.names else -1 for form in forms], np.int32),
        np.array([AMBIGUITIES.index(form.rule) for form in forms], np.uint8),
        np.array([form.shape for form in forms], np.uint8),
        np.array([KINDS.index(form.kind) for form in forms], np.uint8),
        np.zeros(m, np.uint8),
        np.array([compiling.GATES.index(form.gate) for form in forms], np.uint8),
    )
    found = matcher.new_candidates(max(1, m))
    for at, form in enumerate(forms):
        found.start[at], found.end[at], found.form[at], found.picked[at] = form.start, form.end, at, form.picked
    bits = (("joint", cues.JOINT_ROLE), ("employer", cues.EMPLOYER_ROLE), ("unfit", cues.UNFIT_ROLE))
    roles = np.array([sum(bit for name, bit in bits if getattr(word, name)) for word in words], np.uint8)
    return tokens, known, found, roles


@EVERY
@given(texts(), st.booleans())
def test_the_same_forms_count(text: tuple[list[Word], list[Form]], english: bool) -> None:
    words, forms = text
    tokens, known, found, roles = as_arrays(words, forms)
    shown = (
        ("announces", cues.ANNOUNCES),
        ("grades_ahead", cues.GRADES_AHEAD),
        ("closes", cues.CLOSES),
        ("grades_back", cues.GRADES_BACK),
    )
    evidence = np.array([sum(bit for name, bit in shown if getattr(word, name)) for word in words], np.uint8)
    notes = matcher.new_notes(len(words), max(1, len(forms)))
    matcher.judge(len(forms), found, 0, len(words), english, tokens, known, evidence, roles, notes)
    assert found.sure[: len(forms)].astype(bool).tolist() == plain_gating.judge(forms, words, english)


class Units(NamedTuple):
    of: np.ndarray
    first: np.ndarray


_ODDS = st.sampled_from([(30, 1, 1), (3, 1, 1), (1, 30, 1), (1, 30, 1), (1, 3, 1), (1, 1, 9), (2, 2, 1), (1, 2, 4)])
"""Of B, I and O."""


@EVERY
@given(st.data(), texts())
def test_the_tagger_adds_and_widens_the_same_spans(data: st.DataObject, text: tuple[list[Word], list[Form]]) -> None:
    words, forms = text
    n = len(words)
    taken = plain_choice(forms, data.draw(st.lists(st.booleans(), min_size=len(forms), max_size=len(forms))))
    odds = data.draw(st.lists(_ODDS, min_size=n, max_size=n))
    p = [[value / sum(row) for value in row] for row in odds]
    ends = data.draw(st.lists(_SELDOM, min_size=n, max_size=n))
    units = np.cumsum([False, *ends[1:]]).tolist()
    bars = {"free": 0.6, "inner": 0.4, "widen": 0.5}
    tokens, known, found, roles = as_arrays(words, taken)
    cut = Units(np.array(units, np.int32), np.array([*(units.index(u) for u in range(units[-1] + 1)), n], np.int32))
    none = np.zeros(len(compiling.GATES))
    sure = tagger.Bars(none, none, none, np.array([1.0]), np.array([0.6, 0.4]), np.array([0.5]))
    owner, spans = np.full(n, -1, np.int32), np.empty((n, 3), np.int32)
    k = gating.free_spans(
        0, n, len(taken), tokens, found, known, roles, cut, np.array(p, np.float64), sure, owner, spans
    )  # fmt: skip
    free, wide = plain_gating.free_spans(taken, words, units, p, bars)
    assert [tuple(row) for row in spans[:k].tolist()] == [(t, u, -1 if m is None else m) for t, u, m in free]
    where = [wide.get(m, (form.start, form.end)) for m, form in enumerate(taken)]
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True))[: len(taken)] == where
    assert (owner == -1).all()


def plain_choice(forms: list[Form], wanted: list[bool]) -> list[Form]:
    """Some of the forms taken, none over another; some beside one that contains them."""
    seen: dict[int, int] = {}
    out = list(forms)
    for m, form in sorted(enumerate(forms), key=lambda item: item[1].start - item[1].end):
        owners = {seen.get(t) for t in range(form.start, form.end)}
        if wanted[m] and owners == {None}:
            out[m] = form._replace(picked=1)
            seen |= dict.fromkeys(range(form.start, form.end), m)
        elif wanted[m] and len(owners) == 1:
            out[m] = form._replace(picked=2)
    return out
