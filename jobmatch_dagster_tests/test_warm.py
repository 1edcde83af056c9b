"""``jobmatch warm`` leaves bytecode behind, also where Python is told to write none."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import something
from jobmatch_dagster import warm
warm.COMPILED_WHOLE = ("whole", "not_installed")
warm.PACKAGE = "something"
warm._bytecode()
"""


def test_what_was_imported_is_compiled_even_where_python_writes_no_bytecode(tmp_path: Path) -> None:
    package, whole = tmp_path / "something", tmp_path / "whole"
    for folder in (package, whole):
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "part.py").write_text("x = 1\n")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment, check=True)
    for path in (package / "__init__.py", package / "part.py", whole / "part.py"):
        assert Path(importlib.util.cache_from_source(str(path))).exists()
