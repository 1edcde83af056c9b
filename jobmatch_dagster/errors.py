"""The family of errors that people see. Each names the input, the rule it broke, and the remedy.

Rooms subclass ``JobmatchError`` when a caller must tell cases apart; the command line prints any of them as one
sentence without a traceback. Messages never carry résumé text, e-mail addresses or tokens.
"""

from __future__ import annotations


class JobmatchError(Exception):
    """An input was refused or a part is not in order.

    Args:
        subject: what it is about, in the user's terms: a file's name, a setting, a URL, a table.
        problem: the rule that was broken, as the rest of a sentence ("is not a PDF").
        remedy: what the user can do about it, as a sentence.
    """

    exit_code = 1

    def __init__(self, subject: str, problem: str, remedy: str = "") -> None:
        self.subject, self.problem, self.remedy = subject, problem, remedy
        super().__init__(f"{subject} {problem}." + (f" {remedy}" if remedy else ""))

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        return type(self), (self.subject, self.problem, self.remedy)


class SettingsError(JobmatchError):
    """A setting has a value that cannot work."""

    exit_code = 2


class DatabaseUnavailable(JobmatchError):
    """The database cannot be reached, or is not migrated."""
