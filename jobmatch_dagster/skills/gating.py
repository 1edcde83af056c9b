"""What the tagger has a say in: it stops forms that it takes for ordinary words, admits forms that lack other evidence,
and points at spans that no form covers. How sure it must be is chosen when it is trained (``tagger.Bars``).
"""

from __future__ import annotations

from jobmatch_dagster.skills import compiling, matcher, tagger
from jobmatch_dagster.skills.concepts import KINDS
from jobmatch_dagster.skills.cues import JOINT_ROLE, UNFIT_ROLE
from jobmatch_dagster.skills.kernels import kernel, small_kernel
from jobmatch_dagster.skills.tokens import Gap, Shape

OPEN_GATE, ASKED_GATE, FOREIGN_GATE, LOW_GATE, SEEN_GATE, HIGH_GATE = range(len(compiling.GATES))
NO_FORM = -1
"""Form of a candidate: a span that the tagger found and the taxonomy lacks."""
DOUBTED = -2
FREE, SEVERAL = -1, -2
"""What stands in a span of the tagger, if not one taken form."""
_TOOL = KINDS.index("tool")
_DOT, _SLASH, _COMMA, _CLOSE = int(Gap.DOT), int(Gap.SLASH), int(Gap.COMMA), int(Gap.CLOSE)
_LOWER, _UPPER, _MIXED, _NUMBER = int(Shape.LOWER), int(Shape.UPPER), int(Shape.MIXED), int(Shape.NUMBER)
LONGEST_LISTED = 3
"""Most words of a name in a list of products."""


@small_kernel
def part(s, e, lo, p):  # type: ignore[no-untyped-def]
    """Probability that [s, e) is part of a span: its least likely word's."""
    least = 1.0
    for t in range(s, e):
        least = min(least, 1.0 - p[t - lo, tagger.O])
    return least


@small_kernel
def whole(s, e, lo, last, p):  # type: ignore[no-untyped-def]
    """Probability that [s, e) is a whole span of a unit that ends at ``last``: its least likely word's or
    boundary's."""
    least = p[s - lo, tagger.B]
    for t in range(s + 1, e):
        least = min(least, p[t - lo, tagger.I])
    return min(least, 1.0 - p[e - lo, tagger.I]) if e < last else least


@small_kernel
def unlikely(s, e, lo, gate, units, p, bars):  # type: ignore[no-untyped-def]
    """Whether [s, e) stays below the bars of its gate."""
    last = units.first[units.of[s - lo] + 1]
    return whole(s, e, lo, last, p) < bars.whole[gate] or part(s, e, lo, p) < bars.part[gate]


@kernel
def gate(lo, n, tokens, found, forms, units, p, bars):  # type: ignore[no-untyped-def]
    """Stop and admit forms: sets ``found.sure``.

    Args:
        p: probabilities of B, I, O per token from ``lo``.
    """
    for m in range(n):
        f = found.form[m]
        height = forms.gate[f]
        if forms.skill[f] < 0 or height in (ASKED_GATE, FOREIGN_GATE) or (height < HIGH_GATE and found.sure[m]):
            continue
        s, e = found.start[m], found.end[m]
        if found.sure[m]:
            if unlikely(s, e, lo, height, units, p, bars):
                found.sure[m] = 0
        elif matcher.written_like(tokens.shape[s], forms.shape[f]):
            found.sure[m] = whole(s, e, lo, units.first[units.of[s - lo] + 1], p) >= bars.admit[0]


@kernel
def free_spans(lo, hi, n, tokens, found, forms, roles, units, p, bars, owner, spans):  # type: ignore[no-untyped-def]
    """Spans of the tagger that no taken form and no stop phrase touches; returns how many, in the order of the text.

    A free span names the skill of a form that it contains: the longest one that ends with it ("agile software testing"
    is what it ends in), else a tool. A taken form that is alone in a longer span stands for all its words from then on.

    Args:
        roles: per token from ``lo`` (``cues.UNFIT_ROLE``).
        owner: as in ``matcher.Notes``.
        spans: int32 (n, 3), filled with first token, token after the last, and form or NO_FORM.
    """
    _own(n, lo, found, owner, True)
    k, t, at = 0, lo, 0
    while t < hi:
        if p[t - lo, tagger.O] >= 0.5 or p[t - lo, tagger.B] < p[t - lo, tagger.I]:
            t += 1
            continue
        u, last, m = t, units.first[units.of[t - lo] + 1], FREE
        while u < last and (u == t or (p[u - lo, tagger.I] >= 0.5 and tokens.gap[u] != _COMMA)):
            if owner[u - lo] >= 0:
                m = owner[u - lo] if m == FREE or m == owner[u - lo] else SEVERAL
            u += 1
        if m >= 0:
            if _widens(t, u, m, lo, found, tokens, forms, roles) and whole(t, u, lo, last, p) >= bars.widen[0]:
                found.start[m], found.end[m] = t, u
        elif m == FREE:
            while at < n and found.start[at] < t:
                at += 1
            inner = _inner(t, u, at, n, tokens, found, forms)
            bar = bars.candidate[0] if inner == NO_FORM else bars.candidate[1]
            if inner != DOUBTED and whole(t, u, lo, last, p) >= bar and (inner != NO_FORM or _fit(t, u, lo, roles)):
                spans[k, 0], spans[k, 1], spans[k, 2] = t, u, inner
                k += 1
        t = u
    _own(n, lo, found, owner, False)
    return k


@kernel
def listed_spans(lo, hi, n, tokens, found, forms, roles, little, owner, spans):  # type: ignore[no-untyped-def]
    """What stands like a product between two products of a list ("Jenkins, Foobar, GitLab"), or written in capitals
    behind the last one; for texts that the tagger cannot read. Returns how many, in the order of the text.

    Args:
        roles, little: per token from ``lo``; what is a little word is no name.
        owner, spans: as in ``free_spans``.
    """
    _own(n, lo, found, owner, True)
    k = 0
    for t in range(lo + 1, hi):
        if tokens.gap[t] not in (_COMMA, _SLASH) or not _is_tool(t - 1, lo, found, forms, owner):
            continue
        u = t
        while u < hi and u - t < LONGEST_LISTED and owner[u - lo] < 0 and little[u - lo] < 0:
            if u > t and tokens.gap[u] > _DOT:
                break
            u += 1
        if u == t or tokens.shape[t] in (_LOWER, _NUMBER):
            continue
        goes_on = u < hi and tokens.gap[u] in (_COMMA, _SLASH) and _is_tool(u, lo, found, forms, owner)
        goes_on |= u + 1 < hi and roles[u - lo] & JOINT_ROLE != 0 and _is_tool(u + 1, lo, found, forms, owner)
        if goes_on or (tokens.gap[u] >= _CLOSE and u - t == 1 and tokens.shape[t] in (_UPPER, _MIXED)):
            spans[k, 0], spans[k, 1], spans[k, 2] = t, u, NO_FORM
            k += 1
    _own(n, lo, found, owner, False)
    return k


@small_kernel
def _is_tool(t, lo, found, forms, owner):  # type: ignore[no-untyped-def]
    """Whether a taken product stands at token t."""
    m = owner[t - lo]
    return m >= 0 and forms.skill[found.form[m]] >= 0 and forms.kind[found.form[m]] == _TOOL


@small_kernel
def _fit(t, u, lo, roles):  # type: ignore[no-untyped-def]
    """Whether a missing skill can be named with the words [t, u)."""
    fit = True
    for v in range(t, u):
        fit = fit and roles[v - lo] & UNFIT_ROLE == 0
    return fit


@small_kernel
def _widens(t, u, m, lo, found, tokens, forms, roles):  # type: ignore[no-untyped-def]
    """Whether the taken form m may stand for all the words [t, u) around it: they are one phrase. A product is itself,
    whatever is done with it."""
    s, e, f = found.start[m], found.end[m], found.form[m]
    known = forms.skill[f] >= 0 and forms.kind[f] != _TOOL and forms.gate[f] != OPEN_GATE
    one = known and t <= s and e <= u and u - t > e - s
    for v in range(t, u):
        one = one and (s <= v < e or roles[v - lo] & UNFIT_ROLE == 0) and (v == t or tokens.gap[v] <= _DOT)
    k = m - 1
    while k >= 0 and found.start[k] == s:  # a form beside it (rule 3 of ``matcher``) must not come to stand before it
        one = one and (t == s or found.picked[k] == 0)
        k -= 1
    return one


@small_kernel
def _own(n, lo, found, owner, yes):  # type: ignore[no-untyped-def]
    """Note for each token which taken form has it, or forget it again."""
    for m in range(n):
        if found.picked[m] == 1:
            owner[found.start[m] - lo : found.end[m] - lo] = m if yes else -1


@small_kernel
def _inner(t, u, at, n, tokens, found, forms):  # type: ignore[no-untyped-def]
    """The form within [t, u) whose skill the span names, NO_FORM, or DOUBTED where the span is a form that lacks the
    context it needs; ``at`` is the first candidate from t on."""
    best, length, rank = NO_FORM, 0, 0
    m = at
    while m < n and found.start[m] < u:
        f, size = found.form[m], found.end[m] - found.start[m]
        if found.end[m] <= u and forms.skill[f] >= 0 and forms.gate[f] >= LOW_GATE:
            if size == u - t and forms.rule[f] == matcher.RULE_CONTEXT:
                best, rank = DOUBTED, 3
            this = 2 if found.end[m] == u else 1 if forms.kind[f] == _TOOL else 0
            if matcher.written_like(tokens.shape[found.start[m]], forms.shape[f]) and (
                this > rank or (this == rank and this > 0 and size > length)
            ):
                best, length, rank = f, size, this
        m += 1
    return best
