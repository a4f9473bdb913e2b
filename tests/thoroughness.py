"""How thoroughly the tests look: a sample with every run (`make test`), everything when asked (`make test-whole`).

What is sampled are walks over thousands of combinations of the same kind. Each sample is the same in every run, and
covers each value of each side (every route, every caller, every kind of id); what it leaves out are combinations of
them. Nothing that a table of rights or a list enumerates is sampled.
"""

import os
import random
from collections.abc import Hashable, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
WHOLE: Final = os.environ.get("TESTS") == "whole"


def dealt(values: Sequence[T], place: int, players: int, *, rounds: int = 1, seed: Hashable = "") -> list[T]:
    """The share of one of several players: together they hold each value ``rounds`` times. In their own order."""
    if WHOLE or rounds >= players:
        return list(values)
    order = list(range(len(values)))
    random.Random(str(seed)).shuffle(order)  # noqa: S311 (a sample, not a secret)
    held = {at for turn, at in enumerate(order) if (turn - place) % players < rounds}
    return [value for at, value in enumerate(values) if at in held]


def examples(number: int) -> int:
    """How many examples of a property are tried with every run: a third of those of the whole run."""
    return number if WHOLE else -(-number // 3)
