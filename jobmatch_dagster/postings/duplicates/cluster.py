"""Join advertisements that are the same: candidates by hashing, then a check of company, title, place and true
similarity.

Rules. Two rows are *one ad* if the companies agree (legal forms and aliases aside), the titles agree, and the texts
do: at
least 80 % of their shingles in common; 70 % where title, company and city agree, 50 % if that is on two boards. Ads
of one place are
duplicates; of several places they are jobs of their own that share a group. The canonical row of a place is the one
seen
first, then the one with the longest text, then the smallest id; a canonical row that is known from earlier days stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np

from jobmatch_dagster.postings.duplicates.names import company_key, title_key
from jobmatch_dagster.postings.duplicates.signature import BANDS, band_keys, jaccard
from jobmatch_dagster.postings.place.gazetteer import folded

SAME_TEXT = 0.80
SAME_TEXT_AND_PLACE = 0.70
SAME_AD_ELSEWHERE = 0.50
ESTIMATE_MARGIN = 0.12  # two standard errors of an estimate from 64 minima at 0.8
ESTIMATE_ALONE = 0.90  # where the text itself is not at hand
_PAIRS = 50_000  # that are compared at once
_EMPTY = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True)
class Item:
    """What the comparison needs of a job.

    Attributes:
        id, board, external_id, title, company: as in the table of jobs.
        place: ``country/city`` as read, ``?words`` where it could not be read, "" where the ad names none.
        length: characters of the description, 0 where there is none or only its signature is known.
        first_seen: day it was first seen.
        known: a job of an earlier day; its ``canonical`` and ``group`` stand.
        canonical, group: ``duplicate_of`` and ``group_id`` of a known job.
    """

    id: str
    board: str
    external_id: str
    title: str
    company: str
    place: str
    length: int
    first_seen: date
    known: bool = False
    canonical: str | None = None
    group: str | None = None


@dataclass
class Clusters:
    """The result, in the order of the items: each list has one entry per item."""

    duplicate_of: list[str | None]
    group_id: list[str | None]
    similarity: list[float | None]
    also: list[list[int]] = field(default_factory=list)


class _Union:
    """Union-find whose root is the smallest index, so that the order of joining does not matter."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self.parent[high] = low


Text = Callable[[int], str | None]


def cluster(items: Sequence[Item], signatures: np.ndarray, text: Text) -> Clusters:
    """Find the duplicates and the groups among jobs. The order of the items does not matter.

    Args:
        items: jobs of the day, and the open jobs of earlier days.
        signatures: of their texts, shape (items, 64).
        text: the description of an item by its number, None where it is not at hand; asked only for candidates.
    """
    order = sorted(range(len(items)), key=lambda index: items[index].id)
    found = _clustered([items[index] for index in order], signatures[order], lambda index: text(order[index]))
    result = Clusters([None] * len(items), [None] * len(items), [None] * len(items), [[] for _ in items])
    for place, index in enumerate(order):
        result.duplicate_of[index] = found.duplicate_of[place]
        result.group_id[index] = found.group_id[place]
        result.similarity[index] = found.similarity[place]
        result.also[index] = [order[other] for other in found.also[place]]
    return result


def _clustered(items: Sequence[Item], signatures: np.ndarray, text: Text) -> Clusters:
    companies = _numbers([company_key(item.company) for item in items])
    titles = _numbers([title_key(item.title) for item in items])
    union = _Union(len(items))
    _join_known(items, union)
    similarity: list[float | None] = [None] * len(items)
    pairs = _candidates(items, signatures, companies, titles)
    estimates = np.concatenate(
        [(signatures[part[:, 0]] == signatures[part[:, 1]]).mean(axis=1) for part in _parts(pairs)] or [np.empty(0)]
    )
    worded = (signatures[:, 0][pairs] != _EMPTY).all(axis=1)
    # below the lowest bar nothing else matters
    near = ~(worded & (estimates < SAME_AD_ELSEWHERE - ESTIMATE_MARGIN))
    pairs, estimates, worded = pairs[near], estimates[near], worded[near]
    for (one, other), estimate, words in zip(pairs.tolist(), estimates.tolist(), worded.tolist(), strict=True):
        if items[one].known and items[other].known:
            continue  # settled on an earlier day
        alike = _same_ad(items, one, other, estimate if words else None, text)
        if alike is None:
            continue
        union.join(one, other)
        for index in (one, other):
            similarity[index] = max(alike, similarity[index] or 0.0)
    members: dict[int, list[int]] = defaultdict(list)
    for index in range(len(items)):
        members[union.root(index)].append(index)
    result = Clusters([None] * len(items), [None] * len(items), similarity, [[] for _ in items])
    for indices in members.values():
        if len(indices) > 1:
            _settle(items, indices, result)
    return result


def _join_known(items: Sequence[Item], union: _Union) -> None:
    """Known jobs that were found to be one ad stay one."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        if item.known:
            for link in {item.canonical or item.id, item.group or item.id}:
                union.join(index, first.setdefault(link, index))


def _parts(pairs: np.ndarray) -> list[np.ndarray]:
    """The pairs in pieces, so that their signatures side by side stay small."""
    return [pairs[start : start + _PAIRS] for start in range(0, len(pairs), _PAIRS)]


def _numbers(keys: list[str]) -> np.ndarray:
    order = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([order[key] for key in keys], np.int64)


def _candidates(items: Sequence[Item], signatures: np.ndarray, companies: np.ndarray, titles: np.ndarray) -> np.ndarray:
    """Pairs worth a look, shape (pairs, 2): neighbours in a bucket of a band, and of one company, title and place."""
    if len(items) < 2:
        return np.empty((0, 2), np.int64)
    index = np.arange(len(items))
    worded = index[signatures[:, 0] != _EMPTY]
    pairs: list[np.ndarray] = []
    keys = band_keys(signatures[worded])
    for band in range(BANDS):
        pairs.append(_neighbours(worded, keys[:, band], titles[worded], companies[worded]))
    places = _numbers([item.place for item in items])
    pairs.append(_neighbours(index, companies * (titles.max() + 1) + titles, places, index))
    # the first of a text also meets every equal one: a bucket of many equal ads stays one cluster
    pair = np.concatenate(pairs)
    flat = np.unique(pair[:, 0] * len(items) + pair[:, 1])
    return np.stack([flat // len(items), flat % len(items)], axis=1)


def _neighbours(rows: np.ndarray, key: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    """Pairs of rows that follow each other, at a distance of up to two, among those with one key."""
    order = np.lexsort((rows, third, second, key))
    pairs = []
    for step in (1, 2):
        one, other = order[:-step], order[step:]
        same = key[one] == key[other]
        pairs.append(np.sort(np.stack([rows[one[same]], rows[other[same]]], axis=1), axis=1))
    return np.concatenate(pairs)


def _same_ad(items: Sequence[Item], a: int, b: int, estimate: float | None, text: Text) -> float | None:
    """The similarity of two rows of one ad, or None where they are not.

    Args:
        items: all rows; ``a`` and ``b`` are the numbers of the two.
        estimate: of their texts' similarity, from the signatures; None where one of them has no words.
        text: see ``cluster``.
    """
    one, other = items[a], items[b]
    # equal texts have equal signatures
    same_text = estimate == 1.0 and _equal(text(a), text(b))
    if not _same_company(one.company, other.company, same_text and one.place == other.place):
        return None
    same_title = _same_title(one, other)
    if not same_title and not (same_text and _title_within(one.title, other.title)):
        return None
    if same_text:
        return 1.0
    elsewhere = one.board != other.board and _same_place(one.place, other.place)
    if estimate is None:
        return 1.0 if same_title and (elsewhere or _same_unnamed(one, other)) else None
    here = same_title and one.place == other.place and one.place.partition("/")[2] != ""
    bar = SAME_AD_ELSEWHERE if elsewhere else (SAME_TEXT_AND_PLACE if here else SAME_TEXT)
    if estimate < bar - ESTIMATE_MARGIN:
        return None
    first, second = text(a), text(b)
    if first is None or second is None:
        return estimate if estimate >= (ESTIMATE_ALONE if bar != SAME_AD_ELSEWHERE else bar + ESTIMATE_MARGIN) else None
    true = jaccard(first, second)
    return true if true >= bar else None


def _equal(one: str | None, other: str | None) -> bool:
    """Two texts with the same words, whatever their case and white space."""
    if one is None or other is None:
        return False
    return one == other or one.casefold().split() == other.casefold().split()


def _same_place(one: str, other: str) -> bool:
    """Both name one place, as far as they name any: a line that could not be read may contain the city's name."""
    if one == other:
        return one != ""
    first, second = sorted((one, other), key=lambda place: place.startswith("?"))
    if not second.startswith("?") or first.startswith("?"):
        return False
    city = folded(first.partition("/")[2])
    return bool(city) and f" {city} " in f" {second[1:]} "


def _same_unnamed(one: Item, other: Item) -> bool:
    """Two rows that came without an id of their own and are equal in everything."""
    return one.external_id.startswith("row:") and one.external_id.split("~")[0] == other.external_id.split("~")[0]


@lru_cache(maxsize=100_000)
def _same_company(one: str, other: str, all_else_equal: bool) -> bool:
    first, second = company_key(one), company_key(other)
    if first.replace(" ", "") == second.replace(" ", ""):
        return bool(first)
    if all_else_equal and len(first.split(" ")[0]) >= 5 and first.split(" ")[0] == second.split(" ")[0]:
        return True  # two arms of one company that show one ad: "Walmart Stores", "Walmart eCommerce"
    short, long = sorted((first.split(), second.split()), key=len)
    # "Bosch" and "Bosch Engineering": the longer name begins with the shorter, which must be a telling word
    begins = long[: len(short)] == short or "".join(long).startswith("".join(short))
    return bool(short) and begins and len(" ".join(short)) >= 4


def _same_title(one: Item, other: Item) -> bool:
    """The same words in any order; a title may add the city that the job is in."""
    first, second = title_key(one.title).split(), title_key(other.title).split()
    if sorted(first) == sorted(second):
        return True
    extra = set(first) ^ set(second)
    cities = {word for item in (one, other) for word in folded(item.place.partition("/")[2]).split()}
    return bool(first and second) and extra <= cities


def _title_within(one: str, other: str) -> bool:
    """The same words, or one title with a place or a team added behind."""
    first, second = title_key(one).split(), title_key(other).split()
    short, long = sorted((first, second), key=len)
    return len(short) >= 2 and long[: len(short)] == short


def _settle(items: Sequence[Item], indices: list[int], result: Clusters) -> None:
    """Within one ad: duplicates by place, a group over the places."""
    places: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        places[items[index].place].append(index)
    for vague in sorted(place for place in places if not place.partition("/")[2]):
        # "Remote", a country alone or words that could not be read: part of the one place that fits, else of their own
        fitting = [
            place
            for place in places
            if place.partition("/")[2]
            and (not vague or _same_place(vague, place) or vague == f"{place.partition('/')[0]}/")
        ] or [place for place in places if not vague and place != vague]
        if len(fitting) == 1:
            places[fitting[0]] = sorted(places[fitting[0]] + places.pop(vague))
    canonicals = []
    for members in places.values():
        first = min(members, key=lambda index: _rank(items[index]))
        root = items[first].canonical or items[first].id
        canonicals.append((_rank(items[first]), root))
        for index in members:
            result.also[index] = [other for other in members if other != index]
            if items[index].id != root:
                result.duplicate_of[index] = root
    if len(places) > 1:
        known = sorted(items[index].group or "" for index in indices if items[index].group)
        group = known[0] if known else min(canonicals)[1]
        for index in indices:
            result.group_id[index] = group


def _rank(item: Item) -> tuple[date, int, str]:
    return item.first_seen, -item.length, item.id
