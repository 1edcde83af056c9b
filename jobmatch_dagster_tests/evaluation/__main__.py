"""``python -m jobmatch_dagster_tests.evaluation [NAME …]``: run evaluations, print tables, write JSON.

Each ``eval_<name>.py`` has ``run() -> {"name", "tables": [{"title", "columns", "rows"}], "skipped"}``.
"""

from __future__ import annotations

import argparse
import time

from jobmatch_dagster_tests.tabulate import keep, modules, table


def main() -> None:
    """Run the named evaluations, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="which rooms; all otherwise")
    given = parser.parse_args()
    for module in modules("jobmatch_dagster_tests.evaluation", "eval_", given.names):
        start = time.perf_counter()
        result = module.run()
        print(f"\n== {result['name']}", flush=True)
        for part in result["tables"]:
            print(table(part["title"], part["columns"], part["rows"]), flush=True)
        if result.get("skipped"):
            print(f"left out: {result['skipped']}")
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)
        keep("eval_" + module.__name__.rsplit("eval_", 1)[-1], result)


if __name__ == "__main__":
    main()
