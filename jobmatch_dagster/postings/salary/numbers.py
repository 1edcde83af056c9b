"""Numbers as people write them in advertisements: local separators, and letters or words that multiply."""

from __future__ import annotations

import re
from functools import lru_cache

# One number: groups by point, comma, apostrophe or space (also India's pairs), then perhaps a decimal part.
NUMBER = r"\d{1,3}(?:(?:[.,'’ ]\d{2,3})*[.,'’ ]\d{3})(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d{1,2}(?!\d))?"
_MULTIPLES: tuple[tuple[str, float], ...] = (
    (r"lakhs?\b|lacs?\b|lpa\b|l(?=\s?(?:pa|p\.a\.))", 1e5),
    (r"crores?\b|cr\b", 1e7),
    (r"万|萬|w(?![a-zà-ž])", 1e4),
    (r"千", 1e3),
    (r"tys\.?(?![a-zà-ž])|tsd\.?(?![a-zà-ž])|mil(?=\s?(?:€|euros?\b|reais))|thousand\b", 1e3),
    (r"millions?\b|mio\.?(?![a-zà-ž])|mln\b|m(?![a-zà-ž²³.])", 1e6),
    (r"billions?\b|bn\b|mrd\b|b(?![a-zà-ž])", 1e9),
    (r"k(?![a-zà-ž])", 1e3),
)
MULTIPLE = "|".join(f"(?:{pattern})" for pattern, _ in _MULTIPLES)
_EACH = [(re.compile(pattern, re.IGNORECASE), factor) for pattern, factor in _MULTIPLES]
_DECIMALS = re.compile(r"[.,](\d{1,2})$")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’ ]\d{2,3})*[.,'’ ]\d{3}")


@lru_cache(maxsize=50_000)
def number(written: str) -> float:
    """The value of one ``NUMBER``.

    ``55.000``, ``55,000``, ``120'000``, ``12 000`` and ``12,00,000`` are grouped; ``12,50`` and ``1.5`` have
    decimals. The last
    separator with three digits after it groups, with one or two it is the decimal mark.
    """
    digits = written.strip()
    tail = _DECIMALS.search(digits)
    whole, decimals = (digits[: tail.start()], tail.group(1)) if tail else (digits, "")
    return float(re.sub(r"\D", "", whole) + ("." + decimals if decimals else ""))


def is_grouped(written: str) -> bool:
    """True if the number has thousands separators."""
    return _GROUPED.match(written.strip()) is not None


@lru_cache(maxsize=1_000)
def factor(multiple: str | None) -> float:
    """What a letter or word after a number multiplies it with; 1 for none."""
    if not multiple:
        return 1.0
    return next((value for pattern, value in _EACH if pattern.fullmatch(multiple.strip())), 1.0)
