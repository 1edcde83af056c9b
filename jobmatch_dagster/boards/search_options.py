"""A search as options of a command: the same words wherever a person types one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

ARRANGEMENTS = ("onsite", "hybrid", "remote")
EMPLOYMENT_TYPES = ("full_time", "part_time", "contract", "temporary", "internship", "volunteer", "other")
_OPTIONS = (
    click.option("--keywords", default=None, help="What you would type into its search."),
    click.option("--place", default=None, help="City, region or country."),
    click.option("--country", default=None, help="Two letters; picks the national site."),
    click.option("--radius-km", type=click.FloatRange(min=0), default=None, help="How far around the place."),
    click.option("--max-age-days", type=click.IntRange(min=1), default=None, help="Oldest posting that is wanted."),
    click.option("--remote", type=click.Choice(ARRANGEMENTS), default=None, help="Where the work is done."),
    click.option("--employment-type", type=click.Choice(EMPLOYMENT_TYPES), default=None, help="Kind of contract."),
    click.option("--organisation", default=None, help="The employer, for sources that are asked employer by employer."),
    click.option("--max-pages", type=click.IntRange(min=1), default=None, help="Search pages asked for at most."),
)


def search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a search, in their usual order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
