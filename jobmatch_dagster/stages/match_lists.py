"""Lists of matches: out of the database, changed as arrays, and back where they changed.

Belongs here: the rows of ``matching.lists`` as columns of numbers over all pairs of a block of résumés, the rule of
what stays, and writing the lists that are others than before. What is scored, and when, is ``match``'s; the numbers of
a pair are ``matching.stored``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray
from psycopg import sql

from jobmatch_dagster.supabase import binary, database

if TYPE_CHECKING:
    import psycopg

LIVE, NEXT = "matching.lists", "private.next_lists"
COLUMNS = (
    "resume_id", "user_id", "matched_on", "scorer_version", "resume_reading",
    "job_ids", "job_readings", "scores", "judged", "ends", "parts",
)  # fmt: skip
LISTS = """
select {columns} from {table} l where resume_id = any({resumes}::uuid[])
 order by resume_id, matched_on, resume_reading
"""
DELETE = """
delete from {table} l using unnest(%s::uuid[], %s::date[], %s::bigint[]) as k (resume_id, matched_on, reading)
 where l.resume_id = k.resume_id and l.matched_on = k.matched_on and l.resume_reading = k.reading
"""
STATES = """
select j.id is not null, j.closed_on is null, j.duplicate_of is null, coalesce(r.content_hash, '')
  from unnest(%s::uuid[], %s::bigint[]) with ordinality as k (job_id, reading, place)
  left join public.jobs j on j.id = k.job_id
  left join matching.jobs r on r.job_id = k.job_id and r.reading = k.reading
 order by k.place
"""
# Jobs as they were scored once, of which no list speaks any more; under the turn of ``match_scores``.
UNTOLD_JOBS = """
delete from matching.jobs j
 where not exists (select from matching.lists l cross join unnest(l.job_readings) as kept (reading)
                    where kept.reading = j.reading)
"""
Key = tuple[int, int, int]  # résumé's place in its block, day since 1970, reading


@dataclass
class Pairs:
    """Matches of a block of résumés, one place a pair.

    Attributes:
        resumes: the résumé's place in its block.
        days: day on which the younger side arrived.
        readings: the résumé as it was scored.
        jobs, job_readings: the job, and the job as it was scored.
        scores, judged: as in ``matching.lists``.
        ends, parts: where each pair's part ends, and all parts, one after the other.
    """

    resumes: NDArray[np.int64]
    days: NDArray[np.datetime64]
    readings: NDArray[np.int64]
    jobs: NDArray[np.bytes_]
    job_readings: NDArray[np.int64]
    scores: NDArray[np.float64]
    judged: NDArray[np.int16]
    ends: NDArray[np.int64]
    parts: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, places: NDArray[np.int64]) -> Pairs:
        """Some of the pairs, in this order."""
        if len(places) == len(self) and np.array_equal(places, np.arange(len(self))):
            return self
        starts = np.concatenate([[0], self.ends[:-1]]).astype(np.int64)[places]
        lengths = self.ends[places] - starts
        ends = np.cumsum(lengths)
        parts = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
        gather(self.parts, starts, lengths, parts)
        columns = {name: getattr(self, name)[places] for name in _ONE_A_PAIR}
        return Pairs(**columns, ends=ends, parts=parts)

    def beside(self, others: Pairs) -> Pairs:
        """These and the others."""
        both = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in _ONE_A_PAIR}
        ends = np.concatenate([self.ends, others.ends + len(self.parts)])
        return Pairs(**both, ends=ends, parts=np.concatenate([self.parts, others.parts]))

    def ranked(self) -> NDArray[np.int64]:
        """Places of the pairs by résumé, then score down, then job id up: the written rule of order."""
        low, high = self.job_order()
        keys = (self.resumes, -self.scores, high, low)
        # Pairs mostly come in that order, and to see that they do takes a tenth of sorting them.
        is_tie, is_sorted = np.ones(max(0, len(self) - 1), bool), True
        for key in keys:
            is_sorted = is_sorted and not (is_tie & (key[:-1] > key[1:])).any()
            is_tie &= key[:-1] == key[1:]
        return np.arange(len(self)) if is_sorted else np.lexsort(keys[::-1])

    def job_order(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """The jobs' ids as keys for ``lexsort``, the minor one first."""
        halves = np.frombuffer(self.jobs.tobytes(), ">u8").astype(np.uint64)
        return halves[1::2], halves[::2]


_ONE_A_PAIR = ("resumes", "days", "readings", "jobs", "job_readings", "scores", "judged")


@njit(cache=True, nogil=True)
def gather(data, starts, lengths, out):
    """Copy pieces of some data one after the other."""
    at = 0
    for place in range(len(starts)):
        for byte in range(starts[place], starts[place] + lengths[place]):
            out[at] = data[byte]
            at += 1


def none() -> Pairs:
    """No pairs."""
    whole = np.zeros(0, np.int64)
    return Pairs(
        whole, whole.astype("datetime64[D]"), whole, whole.astype("S16"), whole, whole.astype(np.float64),
        whole.astype(np.int16), whole, whole.astype(np.uint8),
    )  # fmt: skip


@dataclass
class Block:
    """Some résumés and the lists that they have.

    Attributes:
        ids, users: the résumés and whose they are.
        pairs: their matches.
        rows: each list as it is stored.
        versions: the scorer of each reading.
    """

    ids: NDArray[np.bytes_]
    users: NDArray[np.bytes_]
    pairs: Pairs = field(default_factory=none)
    rows: dict[Key, bytes] = field(default_factory=dict)
    versions: dict[int, str] = field(default_factory=dict)


def read(conn: psycopg.Connection, table: str, ids: Sequence[str], users: Sequence[str]) -> Block:
    """A block of résumés with the lists that a table has of them.

    Args:
        conn: the reading is part of its transaction.
        table: ``LIVE`` or ``NEXT``.
        ids, users: the résumés, in ascending order of their ids, and whose they are.
    """
    block = Block(binary.uuids(ids), binary.uuids(users))
    query = sql.SQL(LISTS).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        table=sql.Identifier(*table.split(".")),
        resumes=sql.Literal(database.ids(ids)),
    )
    fields, rows = [], []
    for values, row in binary.rows(conn, query):
        fields.append(values)
        rows.append(row)
    if not rows:
        return block
    resume_ids, _, dates, versions, readings, *arrays, parts = zip(*fields, strict=True)
    jobs, counts = binary.elements(arrays[0], binary.UUID)
    place = {key: number for number, key in enumerate(ids_of(block.ids))}
    owners = np.array([place[bytes(key)] for key in resume_ids], np.int64)
    days, read_as = binary.days(dates), np.frombuffer(b"".join(readings), ">i8").astype(np.int64)
    ends, sizes = binary.elements(arrays[4], binary.INTEGER)[0].astype(np.int64), np.array([len(p) for p in parts])
    numbers = [binary.elements(column, kind)[0] for column, kind in zip(arrays[1:4], _ELEMENTS, strict=True)]
    block.pairs = Pairs(
        resumes=np.repeat(owners, counts),
        days=np.repeat(days, counts),
        readings=np.repeat(read_as, counts),
        jobs=jobs,
        job_readings=numbers[0],
        scores=numbers[1],
        judged=numbers[2],
        ends=ends + np.repeat(np.cumsum(sizes) - sizes, counts),
        parts=np.frombuffer(bytearray().join(parts), np.uint8),
    )
    keys = zip(owners.tolist(), days.astype(int).tolist(), read_as.tolist(), strict=True)
    block.rows = dict(zip(keys, rows, strict=True))
    block.versions = {number: text.decode() for number, text in zip(read_as.tolist(), versions, strict=True)}
    return block


_ELEMENTS = (binary.BIGINT, binary.FLOAT, binary.SMALLINT)


def ids_of(column: NDArray[np.bytes_]) -> list[bytes]:
    """The ids of a column, all sixteen bytes of each."""
    data = column.tobytes()
    return [data[start : start + 16] for start in range(0, len(data), 16)]


@dataclass
class States:
    """How the jobs of some pairs stand.

    Attributes:
        is_there: per pair, whether there is such a job.
        is_open: whether it is not closed.
        is_ranked: whether the pair is in its résumé's ranking: the job is open and no duplicate.
        hashes, hash_numbers: the content of the jobs when they were scored, and per pair its place among them.
    """

    is_there: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    is_ranked: NDArray[np.bool_]
    hashes: list[str]
    hash_numbers: NDArray[np.int64]


def states(conn: psycopg.Connection, pairs: Pairs) -> States:
    """How the jobs of some pairs stand now."""
    _, first, number = np.unique(pairs.job_readings, return_index=True, return_inverse=True)
    jobs = [key.hex() for key in ids_of(pairs.jobs[first])]
    given = (database.ids(jobs), pairs.job_readings[first].tolist())
    found = conn.execute(STATES, given).fetchall() if jobs else []
    is_there, is_open, is_single = (np.array([row[at] for row in found], bool)[number] for at in range(3))
    return States(is_there, is_open, is_there & is_open & is_single, [row[3] for row in found], number)


def best(pairs: Pairs, is_ranked: NDArray[np.bool_], keep: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What stays of some pairs: all that are not in a ranking, and of each ranking the best ``keep``.

    Returns:
        places of what stays, by résumé and rank; and the résumés that lost some.
    """
    order = pairs.ranked()
    rank = _ranks(pairs.resumes[order], is_ranked[order])
    stays = ~is_ranked[order] | (rank < keep)
    return order[stays], np.unique(pairs.resumes[order[~stays]])


def _ranks(owners: NDArray[np.int64], counted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many counted places of the same owner stand before each place; owners stand together."""
    before: NDArray[np.int64] = np.cumsum(counted) - counted
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    first = np.repeat(before[starts], np.diff(np.append(starts, len(owners))))
    ranks: NDArray[np.int64] = before - first
    return ranks


def last_of(pairs: Pairs, is_ranked: NDArray[np.bool_], keep: int) -> dict[int, tuple[float, bytes]]:
    """Of résumés whose ranking is full, the pair of rank ``keep``: the lower, the better it ranks.

    Args:
        pairs: by résumé and rank.
        is_ranked: which of them are in a ranking.
        keep: as for ``best``.
    """
    order = np.flatnonzero(is_ranked)
    last = order[_ranks(pairs.resumes[order], np.ones(len(order), bool)) == keep - 1]
    scores, jobs = (-pairs.scores[last]).tolist(), ids_of(pairs.jobs[last])
    return dict(zip(pairs.resumes[last].tolist(), zip(scores, jobs, strict=True), strict=True))


def write(conn: psycopg.Connection, table: str, block: Block, pairs: Pairs, versions: dict[int, str]) -> int:
    """Make a table hold these pairs of a block and no others; lists that did not change are not touched.

    Args:
        conn: in a transaction of the caller.
        table: ``LIVE`` or ``NEXT``.
        block: the lists that are there.
        pairs: what shall be there, by résumé and rank.
        versions: the scorer of each reading that the block does not name yet; it does from here on.

    Returns:
        lists written or deleted.
    """
    block.versions |= versions
    now = _rows(block, pairs)
    changed = [row for key, row in now.items() if block.rows.get(key) != row]
    gone = [key for key, row in block.rows.items() if now.get(key) != row]
    if gone:
        ids = ids_of(block.ids)
        days = np.array([day for _, day, _ in gone]).astype("datetime64[D]").astype(object).tolist()
        keys = ([ids[at].hex() for at, _, _ in gone], days, [reading for _, _, reading in gone])
        conn.execute(sql.SQL(DELETE).format(table=sql.Identifier(*table.split("."))), keys)
    binary.write(conn, table, COLUMNS, changed)
    return len(changed) + sum(key not in now for key in gone)


def _rows(block: Block, pairs: Pairs) -> dict[Key, bytes]:
    """Pairs by résumé and rank as stored lists, each the best first."""
    if not len(pairs):
        return {}
    columns = (pairs.resumes, pairs.days.astype(np.int64), pairs.readings)
    if any((np.diff(column) < 0).any() for column in columns):
        pairs = pairs.take(np.lexsort(columns[::-1]))
        columns = (pairs.resumes, pairs.days.astype(np.int64), pairs.readings)
    starts = np.flatnonzero(np.any([np.diff(column, prepend=column[0] - 1) != 0 for column in columns], axis=0))
    bounds = np.append(starts, len(pairs))
    keys = list(zip(*(column[starts].tolist() for column in columns), strict=True))
    before = np.concatenate([[0], pairs.ends])[bounds]
    ends = pairs.ends - np.repeat(before[:-1], np.diff(bounds))
    arrays = zip(
        binary.arrays(pairs.jobs, binary.UUID, bounds),
        binary.arrays(pairs.job_readings, binary.BIGINT, bounds),
        binary.arrays(pairs.scores, binary.FLOAT, bounds),
        binary.arrays(pairs.judged, binary.SMALLINT, bounds),
        binary.arrays(ends, binary.INTEGER, bounds),
        strict=True,
    )
    ids, users = ([binary.field(key) for key in ids_of(column)] for column in (block.ids, block.users))
    scorers = {reading: binary.field(text.encode()) for reading, text in block.versions.items()}
    dates, parts = binary.dates(pairs.days[starts]), pairs.parts.tobytes()
    out = {}
    for number, (key, own) in enumerate(zip(keys, arrays, strict=True)):
        at, _, reading = key
        said = parts[before[number] : before[number + 1]]
        fields = (ids[at], users[at], dates[number], scorers[reading], binary.field(reading.to_bytes(8, signed=True)))
        out[key] = binary.row((*fields, *own, binary.field(said)))
    return out
