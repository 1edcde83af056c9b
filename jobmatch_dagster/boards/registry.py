"""All sources of postings by name, each with its policy. A new board is a module and a line here."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from jobmatch_dagster.boards.board import Board, Policy
from jobmatch_dagster.errors import JobmatchError

# name -> (module, class); modules are imported when a board is first asked for.
_CLASSES = {
    "linkedin": ("linkedin", "LinkedIn"),
    "indeed": ("indeed", "Indeed"),
    "glassdoor": ("glassdoor", "Glassdoor"),
    "ziprecruiter": ("ziprecruiter", "ZipRecruiter"),
    "careerbuilder": ("careerbuilder", "CareerBuilder"),
    "greenhouse": ("greenhouse", "Greenhouse"),
    "lever": ("lever", "Lever"),
    "ashby": ("ashby", "Ashby"),
    "recruitee": ("recruitee", "Recruitee"),
    "workday": ("workday", "Workday"),
    "remoteok": ("remoteok", "RemoteOk"),
    "remotive": ("remotive", "Remotive"),
    "adzuna": ("adzuna", "Adzuna"),
    "usajobs": ("usajobs", "UsaJobs"),
    "careerpage": ("careerpage", "CareerPage"),
}


@lru_cache(maxsize=1)
def _policies() -> dict[str, Policy]:
    import yaml

    text = (files("jobmatch_dagster.boards") / "data" / "policies.yaml").read_text("utf-8")
    return {name: Policy(**fields) for name, fields in yaml.safe_load(text).items()}


@lru_cache(maxsize=len(_CLASSES))
def _board(name: str) -> Board:
    module, kind = _CLASSES[name]
    made: Board = getattr(importlib.import_module(f"jobmatch_dagster.boards.{module}"), kind)(_policies()[name])
    return made


class _Boards(Mapping[str, Board]):
    def __getitem__(self, name: str) -> Board:
        if name not in _CLASSES:
            raise KeyError(name)
        return _board(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)


BOARDS: Mapping[str, Board] = _Boards()


def get(name: str) -> Board:
    """The board of that name.

    Raises:
        JobmatchError: there is none; the message names the known ones.
    """
    try:
        return BOARDS[name]
    except KeyError:
        raise JobmatchError(f"Board {name!r}", "is not known", f"Known boards: {', '.join(BOARDS)}.") from None
