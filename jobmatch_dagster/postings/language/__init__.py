"""The language of an advertisement: script first, then langdetect's algorithm over arrays, a title model for short
texts.

Only languages are decided here; what a text says is read elsewhere. ``decide`` is what the rest of the project calls.
"""

from jobmatch_dagster.postings.language.decide import Language, decide, languages
from jobmatch_dagster.postings.language.langdetect_port import detect
from jobmatch_dagster.postings.language.parts import Part, parts

__all__ = ["Language", "Part", "decide", "detect", "languages", "parts"]
