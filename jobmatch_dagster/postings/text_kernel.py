"""The usual kinds of text and HTML become plain text in one pass over a whole batch; ``text`` says what is right.

What is usual: characters that need no repair, tags that are closed and known, entities that end as they should. For
everything else, from a stray comment to a table in a table, the kernel says so and ``text.plain_text`` reads it with
a real parser. Both give the same result: the tests compare them on hostile input.
"""

from __future__ import annotations

import numba
import numpy as np

from jobmatch_dagster.postings.text_tables import (
    BEGINS,
    BREAK,
    CELL,
    CONTINUES,
    DROP,
    EFFECT,
    FOLDS,
    IS_BLOCK,
    ITEM,
    KEEP,
    KIND,
    LINE,
    LONGEST_NAME,
    MAY_BE_EMPTY,
    MULTIPLIER,
    NEWLINE,
    PARAGRAPH,
    REPAIR,
    ROW,
    ROWS,
    SEED,
    SIGN,
    SPACE,
    TABLE,
)

# How a text ended: as it should; with signs that may be markup again; or it is not for the kernel.
DONE, AGAIN, UNUSUAL = 0, 1, 2
MAY_BE_BUTTON = 4  # added to the above: a short line may be one of a page's buttons

_BULLET = 0x2022


@numba.njit(cache=True, nogil=True, inline="always")
def _look_up(value, keys, values):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(keys) - 1)
    place = (value >> np.uint64(32)) & mask
    while keys[place] != 0:
        if keys[place] == value:
            return values[place]
        place = (place + np.uint64(1)) & mask
    return -1


@numba.njit(cache=True, nogil=True, inline="always")
def _is_letter(code):  # type: ignore[no-untyped-def]
    return 97 <= (code | 32) <= 122


@numba.njit(cache=True, nogil=True, inline="always")
def _is_digit(code):  # type: ignore[no-untyped-def]
    return 48 <= code <= 57


@numba.njit(cache=True, nogil=True)
def _repaired(codes, start, end, characters):  # type: ignore[no-untyped-def]
    """True if some character must be repaired with a look at its neighbours."""
    before = 0
    for at in range(start, end):
        code = codes[at]
        mark = characters[code] if code < 65_536 else 0
        if mark & KIND == REPAIR or (mark & CONTINUES and before & BEGINS):
            return True
        before = mark
    return False


@numba.njit(cache=True, nogil=True)
def _tag(codes, at, end, characters, keys, values):  # type: ignore[no-untyped-def]
    """(where the tag that begins at ``<`` ends, what it does, whether it is an end tag); (-1, …) for an unusual one,
    (at, …) where the sign is no tag's."""
    following = codes[at + 1] if at + 1 < end else 32
    closing = following == 47
    here = at + 2 if closing else at + 1
    if here >= end or not _is_letter(codes[here]):
        plain = not closing and following < 128 and following not in (33, 63) and characters[following] & KIND != DROP
        return (at if plain else -1), 0, False
    value, size = SEED, 0
    while here < end and (_is_letter(codes[here]) or _is_digit(codes[here])):
        value = (value ^ np.uint64(codes[here] | 32)) * MULTIPLIER
        here += 1
        size += 1
    effect = _look_up(value, keys, values) if size <= LONGEST_NAME else -1
    if effect < 0:
        return -1, 0, False
    first = here
    while here < end:
        code = codes[here]
        kind = characters[code] & KIND if code < 65_536 else KEEP
        if here == first and not (code == 62 or code == 47 or code == 32 or code == 10):
            return -1, 0, False
        if code == 62:
            slash = codes[here - 1] == 47
            return (-1 if slash and (closing or not effect & MAY_BE_EMPTY) else here + 1), effect, closing
        if code == 60 or kind == DROP or (closing and kind != SPACE):
            return -1, 0, False
        if code == 34 or code == 39:
            if codes[here - 1] != 61:
                return -1, 0, False
            here += 1
            while here < end and codes[here] != code:
                inside = codes[here]
                if inside == 60 or inside == 62 or (inside < 65_536 and characters[inside] & KIND == DROP):
                    return -1, 0, False
                here += 1
            following = codes[here + 1] if here + 1 < end else 0
            if not (following == 62 or following == 32 or following == 47 or following == 10):
                return -1, 0, False
        here += 1
    return -1, 0, False


@numba.njit(cache=True, nogil=True)
def _entity(codes, at, end, characters, keys, values, bare_keys, bare_values):  # type: ignore[no-untyped-def]
    """(code point, where it ends) of the reference that begins at ``&``; (38, at + 1) where the sign stands for
    itself, (-1, …) for an unusual one."""
    here = at + 1
    following = codes[here] if here < end else 32
    kind = characters[following] & KIND if following < 65_536 else KEEP
    if following == 35:
        return _numbered(codes, here + 1, end)
    if kind == DROP:
        return -1, here
    if not (_is_letter(following) or _is_digit(following)):
        # a sign such as "&=" is the longest name that begins so; no name does
        return 38, here
    value = SEED
    while here < end and (_is_letter(codes[here]) or _is_digit(codes[here])):
        value = (value ^ np.uint64(codes[here])) * MULTIPLIER
        here += 1
        if _look_up(value, bare_keys, bare_values) >= 0 and not (here < end and codes[here] == 59):
            # "&copy2" and "&notit" are read in part
            if not (here < end and (_is_letter(codes[here]) or _is_digit(codes[here]))):
                return -1, here
            if not _ends_well(codes, here, end, value, keys, values):
                return -1, here
    if here < end and codes[here] == 59:
        code = _look_up(value, keys, values)
        return (code, here + 1) if code >= 0 else (-1, here)
    if here < end and codes[here] < 65_536 and characters[codes[here]] & KIND == DROP:
        return -1, here
    return 38, at + 1


@numba.njit(cache=True, nogil=True)
def _ends_well(codes, here, end, value, keys, values):  # type: ignore[no-untyped-def]
    """True if the letters that follow make a longer name that ends in a semicolon, as in ``&notin;``."""
    while here < end and (_is_letter(codes[here]) or _is_digit(codes[here])):
        value = (value ^ np.uint64(codes[here])) * MULTIPLIER
        here += 1
    return here < end and codes[here] == 59 and _look_up(value, keys, values) >= 0


@numba.njit(cache=True, nogil=True)
def _numbered(codes, here, end):  # type: ignore[no-untyped-def]
    """``&#65;`` and ``&#x41;``; numbers that browsers correct are unusual."""
    base = 10
    if here < end and codes[here] | 32 == 120:
        base, here = 16, here + 1
    value, first = 0, here
    while here < end and value < 65_536:
        code = codes[here]
        if _is_digit(code):
            digit = code - 48
        elif base == 16 and 97 <= code | 32 <= 102:
            digit = (code | 32) - 87
        else:
            break
        value = value * base + digit
        here += 1
    usual = here > first and here < end and codes[here] == 59 and value < 65_536
    if not usual or value < 32 or 0x7F <= value < 0xA0 or 0xD800 <= value < 0xE000 or value >= 0xFFFE:
        return -1, here
    return value, here + 1


@numba.njit(cache=True, nogil=True)
def _is_html(codes, start, end, characters, tag_keys, tag_values):  # type: ignore[no-untyped-def]
    """1 for HTML with blocks, 0 for text without a tag, -1 for what is unusual."""
    blocks, inline, at = 0, 0, start
    while at < end:
        if codes[at] == 60:
            until, effect, _ = _tag(codes, at, end, characters, tag_keys, tag_values)
            if until < 0:
                return -1
            if until > at:
                blocks += effect & IS_BLOCK != 0
                inline += 1
                at = until
                continue
        at += 1
    return 1 if blocks else (-1 if inline else 0)


@numba.njit(cache=True, nogil=True)
def _may_be_button(out, start, end, characters, lower, keys, values):  # type: ignore[no-untyped-def]
    """True if a line may be in the list of buttons: by the hash of its characters without blanks and signs."""
    first, last = start, end
    while first < last and _is_edge(out[first]):
        first += 1
    while last > first and _is_edge(out[last - 1]):
        last -= 1
    value = SEED
    for at in range(first, last):
        code = out[at]
        if code < 65_536:
            if characters[code] & FOLDS:
                return True
            code = lower[code]
        if code != 32:
            value = (value ^ np.uint64(code)) * MULTIPLIER
    return _look_up(value, keys, values) >= 0


@numba.njit(cache=True, nogil=True, inline="always")
def _is_edge(code):  # type: ignore[no-untyped-def]
    """The characters around a button's words: • … ! . » → > and blanks."""
    return code in (_BULLET, 0x2026, 33, 46, 0xBB, 0x2192, 62, 32)


@numba.njit(cache=True, nogil=True, inline="always")
def _breaks(newlines, soft):  # type: ignore[no-untyped-def]
    """A soft break is one line's end, and nothing beside a paragraph's."""
    return (2 if newlines > 1 else 1) if soft else newlines


@numba.njit(cache=True, nogil=True)
def _text(codes, start, end, out, tables, longest_button):  # type: ignore[no-untyped-def]
    """Read one text into ``out`` from ``start``; returns (length, how it ended)."""
    characters, tags, entities, bare, buttons, lower = tables
    html = _is_html(codes, start, end, characters, tags[0], tags[1])
    if html < 0:
        return 0, UNUSUAL
    size, line, before = start, start, 0
    settled, newlines, soft, blank = 0, 0, False, False
    table, cell = False, False
    button = again = False
    at = start
    while at < end:
        code, width, decoded = np.int64(codes[at]), 1, False
        if code == 60 and html == 1:
            until, effect, closing = _tag(codes, at, end, characters, tags[0], tags[1])
            if until > at:
                at = until
                effect &= EFFECT
                if table and not cell and effect < CELL:
                    return 0, UNUSUAL  # what stands in a table and in no cell is moved before the table
                if effect == PARAGRAPH:
                    newlines += 2
                elif effect == LINE:
                    soft = True
                elif effect == BREAK:
                    newlines += 0 if closing else 1
                elif effect == CELL:
                    if not table:
                        return 0, UNUSUAL
                    blank = blank or closing
                    cell = cell or not closing
                elif effect == ROW:
                    if not table:
                        return 0, UNUSUAL
                    soft = soft or cell
                    cell = False
                elif effect == ROWS:
                    if not table:
                        return 0, UNUSUAL
                    cell = False
                elif effect == TABLE:
                    if table != closing:
                        return 0, UNUSUAL
                    newlines += 2
                    table, cell = not closing, False
                elif effect == ITEM and not closing:
                    newlines += 1
                    code, width, decoded = np.int64(_BULLET), 0, True
                if width:
                    continue
        elif code == 38:
            code, until = _entity(codes, at, end, characters, entities[0], entities[1], bare[0], bare[1])
            if code < 0:
                return 0, UNUSUAL
            width, decoded = until - at, until > at + 1
            if code == 60 and until < end and (_is_letter(codes[until]) or codes[until] == 47):
                return 0, UNUSUAL  # escaped markup
        at += width
        mark = characters[code] if code < 65_536 else KEEP
        kind = mark & KIND
        if kind == REPAIR or (mark & CONTINUES and before & BEGINS):
            return 0, UNUSUAL
        if kind != DROP:
            before = mark
        if decoded and (kind == DROP or (kind == SPACE and code != 32 and code != 9)):
            # a box with nothing but a hard space is an empty line
            settled, newlines, soft = settled + _breaks(newlines, soft), 0, False
        if kind == DROP:
            continue
        if kind == SPACE:
            blank = True
        elif kind == NEWLINE:
            if decoded:
                return 0, UNUSUAL
            if html == 1:
                blank = True
            elif not (code == 13 and at < end and codes[at] == 10):
                newlines += 1
        else:
            if table and not cell:
                return 0, UNUSUAL
            breaks = min(settled + _breaks(newlines, soft), 2)
            if breaks and size > start:
                if size == line + 1 and out[line] == _BULLET:  # a bullet alone on its line goes, with its line's end
                    size = line
                    breaks -= 1
                    have = 0
                    while size - have > start and out[size - 1 - have] == 10:
                        have += 1
                    breaks = min(breaks, 2 - have) if size > start else 0
                elif size - line <= longest_button and out[line] != _BULLET:
                    button = button or _may_be_button(out, line, size, characters, lower, buttons[0], buttons[1])
                for _ in range(breaks):
                    out[size] = 10
                    size += 1
                line = size
            elif blank and size > start and not breaks:
                out[size] = 32
                size += 1
            settled, newlines, soft, blank = 0, 0, False, False
            out[size] = code
            size += 1
            if decoded and width == 0:
                blank = True
            again = again or kind == SIGN
            while width and at < end and codes[at] < 65_536 and characters[codes[at]] == KEEP:
                out[size], before = codes[at], KEEP
                size += 1
                at += 1
    if table:
        return 0, UNUSUAL
    if size == line + 1 and size > start and out[line] == _BULLET:
        if line == start:
            return 0, UNUSUAL
        size = line
        while size > start and out[size - 1] == 10:
            size -= 1
    elif size > line and size - line <= longest_button and out[line] != _BULLET:
        button = button or _may_be_button(out, line, size, characters, lower, buttons[0], buttons[1])
    if again and not _settled(out, start, size, tables):
        return size - start, AGAIN
    return size - start, MAY_BE_BUTTON if button else DONE


@numba.njit(cache=True, nogil=True)
def _settled(out, start, end, tables):  # type: ignore[no-untyped-def]
    """True if every ``&`` and ``<`` that is left stands for itself."""
    characters, _, entities, bare, _, _ = tables
    for at in range(start, end):
        if out[at] == 60:
            following = out[at + 1] if at + 1 < end else 32
            if _is_letter(following) or following == 47 or following == 33:
                return False
        elif out[at] == 38:
            code, until = _entity(out, at, end, characters, entities[0], entities[1], bare[0], bare[1])
            if code != 38 or until != at + 1:
                return False
    return True


@numba.njit(cache=True, nogil=True)
def read(codes, bounds, tables, longest_button):  # type: ignore[no-untyped-def]
    """Read a batch: (characters, length of each text, how each ended); text ``i`` begins at ``bounds[i]``."""
    count = len(bounds) - 1
    out = np.empty(len(codes) + 2, np.int32)
    lengths, ended = np.zeros(count, np.int64), np.full(count, UNUSUAL, np.int8)
    for item in range(count):
        if not _repaired(codes, bounds[item], bounds[item + 1], tables[0]):
            lengths[item], ended[item] = _text(codes, bounds[item], bounds[item + 1], out, tables, longest_button)
    return out, lengths, ended
