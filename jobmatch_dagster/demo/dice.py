"""Chance that falls the same way on every machine. No vocabulary and no rules of the demo's world belong here.

Python promises the same numbers across versions only for ``Random(str).random()``; everything here is made from it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices that depends on its seed's text alone.

    Args:
        seed: names what is decided, e.g. ``"job/2026-03-01/17"``; two streams with different seeds are independent.
    """

    __slots__ = ("roll",)

    def __init__(self, seed: str) -> None:
        self.roll = random.Random(seed).random

    def chance(self, share: float) -> bool:
        """True in ``share`` (0 to 1) of all cases."""
        return self.roll() < share

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[int(self.roll() * len(options))]

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.roll() * (high - low + 1))

    def weighted(self, shares: Mapping[T, float]) -> T:
        """One of the keys, as likely as its value says (the values need not add up to 1)."""
        point = self.roll() * sum(shares.values())
        for key, share in shares.items():
            point -= share
            if point < 0:
                return key
        return key

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All items in a new order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = int(self.roll() * (last + 1))
            result[last], result[other] = result[other], result[last]
        return result

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Up to ``count`` different items, in the order they were drawn."""
        pool = list(items)
        result: list[T] = []
        while pool and len(result) < count:
            result.append(pool.pop(int(self.roll() * len(pool))))
        return result

    def text(self, alphabet: str, length: int) -> str:
        """A made-up identifier of the given length."""
        size = len(alphabet)
        return "".join([alphabet[int(self.roll() * size)] for _ in range(length)])
