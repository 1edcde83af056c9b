"""Features of texts."""

from __future__ import annotations

import numpy as np

from jobmatch_dagster.matching import features


def test_common_terms_go_to_their_columns_and_the_others_stay_unless_they_weigh_nothing() -> None:
    indptr, ids = np.array([0, 3, 3, 5]), np.array([4, 1, 2, 1, 0], np.int32)
    column = np.array([-1, 0, -1, -1, 1], np.int32)
    dense = np.zeros((3, 2), np.float32)
    rest = features._rarer(indptr, ids, np.array([9.9, 3.2, 0.7, 5.0, -2.9]), column, dense)
    np.testing.assert_array_equal(dense, [[3, 9], [0, 0], [5, 0]])
    assert (rest.rows.tolist(), rest.ids.tolist(), rest.weights.tolist()) == ([2], [0], [-2])
