"""What was computed before, by what it was computed from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

MOST_REMEMBERED: Final = 50_000
"""Beyond that a memory starts anew, so that a large file cannot fill the machine's."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Remembered(dict[Key, Value]):
    """A dictionary that computes what it is first asked for; one look-up by hash afterwards.

    >>> lengths = Remembered(len)
    >>> lengths["Aye"], dict(lengths)
    (3, {'Aye': 3})
    """

    def __init__(self, computed: Callable[[Key], Value]) -> None:
        super().__init__()
        self._computed = computed

    def __missing__(self, key: Key) -> Value:
        value = self._computed(key)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[key] = value
        return value
