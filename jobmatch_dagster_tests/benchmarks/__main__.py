"""``python -m jobmatch_dagster_tests.benchmarks [NAME …] [--quick]``: run benchmarks, print tables, write JSON.

Each ``bench_<name>.py`` has ``run(quick) -> {"name", "rows": [{"case", …}], "notes"}``.
"""

from __future__ import annotations

import argparse
import platform
import time

from jobmatch_dagster_tests.tabulate import keep, modules, table


def main() -> None:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="which rooms; all otherwise")
    parser.add_argument("--quick", action="store_true", help="small inputs: does it run at all?")
    given = parser.parse_args()
    for module in modules("jobmatch_dagster_tests.benchmarks", "bench_", given.names):
        start = time.perf_counter()
        result = module.run(given.quick)
        rows = result["rows"]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        print(table(result["name"], columns, [[row.get(c) for c in columns] for row in rows]), flush=True)
        if result.get("notes"):
            print(result["notes"])
        print(f"({time.perf_counter() - start:.0f} s, Python {platform.python_version()})", flush=True)
        keep(
            "bench_" + module.__name__.rsplit("bench_", 1)[-1],
            {**result, "python": platform.python_version(), "quick": given.quick},
        )


if __name__ == "__main__":
    main()
