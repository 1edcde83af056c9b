"""Words as they stand in addresses: the one way in which the demo makes them."""

from __future__ import annotations

import re
import unicodedata

_NO_DECOMPOSITION = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o"})


def slug(text: str) -> str:
    """Lower case ASCII words joined by hyphens, for URLs and mail addresses; never empty."""
    plain = unicodedata.normalize("NFKD", text.translate(_NO_DECOMPOSITION)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "job"
