"""Whether a line about pay says that the board guessed it: decided here for boards' readers and for cleaning."""

from __future__ import annotations

import re

_GUESS = re.compile(
    r"\best(?:\.|(?=\)|$))|\bestimat|\bestimad|\bestimé|\bstima(?:to|ta|t)?\b|\bgeschätzt|schätzung|\bgeschat|"
    r"\bszacunk|\bszacowan|\bpredicted\b",
    re.IGNORECASE,
)
# "(Employer est.)" is the employer's own figure, however rough.
_EMPLOYERS = re.compile(
    r"\bemployer|arbeitgeber|employeur|empleador|empregador|werkgever|pracodawc|datore", re.IGNORECASE
)


def is_guess(salary_text: str) -> bool:
    """True for a salary line that says it is the board's own estimate ("$84K - $115K (Glassdoor est.)")."""
    return _GUESS.search(salary_text) is not None and _EMPLOYERS.search(salary_text) is None
