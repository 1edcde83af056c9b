"""Making ``data/words.npz``: run by hand in an environment of its own, never at run time. See ``words.py``."""
