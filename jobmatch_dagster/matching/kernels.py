"""Compiled kernels of the exact top-k and of single pairs. Integers only, so no order of work can change a result.

Belongs here: the blocked inverted index, the scan, the heap, products of named pairs. What the numbers mean is the
features' and the scorer's. Each kernel has a plain counterpart in the tests that it is compared with on random inputs.
"""

from __future__ import annotations

import numpy as np
from numba import njit

WORST = np.int64(-(1 << 62))
_ROWS = 32  # rows that go through a layer side by side


@njit(cache=True, nogil=True)
def invert(indptr, ids, weights, first, last, n_features):
    """Posting lists of the rows ``first:last`` of a CSR matrix: ``(starts, rows - first as uint16, weights)``."""
    starts = np.zeros(n_features + 1, np.int32)
    low, high = indptr[first], indptr[last]
    for at in range(low, high):
        starts[ids[at] + 1] += 1
    for feature in range(n_features):
        starts[feature + 1] += starts[feature]
    cursor = starts[:-1].copy()
    rows = np.empty(high - low, np.uint16)
    values = np.empty(high - low, np.int16)
    for row in range(first, last):
        for at in range(indptr[row], indptr[row + 1]):
            place = cursor[ids[at]]
            rows[place], values[place] = row - first, weights[at]
            cursor[ids[at]] = place + 1
    return starts, rows, values


@njit(cache=True, nogil=True)
def _push(heap, size, item):
    """Put an item into a min-heap of fixed capacity; the least one falls out of a full heap. Returns the new size."""
    if size < len(heap):
        child = size
        while child > 0:
            parent = (child - 1) >> 1
            if heap[parent] <= item:
                break
            heap[child] = heap[parent]
            child = parent
        heap[child] = item
        return size + 1
    if item <= heap[0]:
        return size
    hole, n = 0, len(heap)
    while True:
        child = 2 * hole + 1
        if child >= n:
            break
        if child + 1 < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[hole] = heap[child]
        hole = child
    heap[hole] = item
    return size


@njit(cache=True, nogil=True)
def scan(
    starts, rows, values, n_jobs, first_job,
    indptr, ids, weights, first_resume,
    dense, title, meaning,
    resume_masks, job_masks, factors, richness,
    resume_classes, job_classes, vetoed,
    lowest, heaps, sizes, tally,
):  # fmt: skip
    """Score one block of résumés against one block of jobs and keep the best of each résumé.

    Args:
        starts, rows, values: the jobs' posting lists (``invert``).
        n_jobs, first_job: size of the job block and the rank of its first job.
        indptr, ids, weights: the résumés' sparse features (all résumés), ``first_resume`` the block's first row.
        dense: float32 (résumés × jobs), whole numbers: products of the dense features.
        title, meaning: the same for the vectors of titles and of texts, each of which counts only where positive.
        resume_masks, job_masks: components each side has inputs for, as bits.
        factors: per pair mask, what turns the numerator into score steps (float64; 0 where nothing can be judged).
        richness: per job, the share of its score that is left where its posting says little (float64).
        resume_classes, job_classes, vetoed: veto classes of both sides and the table (résumé class × job class).
        lowest: least score kept, in steps.
        heaps, sizes: per résumé of the block, keys ``score << 32 | (2**32 - 1 - job rank)``.
        tally: [0] pairs, [1] vetoed pairs.
    """
    total = np.zeros(n_jobs, np.int32)
    classes, numbers = _counted(job_classes[first_job : first_job + n_jobs], vetoed.shape[1])
    factor = np.empty(len(factors))
    for resume in range(len(heaps)):
        total[:] = 0
        row = first_resume + resume
        for at in range(indptr[row], indptr[row + 1]):
            low, high = starts[ids[at]], starts[ids[at] + 1]
            _add_postings(total, rows[low:high], values[low:high], np.int32(weights[at]))
        _add_dense(total, dense[resume], title[resume], meaning[resume])
        mine = resume_masks[row]
        for mask in range(len(factors)):
            factor[mask] = factors[mine & mask]
        verdicts = vetoed[resume_classes[row]]
        for at in range(len(classes)):
            if verdicts[classes[at]]:
                tally[1] += numbers[at]
        tally[0] += n_jobs
        heap, size = heaps[resume], sizes[resume]
        floor = max(np.int64(lowest) << 32, heap[0] if size == len(heap) else WORST)
        least = np.float64(floor >> 32)
        for job in range(n_jobs):
            place = first_job + job
            score = np.float64(total[job]) * factor[job_masks[place]] * richness[place]
            if score < least:  # as it is for all but a few
                continue
            key = (np.int64(np.floor(score)) << 32) | np.int64(0xFFFFFFFF - place)
            if key >= floor and mine & job_masks[place] != 0 and not verdicts[job_classes[place]]:
                size = _push(heap, size, key)
                if size == len(heap):
                    floor = max(floor, heap[0])
                    least = np.float64(floor >> 32)
        sizes[resume] = size


@njit(cache=True, nogil=True)
def _add_postings(total, rows, values, weight):
    for at in range(len(rows)):
        total[rows[at]] += weight * np.int32(values[at])


@njit(cache=True, nogil=True)
def _add_dense(total, dense, title, meaning):
    zero = np.int32(0)
    for job in range(len(total)):
        of_vectors = max(zero, np.int32(title[job])) + max(zero, np.int32(meaning[job]))
        total[job] += np.int32(np.int32(dense[job]) + of_vectors)


@njit(cache=True, nogil=True)
def _counted(classes, n_classes):
    """The different classes, and how often each comes."""
    counts = np.zeros(n_classes, np.int64)
    for one in classes:
        counts[one] += 1
    different = np.flatnonzero(counts)
    return different, counts[different]


@njit(cache=True, nogil=True)
def pair_products(
    r_indptr, r_ids, r_weights, j_indptr, j_ids, j_weights, bounds, n_features, resumes, jobs, out
):  # fmt: skip
    """Products of named pairs, split by feature range.

    Args:
        r_indptr … j_weights: sparse features of both sides; a job's stand range by range.
        bounds: ascending first features of the ranges; range ``i`` ends where range ``i + 1`` begins.
        resumes, jobs: the pairs; quick if equal résumés stand together.
        out: int64 (pairs × ranges), filled.
    """
    starts = _range_starts(j_indptr, j_ids, bounds)
    mine = np.zeros(n_features, np.int32)
    loaded = -1
    for pair in range(len(resumes)):
        if resumes[pair] != loaded:
            if loaded >= 0:
                for at in range(r_indptr[loaded], r_indptr[loaded + 1]):
                    mine[r_ids[at]] = 0
            loaded = resumes[pair]
            for at in range(r_indptr[loaded], r_indptr[loaded + 1]):
                mine[r_ids[at]] = r_weights[at]
        for part in range(len(bounds)):
            first, last = starts[jobs[pair], part], starts[jobs[pair], part + 1]
            out[pair, part] = _product(mine, j_ids[first:last], j_weights[first:last])


@njit(cache=True, nogil=True)
def _range_starts(indptr, ids, bounds):
    """Per row, where the features of each range begin, and where the row ends."""
    starts = np.empty((len(indptr) - 1, len(bounds) + 1), np.int64)
    for row in range(len(starts)):
        at = indptr[row]
        starts[row, 0] = at
        for part in range(1, len(bounds)):
            while at < indptr[row + 1] and ids[at] < bounds[part]:
                at += 1
            starts[row, part] = at
        starts[row, len(bounds)] = indptr[row + 1]
    return starts


@njit(cache=True, nogil=True)
def _product(mine, ids, weights):
    total = np.int64(0)
    for at in range(len(ids)):
        total += np.int64(mine[np.uint32(ids[at])]) * np.int64(weights[at])
    return total


@njit(cache=True, nogil=True)
def dense_products(left, right, first, last, resumes, jobs):
    """Products of named pairs over the columns ``first:last`` of two matrices of whole numbers, as int64."""
    out = np.zeros(len(resumes), np.int64)
    for pair in range(len(resumes)):
        out[pair] = _dense_product(left[resumes[pair], first:last], right[jobs[pair], first:last])
    return out


@njit(cache=True, nogil=True)
def _dense_product(left, right):
    total = np.int64(0)
    for column in range(len(left)):
        total += np.int32(left[column]) * np.int32(right[column])
    return total


@njit(cache=True, nogil=True)
def requirement_credits(r_indptr, r_ids, r_weights, r_source, j_indptr, j_ids, n_features, resumes, jobs):
    """Per pair and requirement of its job: the résumé's credit and the row of its skill that gives it (-1: none).

    Returns:
        ``(indptr, entry, credit, source)``: ``entry`` is the requirement's place among all requirements.
    """
    indptr = np.zeros(len(jobs) + 1, np.int64)
    for pair in range(len(jobs)):
        indptr[pair + 1] = indptr[pair] + j_indptr[jobs[pair] + 1] - j_indptr[jobs[pair]]
    entry = np.empty(indptr[-1], np.int64)
    credit = np.zeros(indptr[-1], np.int64)
    source = np.full(indptr[-1], -1, np.int64)
    held = np.full(n_features, -1, np.int64)
    loaded = -1
    for pair in range(len(jobs)):
        if resumes[pair] != loaded:
            if loaded >= 0:
                for at in range(r_indptr[loaded], r_indptr[loaded + 1]):
                    held[r_ids[at]] = -1
            loaded = resumes[pair]
            for at in range(r_indptr[loaded], r_indptr[loaded + 1]):
                held[r_ids[at]] = at
        out = indptr[pair]
        for at in range(j_indptr[jobs[pair]], j_indptr[jobs[pair] + 1]):
            entry[out] = at
            mine = held[j_ids[at]]
            if mine >= 0:
                credit[out], source[out] = r_weights[mine], r_source[mine]
            out += 1
    return indptr, entry, credit, source


@njit(cache=True, nogil=True)
def sum_vectors(indptr, ids, weights, vectors, out):
    """Weighted sum of each row's vectors, in the order of its entries, so that a row comes out the same in any batch.

    Ids past the last vector have none.
    """
    for row in range(len(indptr) - 1):
        for at in range(indptr[row], indptr[row + 1]):
            if ids[at] < len(vectors):
                vector, weight = vectors[ids[at]], weights[at]
                for i in range(len(vector)):
                    out[row, i] += weight * vector[i]


@njit(cache=True, nogil=True)
def scale_to_unit(rows):
    """Scale each row to length 1, in place; a row of zeros stays."""
    for row in range(len(rows)):
        total = 0.0
        for i in range(rows.shape[1]):
            total += rows[row, i] * rows[row, i]
        if total > 0:
            length = np.sqrt(total)
            for i in range(rows.shape[1]):
                rows[row, i] /= length


@njit(cache=True, nogil=True)
def through_net(rows, hidden, hidden_bias, out_weights, out_bias, straight):
    """One hidden layer of rectified units beside a straight linear way; each row by itself, in a fixed order of sums.

    Several rows are done side by side, each of whose sums runs over the inputs in their order.

    Returns:
        float64, rows × outputs; a row of zeros stays zeros.
    """
    out = np.zeros((len(rows), len(out_weights)))
    inputs = np.zeros((rows.shape[1], _ROWS))
    layer, results = np.empty((len(hidden), _ROWS)), np.empty((len(out_weights), _ROWS))
    for first in range(0, len(rows), _ROWS):
        some = rows[first : first + _ROWS]
        inputs[:, : len(some)] = some.T
        for unit in range(len(layer)):
            layer[unit] = hidden_bias[unit]
        _add_products(inputs, hidden, layer)
        for unit in range(len(layer)):
            layer[unit] = np.maximum(0.0, layer[unit])
        for place in range(len(results)):
            results[place] = out_bias[place]
        _add_products(layer, out_weights, results)
        _add_products(inputs, straight, results)
        for row in range(len(some)):
            if some[row].any():
                out[first + row] = results[:, row]
    return out


@njit(cache=True, nogil=True)
def _add_products(inputs, weights, totals):
    """Add the products of weights (outputs × inputs) and inputs (inputs × rows) to totals (outputs × rows).

    Four inputs at a time, one after the other, so that a total is fetched once for them.
    """
    n = len(inputs)
    for unit in range(len(weights)):
        total = totals[unit]
        for i in range(0, n - 3, 4):
            a, b = np.float64(weights[unit, i]), np.float64(weights[unit, i + 1])
            c, d = np.float64(weights[unit, i + 2]), np.float64(weights[unit, i + 3])
            for row in range(_ROWS):
                running = total[row] + a * inputs[i, row]
                running += b * inputs[i + 1, row]
                running += c * inputs[i + 2, row]
                total[row] = running + d * inputs[i + 3, row]
        for i in range(n - n % 4, n):
            a = np.float64(weights[unit, i])
            for row in range(_ROWS):
                total[row] += a * inputs[i, row]
