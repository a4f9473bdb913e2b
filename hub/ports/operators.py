"""The operators of blind comparison, as those who ask them need it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from symbolon.matching.blind.questions import Question
from symbolon.protocol.messages_erasures import Erasures
from symbolon.protocol.messages_operators import Fed, Feed, OperatorStatus, Unreadable
from symbolon.protocol.messages_sessions import CompareRows, Proved, RowAddress, RowRange
from symbolon.protocol.opening_sealing import SealedShares
from symbolon.protocol.references import MemberCode

Opened = Sequence[tuple[int, ...]]
"""By query, in the order of the asking, the rows that said yes, as `CompareRows` counts them; of pairs, one entry: the
places of those that said yes."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One question about query rows: against ranges of rows, or (``pairs``) each against its own row."""

    question: Question
    queries: tuple[RowAddress, ...]
    against: tuple[RowRange, ...]
    pairs: tuple[RowAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedBits:
    """What the operators sealed of one job: by receiver, each operator's shares by place. None of it opens here."""

    session: bytes
    job: CompareRows
    by_receiver: Mapping[MemberCode, tuple[SealedShares, ...]]


class Operators(Protocol):
    """Three operators that are asked together. Raises `OperatorAway`, `OperatorRefused`, `OperatorsDisagree`."""

    def status(self) -> Mapping[int, OperatorStatus]:
        """How each is."""

    def feed(self, feeds: Mapping[int, Feed]) -> Mapping[int, Fed]:
        """Give each its changes."""

    def erasures(self, place: int, after: int) -> Erasures:
        """What an operator signed to owners about changes after this one; those up to it, it may forget."""

    def unreadable(self, place: int, after: int) -> Unreadable:
        """Which records an operator could not read, of handles after this one."""

    def prove(self, change: int, after: int) -> Mapping[int, Proved]:
        """Have the three find which records after a handle are bits, as they are at a change; nothing else is compared.

        What each answers; that all say the same of what they refuse was seen to.
        """

    def begin(self, asking: Asking, change: int, rotation: int) -> "Future[Opened]":
        """Ask all three about the rows as they are at a change, without waiting: the future brings what comes of it."""

    def begin_sealed(
        self, asking: Asking, change: int, rotation: int, receivers: frozenset[MemberCode]
    ) -> "Future[SealedBits]":
        """The same where match bits open towards these members alone: what the operators sealed, the future brings."""
