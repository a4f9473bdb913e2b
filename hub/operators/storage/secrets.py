"""The operator's small secrets, sealed files in the home's ``keys/``: the keys it has with each of the other two, its
share of the token key, and what it deals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.ristretto import IDENTITY, WIDTH, Element, Scalar, parse_element, parse_scalar
from symbolon.runtime.home import SecretFolder

_LINE: Final = "token-line"
_DEALT: Final = "token-dealt-"
_SHARE: Final = "token-share."
_REFRESH: Final = "refresh-"
_DECLINED: Final = "declined-refresh"
_REFRESHED: Final = "seed-check."
_PAIR: Final = "pair-key-"


@dataclass(frozen=True, slots=True)
class TokenShare:
    """An operator's share of the token key, and the image of the slopes that refreshes added."""

    share: Scalar = field(repr=False)
    moved: Element = IDENTITY


class OperatorSecrets:
    """What must outlive the process. Every write is one file, whole or not at all."""

    def __init__(self, folder: SecretFolder) -> None:
        self._folder = folder

    def line(self) -> Line | None:
        """The line that this operator deals; None once it is dealt."""
        if not self._folder.has(_LINE):
            return None
        content = self._folder.read(_LINE)
        return Line(parse_scalar(content[:WIDTH]), parse_scalar(content[WIDTH:]))

    def keep_line(self, line: Line) -> None:
        """Keep the line that is to be dealt."""
        self._folder.write(_LINE, line.contribution + line.slope)

    def forget_line(self) -> None:
        """The line is dealt: whoever has all three lines has the key."""
        self._folder.remove(_LINE)

    def dealt(self) -> Mapping[int, Scalar]:
        """The shares that were dealt to this operator, by dealer."""
        names = (name for name in self._folder.names() if name.startswith(_DEALT))
        return {int(name.removeprefix(_DEALT)): parse_scalar(self._folder.read(name)) for name in names}

    def keep_dealt(self, dealer: int, share: Scalar) -> None:
        """Keep a share that was dealt; it is checked."""
        self._folder.replace(f"{_DEALT}{dealer}", share)

    def forget_dealt(self) -> None:
        """They are summed."""
        self._forget(_DEALT)

    def has_line(self) -> bool:
        """Whether the line is still to be dealt; without reading it."""
        return self._folder.has(_LINE)

    def has_token_share(self, generation: int) -> bool:
        """Whether there is a share of the token key of this generation; without reading it."""
        return self._folder.has(f"{_SHARE}{generation}")

    def token_share(self, generation: int) -> TokenShare | None:
        """The share of the token key of this generation."""
        name = f"{_SHARE}{generation}"
        if not self._folder.has(name):
            return None
        content = self._folder.read(name)
        moved = content[WIDTH:]
        return TokenShare(parse_scalar(content[:WIDTH]), IDENTITY if moved == IDENTITY else parse_element(moved))

    def keep_token_share(self, generation: int, share: TokenShare) -> None:
        """Keep the share of the token key of this generation."""
        self._folder.replace(f"{_SHARE}{generation}", share.share + share.moved)

    def pair_key(self, other: int, generation: int) -> bytes | None:
        """The key that this operator has with another for shares of a generation."""
        name = f"{_PAIR}{other}.{generation}"
        return self._folder.read(name) if self._folder.has(name) else None

    def keep_pair_key(self, other: int, generation: int, key: bytes) -> None:
        """Keep the key that was agreed with another operator for shares of a generation."""
        self._folder.replace(f"{_PAIR}{other}.{generation}", key)

    def forget_before(self, generation: int) -> None:
        """Pair keys, shares of the token key and checks of older generations are gone for good."""
        for name in self._folder.names():
            kind, _dot, number = name.rpartition(".")
            if (f"{kind}." in {_SHARE, _REFRESHED} or kind.startswith(_PAIR)) and int(number) < generation:
                self._folder.remove(name)

    def applied_check(self, generation: int) -> bytes | None:
        """The check of the seed that led to this generation, for operators that are not there yet."""
        name = f"{_REFRESHED}{generation}"
        return self._folder.read(name) if self._folder.has(name) else None

    def keep_applied_check(self, generation: int, check: bytes) -> None:
        """Keep the check of the seed that leads to this generation; the seed itself is forgotten."""
        self._folder.replace(f"{_REFRESHED}{generation}", check)

    def contributions(self, generation: int, number: int) -> Mapping[int, bytes]:
        """What the operators contributed to a refresh, by place."""
        prefix = f"{_REFRESH}{generation}-{number}-"
        names = (name for name in self._folder.names() if name.startswith(prefix))
        return {int(name.removeprefix(prefix)): self._folder.read(name) for name in names}

    def keep_contribution(self, generation: int, number: int, place: int, contribution: bytes) -> None:
        """Keep what an operator contributed to a refresh."""
        self._folder.replace(f"{_REFRESH}{generation}-{number}-{place}", contribution)

    def forget_contributions(self) -> None:
        """Who finds them and one share from before has one from after."""
        self._forget(_REFRESH)

    def decline_refresh(self) -> None:
        """Take no part in the refresh that the others may be at: it was given up on somebody's word."""
        self._folder.replace(_DECLINED, b"declined")
        self.forget_contributions()

    def has_declined(self) -> bool:
        """Whether the refresh that the others may be at was given up here."""
        return self._folder.has(_DECLINED)

    def join_again(self) -> None:
        """The others are at no refresh any more: the next one is another."""
        self._folder.remove(_DECLINED)

    def _forget(self, prefix: str) -> None:
        for name in self._folder.names():
            if name.startswith(prefix):
                self._folder.remove(name)
