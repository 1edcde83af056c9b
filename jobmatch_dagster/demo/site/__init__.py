"""A loopback server that speaks like the five boards. What is posted comes from ``world``; this package only shows it.

    with serve(day=date(2026, 3, 2)) as site:
        site.base_urls["linkedin"]      # http://127.0.0.1:<port>, one port a board
        site.day = date(2026, 3, 3)     # the next day, on the same server
        site.log                        # every request so far

Faults that every run meets are in ``faults``; ``searches()`` are the questions that together find every posting.
"""

from jobmatch_dagster.demo.site.questions import CHALLENGED, searches
from jobmatch_dagster.demo.site.server import DemoSite, Logged, serve

__all__ = ["CHALLENGED", "DemoSite", "Logged", "searches", "serve"]
