"""Fonts that carry all the demo's letters, taken from installed packages at run time; nothing is shipped here.

DejaVu Sans comes with matplotlib (its licence allows use and embedding); it has the Polish letters that the PDF base
fonts lack.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
TIMES = ("Times-Roman", "Times-Bold")  # of the PDF base fonts: Western European letters only


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where matplotlib keeps DejaVu, found without importing matplotlib.

    Raises:
        FileNotFoundError: matplotlib is not installed.
    """
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("matplotlib with its DejaVu fonts is not installed")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=1)
def register() -> tuple[str, str]:
    """Make DejaVu known to reportlab; returns the names of the regular and the bold face."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, folder() / f"{name}.ttf"))
    return REGULAR, BOLD
