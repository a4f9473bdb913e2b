"""What every fuzzer here works on: one decoder, what it may refuse with, and inputs that it takes."""

from collections.abc import Callable
from dataclasses import dataclass


class Forged(AssertionError):
    """A decoder took something that its sender never wrote, or reads what it wrote otherwise than it wrote it."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads bytes that may come from anybody.

    ``read`` either takes them (and then checks what must hold of whatever is taken) or raises one of ``refusals``. Any
    other exception is a bug, whatever the bytes are.
    """

    name: str
    group: str
    read: Callable[[bytes], None]
    refusals: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    """Pieces of input that a fuzzer would not soon make up by itself."""

    def try_on(self, data: bytes) -> bool:
        """Whether the bytes were taken. Raises what must never be raised."""
        try:
            self.read(data)
        except self.refusals:
            return False
        return True


def must(holds: bool, what: str) -> None:
    """Raise :class:`Forged` unless it holds: an assertion that no Python option takes out."""
    if not holds:
        raise Forged(what)
