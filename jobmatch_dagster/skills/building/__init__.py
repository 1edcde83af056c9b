"""Scripts that make the package data under ``skills/data``: run by hand when a source changes, never at run time."""
