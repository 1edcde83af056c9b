"""What ``matcher.judge`` and ``gating.free_spans`` do, in plain Python over one text of words: slow, short, and sharing
no code with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from jobmatch_dagster.skills.tokens import Gap, Shape

Span = tuple[int, int]


class Form(NamedTuple):
    """A form found at the words [start, end): number, whether it names a skill and which kind, its rule, gate and
    shape; whether it counts, and how it was taken."""

    start: int
    end: int
    number: int
    names: bool
    kind: str
    rule: str
    gate: str
    shape: Shape
    picked: int = 0


class Word(NamedTuple):
    """A word: gap before it, shape; whether it joints two skills, stands before an employer, is unfit for a name; what
    cues show of the word before it and of the one behind."""

    gap: Gap
    shape: Shape
    joint: bool = False
    employer: bool = False
    unfit: bool = False
    announces: bool = False
    grades_ahead: bool = False
    closes: bool = False
    grades_back: bool = False


def written_like(shape: Shape, wanted: Shape) -> bool:
    """Whether a word is written like a label."""
    if wanted == Shape.UPPER:
        return shape == Shape.UPPER
    return wanted in (Shape.LOWER, Shape.NUMBER) or shape != Shape.LOWER


def judge(forms: Sequence[Form], words: Sequence[Word], english: bool) -> list[bool]:
    """Which of the forms count, for forms in the order of the text."""
    never = [(english and form.gate == "foreign") or _employer(form, words) for form in forms]
    alike = [written_like(words[form.start].shape, form.shape) for form in forms]
    sure = [
        not no and (not form.names or form.rule == "none" or (form.rule == "case" and like))
        for form, no, like in zip(forms, never, alike, strict=True)
    ]
    for _ in range(2):
        for m, form in enumerate(forms):
            counted = [(other.start, other.end) for n, other in enumerate(forms) if sure[n] and other.names]
            if not never[m] and not sure[m]:
                sides = _sides(form, words, counted)
                sure[m] = sides == 2 or (alike[m] and (sides == 1 or _announced(form, words)))
    return sure


def _gap(words: Sequence[Word], at: int) -> Gap:
    return words[at].gap if at < len(words) else Gap.TEXT


def _employer(form: Form, words: Sequence[Word]) -> bool:
    begins = form.start > 0 and words[form.start - 1].employer and words[form.start - 1].gap >= Gap.SENTENCE
    beside = words[form.start].gap == Gap.SPACE and _gap(words, form.end) in (Gap.SPACE, Gap.COMMA)
    return form.kind == "tool" and begins and beside


def _sides(form: Form, words: Sequence[Word], counted: Sequence[Span]) -> int:
    s, e = form.start, form.end
    before = s > 1 and words[s - 1].joint and words[s].gap < Gap.SENTENCE
    behind = e < len(words) and words[e].joint and words[e].gap < Gap.SENTENCE
    ends, begins = {end for _, end in counted}, {start for start, _ in counted}
    left = bool(ends & ({s, s - 1} if before else {s}))
    left = left and words[s - 1 if before else s].gap != Gap.SENTENCE and words[s].gap != Gap.HYPHEN
    near = e in begins and _gap(words, e) not in (Gap.SENTENCE, Gap.HYPHEN)
    far = behind and e + 1 in begins and _gap(words, e + 1) != Gap.SENTENCE
    return left + (near or far)


def _announced(form: Form, words: Sequence[Word]) -> bool:
    s, e, graded = form.start, form.end, form.kind in ("language", "tool")
    if s > 0 and words[s].gap < Gap.SENTENCE and (words[s - 1].announces or (graded and words[s - 1].grades_ahead)):
        return True
    if e < len(words) and words[e].gap < Gap.OTHER and (words[e].closes or (graded and words[e].grades_back)):
        return True
    own_line = words[s].gap >= Gap.NEWLINE and _gap(words, e) >= Gap.NEWLINE
    return form.kind == "tool" and own_line and e - s < len(words)


def free_spans(
    forms: Sequence[Form],
    words: Sequence[Word],
    units: Sequence[int],
    p: Sequence[Sequence[float]],
    bars: dict[str, float],
) -> tuple[list[tuple[int, int, int | None]], dict[int, Span]]:
    """Spans that no taken form touches, with the number of the form that they name or None, and the forms that are
    widened, with the span of each.

    Args:
        units: number of each word's unit.
        p: probabilities of B, I and O of each word.
        bars: ``free``, ``inner``, ``widen``: how sure one must be of a whole span.
    """
    free: list[tuple[int, int, int | None]] = []
    wide: dict[int, Span] = {}
    for match in re.finditer("[bx][ix]*", _letters(words, units, p)):
        t, u = match.span()
        sure = _whole(t, u, units, p)
        taken = [m for m, form in enumerate(forms) if form.picked == 1 and form.start < u and form.end > t]
        if len(taken) == 1 and sure >= bars["widen"] and _widens(forms, taken[0], words, t, u):
            wide[taken[0]] = (t, u)
        if not taken:
            inside = [form for form in forms if t <= form.start and form.end <= u and form.names and _asked(form)]
            if any((form.start, form.end) == (t, u) and form.rule == "context" for form in inside):
                continue
            named = _best([f for f in inside if written_like(words[f.start].shape, f.shape)], u)
            fit = named is not None or not any(word.unfit for word in words[t:u])
            if fit and sure >= bars["free" if named is None else "inner"]:
                free.append((t, u, named))
    return free, wide


def _asked(form: Form) -> bool:
    return form.gate in ("low", "seen", "high")


def _letters(words: Sequence[Word], units: Sequence[int], p: Sequence[Sequence[float]]) -> str:
    """b where a span can begin, i where one can go on, x where both, o elsewhere."""
    out = ""
    for t, (b, i, o) in enumerate(p):
        begins = o < 0.5 and b >= i
        goes_on = i >= 0.5 and words[t].gap != Gap.COMMA and t > 0 and units[t] == units[t - 1]
        out += "oibx"[2 * begins + goes_on]
    return out


def _whole(t: int, u: int, units: Sequence[int], p: Sequence[Sequence[float]]) -> float:
    ended = [1 - p[u][1]] if u < len(units) and units[u] == units[t] else []
    return min([p[t][0], *(row[1] for row in p[t + 1 : u]), *ended])


def _best(inside: Sequence[Form], u: int) -> int | None:
    """The longest form that ends with the span, else the longest tool."""
    rank: Callable[[Form], tuple[bool, int]] = lambda form: (form.end == u, form.end - form.start)  # noqa: E731
    able = [form for form in inside if form.end == u or form.kind == "tool"]
    return max(able, key=rank).number if able else None


def _widens(forms: Sequence[Form], m: int, words: Sequence[Word], t: int, u: int) -> bool:
    form = forms[m]
    whole = t <= form.start and form.end <= u and (t, u) != (form.start, form.end)
    one = all(word.gap <= Gap.DOT for word in words[t + 1 : u])
    added = [*words[t : form.start], *words[form.end : u]]
    beside = any(other.start == form.start and other.picked for other in forms[:m])
    named = form.names and form.kind != "tool" and form.gate != "open"
    return named and whole and one and not any(word.unfit for word in added) and (t == form.start or not beside)
