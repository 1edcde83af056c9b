"""Makes ``data/words.parquet``: how ordinary the commonest English words are, in tenths of Zipf's scale.

Run: ``python -m jobmatch_dagster.skills.building.words`` (needs pip and a package index).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from jobmatch_dagster.skills.building.frequencies import Frequencies
from jobmatch_dagster.skills.building.sources import DATA

HOW_MANY = 60_000


def main() -> None:
    """Write the file."""
    ranked = sorted(Frequencies().words.items(), key=lambda item: (-item[1], item[0]))[:HOW_MANY]
    ranked.sort()
    words, zipf = zip(*ranked, strict=True)
    table = pa.table({"word": pa.array(words), "tenths": pa.array([round(10 * z) for z in zipf], pa.uint8())})
    path = DATA / "words.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=19)
    print(f"{path.name}: {table.num_rows} words, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
