"""What days of matching keep, the plain way: the reference that increments are compared with."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def keep_top(existing: pa.Table, new: pa.Table, top: int) -> pa.Table:
    """The best ``top`` matches of each résumé out of what was there and what is new.

    A pair that is in both counts as the new one says. Equal scores are ordered by job id, ascending, so the result
    does not depend on the order in which days were scored.

    Args:
        existing, new: rows of ``tables.JOB_MATCHES`` (or of any schema with resume_id, job_id and score).
        top: rows kept per résumé.

    Returns:
        rows ordered by résumé id, then rank.
    """
    both = pa.concat_tables([new, existing]).combine_chunks()
    columns = both.select(["resume_id", "job_id", "score"]).append_column("place", pa.array(np.arange(len(both))))
    first = columns.group_by(["resume_id", "job_id"], use_threads=False).aggregate([("place", "min")])
    kept = both.take(first["place_min"])
    kept = kept.sort_by([("resume_id", "ascending"), ("score", "descending"), ("job_id", "ascending")])
    owner = kept["resume_id"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    if not len(owner):
        return kept
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    rank = np.arange(len(owner)) - np.repeat(starts, np.diff(np.append(starts, len(owner))))
    return kept.filter(pa.array(rank < top))
