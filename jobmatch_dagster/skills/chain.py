"""The tagger's arithmetic: from what the words of a text say to the probabilities of the tags. What they say is
``tagger``'s business.

Some units at a time go through long loops over plain columns, which the compiler turns into vector instructions; only
the recursions over a unit go step by step. Units stand apart by GAP rows that speak as the edge of a unit does, so that
no loop asks where one ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills.kernels import allocating_kernel, kernel, small_kernel
from jobmatch_dagster.skills.reading import LONGEST_UNIT
from jobmatch_dagster.skills.tagger import CUE_CODES, LEX_CODES, NEAR, OFFSETS, PLACES, B, I, O, unit_codes

GAP = 2
"""Rows between units: as far as a word speaks."""
ROWS = 320
"""Rows of one go, at least: so few that they stay in the processor's nearest cache."""
RESCALED = 8
"""Steps after which the recursions are scaled back; so few steps cannot leave the range of a double."""
MOST_SCORE = 36.0
"""Scores are cut off there: 1 - e^-36 is 1 in a double."""
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUNDER = 6755399441055744.0
"""1.5 · 2^52: added to a small number it leaves its nearest integer in the lowest bits."""
_BIAS, _MANTISSA = np.int64(1023), np.int64(52)
_C = tuple(1.0 / float(np.prod(np.arange(1.0, k + 1.0))) for k in range(12))
"""Taylor coefficients of the exponential: on half a binary step either way they leave an error below 1e-14."""


class Sheet(NamedTuple):
    """Scratch for some units; a row per token, and GAP rows before each unit and at the end.

    ``spoken``: float64 (2 * OFFSETS, rows), what the row's word says to each listener for B and for I, against O;
    ``begin``, ``inside``: scores, then odds, of B and of I against O (float64); ``power``: for ``exponential``;
    ``ahead``, ``back``: float64 (rows, 3), the recursions from the beginning and from the end of each unit;
    ``lex``, ``cue``, ``edge``: float64, what each code and the edge of a unit say to each listener for B and for I,
    against O (``prepare``).
    """

    spoken: np.ndarray
    begin: np.ndarray
    inside: np.ndarray
    power: np.ndarray
    ahead: np.ndarray
    back: np.ndarray
    lex: np.ndarray
    cue: np.ndarray
    edge: np.ndarray


@allocating_kernel
def new_sheet():  # type: ignore[no-untyped-def]
    """Room for ROWS and one unit more."""
    rows = ROWS + LONGEST_UNIT + 2 * GAP
    return Sheet(
        np.zeros((2 * OFFSETS, rows), np.float64),
        np.zeros(rows, np.float64),
        np.zeros(rows, np.float64),
        np.zeros(rows, np.float64),
        np.zeros((rows, 3), np.float64),
        np.zeros((rows, 3), np.float64),
        np.zeros((LEX_CODES, 2 * NEAR), np.float64),
        np.zeros((CUE_CODES, 2), np.float64),
        np.zeros(2 * OFFSETS, np.float64),
    )


@kernel
def prepare(model, sheet):  # type: ignore[no-untyped-def]
    """Fill ``sheet.lex``, ``sheet.cue`` and ``sheet.edge``, which stay the same as long as the model does."""
    for code in range(len(model.lex)):
        said = model.lex[code]
        for listener in range(NEAR):
            at = listener * PLACES
            out = np.float64(said[at + O])
            sheet.lex[code, 2 * listener] = np.float64(said[at + B]) - out
            sheet.lex[code, 2 * listener + 1] = np.float64(said[at + I]) - out
    for code in range(len(model.cue)):
        said = model.cue[code]
        sheet.cue[code, 0] = np.float64(said[B]) - said[O]
        sheet.cue[code, 1] = np.float64(said[I]) - said[O]
    for listener in range(OFFSETS):
        said = model.edge[OFFSETS - 1 - listener]
        heard = 0.0 if listener == OFFSETS // 2 else 1.0
        sheet.edge[2 * listener] = heard * (np.float64(said[B]) - said[O])
        sheet.edge[2 * listener + 1] = heard * (np.float64(said[I]) - said[O])


@kernel
def tag(lo, n_units, units, shapes, words, emissions, loose, lex, cue, model, sheet, p):  # type: ignore[no-untyped-def]
    """Probabilities of B, I, O for the tokens of a text into ``p`` (float64 per token from ``lo``, 3).

    Args:
        units: unit u has the tokens ``units.first[u]`` to ``units.first[u + 1]``, at most LONGEST_UNIT.
        shapes: Shape of every token of the batch.
        words: int32 per token from ``lo``: its row in ``emissions``, or -1 - its row in ``loose`` for an unknown word.
        lex, cue: codes per token from ``lo``.
    """
    u = 0
    while u < n_units:
        v, rows = u, GAP
        while v < n_units and rows < ROWS:
            rows += units.first[v + 1] - units.first[v] + GAP
            v += 1
        _speak(lo, u, v, units, shapes, words, emissions, loose, lex, model, sheet)
        _listen(rows, sheet)
        _add_unit_scores(lo, u, v, units, lex, cue, model, sheet)
        exponential(rows, sheet.begin, sheet.power)
        exponential(rows, sheet.inside, sheet.power)
        row = GAP
        for unit in range(u, v):
            n = units.first[unit + 1] - units.first[unit]
            recur(row, n, model.transition, sheet)
            combine(row, n, units.first[unit] - lo, sheet, p)
            row += n + GAP
        u = v


@kernel
def _speak(lo, begin, end, units, shapes, words, emissions, loose, lex, model, sheet):  # type: ignore[no-untyped-def]
    """Fill ``sheet.spoken`` for units [begin, end)."""
    row = GAP
    _speak_edge(0, sheet)
    for u in range(begin, end):
        for t in range(units.first[u], units.first[u + 1]):
            word, shape, code = words[t - lo], shapes[t], lex[t - lo]
            if word >= 0:
                _speak_word(row, emissions[word], model.shape[shape], sheet.lex[code], sheet.spoken)
            else:
                _speak_word(row, loose[-1 - word], model.shape[shape], sheet.lex[code], sheet.spoken)
            row += 1
        _speak_edge(row, sheet)
        row += GAP


@small_kernel
def _speak_word(row, said, shape, lex, spoken):  # type: ignore[no-untyped-def]
    """What a word, its shape and its lexical code say, into the columns."""
    for listener in range(OFFSETS):
        at = listener * PLACES
        out = np.float64(said[at + O] + shape[at + O])
        b, i = np.float64(said[at + B] + shape[at + B]) - out, np.float64(said[at + I] + shape[at + I]) - out
        if 0 < listener < OFFSETS - 1:
            b, i = b + lex[2 * listener - 2], i + lex[2 * listener - 1]
        spoken[2 * listener, row], spoken[2 * listener + 1, row] = b, i


@small_kernel
def _speak_edge(row, sheet):  # type: ignore[no-untyped-def]
    """GAP rows that say what the edge of a unit says: to the two before it and the two behind it."""
    for k in range(row, row + GAP):
        for said in range(2 * OFFSETS):
            sheet.spoken[said, k] = sheet.edge[said]


@kernel
def _listen(rows, sheet):  # type: ignore[no-untyped-def]
    """Scores of B and I over O for each row, from what its neighbours and itself say."""
    spoken = sheet.spoken
    for tag, score in ((0, sheet.begin), (1, sheet.inside)):
        a, b, c, d, e = (
            spoken[tag, 2 * GAP :],
            spoken[tag + 2, GAP + 1 :],
            spoken[tag + 4, GAP:],
            spoken[tag + 6, GAP - 1 :],
            spoken[tag + 8],
        )
        heard = score[GAP:]
        for k in range(rows - 2 * GAP):
            heard[k] = ((a[k] + b[k]) + c[k]) + (d[k] + e[k])


@kernel
def _add_unit_scores(lo, begin, end, units, lex, cue, model, sheet):  # type: ignore[no-untyped-def]
    """Add what the units [begin, end) as a whole and the cues before a word say."""
    row = GAP
    for u in range(begin, end):
        first, last = units.first[u], units.first[u + 1]
        length, density = unit_codes(first, last, lo, lex)
        b, i = 0.0, 0.0
        for said in (model.bias, model.length[length], model.density[density]):
            b, i = b + (np.float64(said[B]) - said[O]), i + (np.float64(said[I]) - said[O])
        begins, insides, codes = sheet.begin[row:], sheet.inside[row:], cue[first - lo :]
        begins[0] += np.float64(model.first[B]) - model.first[O]
        for k in range(last - first):
            begins[k] += b + sheet.cue[codes[k], 0]
            insides[k] += i + sheet.cue[codes[k], 1]
        row += last - first + GAP


@kernel
def exponential(n, x, power):  # type: ignore[no-untyped-def]
    """e^x in place of the first n numbers, the same on every machine.

    x = k ln 2 + r with r within half a step: a Taylor polynomial for r, and k becomes the exponent's bits.
    """
    for j in range(n):
        v = min(max(x[j], -MOST_SCORE), MOST_SCORE)
        shifted = v * _LOG2_E + _ROUNDER
        k = shifted - _ROUNDER
        r = (v - k * _LN2_HIGH) - k * _LN2_LOW
        r2 = r * r
        r4 = r2 * r2
        low = (1.0 + r) + r2 * (_C[2] + _C[3] * r)
        middle = (_C[4] + _C[5] * r) + r2 * (_C[6] + _C[7] * r)
        high = (_C[8] + _C[9] * r) + r2 * (_C[10] + _C[11] * r)
        x[j] = low + r4 * (middle + r4 * high)
        power[j] = shifted
    bits = power.view(np.int64)
    for j in range(n):
        bits[j] = (bits[j] + _BIAS) << _MANTISSA
    for j in range(n):
        x[j] *= power[j]


@small_kernel
def recur(row, n, tr, sheet):  # type: ignore[no-untyped-def]
    """Forward and backward recursion over the unit of n words from ``row``; the two chains run side by side."""
    begin, inside, ahead, back = sheet.begin[row:], sheet.inside[row:], sheet.ahead[row:], sheet.back[row:]
    t00, t01, t02, t10, t11, t12, t20, t21, t22 = (
        tr[0, 0], tr[0, 1], tr[0, 2], tr[1, 0], tr[1, 1], tr[1, 2], tr[2, 0], tr[2, 1], tr[2, 2],
    )  # fmt: skip
    f0, f1, f2 = begin[0], 0.0, 1.0
    b0, b1, b2 = 1.0, 1.0, 1.0
    last = n - 1
    ahead[0, 0], ahead[0, 1], ahead[0, 2] = f0, f1, f2
    back[last, 0], back[last, 1], back[last, 2] = b0, b1, b2
    for step in range(1, n):
        k, j = step, last - step
        e0, e1, g0, g1 = begin[k], inside[k], begin[j + 1], inside[j + 1]
        f0, f1, f2 = (
            (f0 * (t00 * e0) + f1 * (t10 * e0)) + f2 * (t20 * e0),
            (f0 * (t01 * e1) + f1 * (t11 * e1)) + f2 * (t21 * e1),
            (f0 * t02 + f1 * t12) + f2 * t22,
        )
        b0, b1, b2 = (
            (b0 * (t00 * g0) + b1 * (t01 * g1)) + b2 * t02,
            (b0 * (t10 * g0) + b1 * (t11 * g1)) + b2 * t12,
            (b0 * (t20 * g0) + b1 * (t21 * g1)) + b2 * t22,
        )
        if step % RESCALED == 0:
            scale = 1.0 / ((f0 + f1) + f2)
            f0, f1, f2 = f0 * scale, f1 * scale, f2 * scale
            scale = 1.0 / ((b0 + b1) + b2)
            b0, b1, b2 = b0 * scale, b1 * scale, b2 * scale
        ahead[k, 0], ahead[k, 1], ahead[k, 2] = f0, f1, f2
        back[j, 0], back[j, 1], back[j, 2] = b0, b1, b2


@small_kernel
def combine(row, n, at, sheet, p):  # type: ignore[no-untyped-def]
    """Probabilities of a unit's words from both recursions."""
    ahead, back, out = sheet.ahead[row:], sheet.back[row:], p[at:]
    for k in range(n):
        q0, q1, q2 = ahead[k, 0] * back[k, 0], ahead[k, 1] * back[k, 1], ahead[k, 2] * back[k, 2]
        scale = 1.0 / ((q0 + q1) + q2)
        out[k, 0], out[k, 1], out[k, 2] = q0 * scale, q1 * scale, q2 * scale
