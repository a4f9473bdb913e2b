"""A session of the three operators of blind comparison, and what is compared in it: addresses, forms, batches."""

from dataclasses import dataclass
from typing import Annotated, Final

from symbolon.protocol.messages_erasures import Handle
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.wire_limits import Counter, Sentence, Sha256Bytes, Tally, between, entries, octets

OPERATORS: Final = 3
MOST_QUERIES: Final = 4_096
MOST_RANGES: Final = 1_024
MOST_PROVED: Final = 500
"""Records of an operator in one proof."""
ROWS_OF_A_WORD: Final = 64
"""Rows are compared by so many: a range is filled up to a multiple, as if empty rows followed."""
Place = Annotated[int, between(0, OPERATORS - 1)]
"""0, 1 or 2: the point at which an operator holds its shares."""

Generation = Annotated[int, between(0, 2**31 - 1)]
"""How often shares were refreshed: those of two generations do not fit together."""


@dataclass(frozen=True, slots=True)
class RowAddress:
    """Where one vector lies; all three operators keep their shares of it in the same place."""

    segment: Counter
    row: Tally


@dataclass(frozen=True, slots=True)
class SessionNonce:
    """An operator's part of a session's name: 32 bytes that it drew for it."""

    nonce: Sha256Bytes


@dataclass(frozen=True, slots=True)
class SessionBegin:
    """The three nonces of a session, in the order of places."""

    nonces: Annotated[tuple[Sha256Bytes, ...], entries(OPERATORS, OPERATORS)]


@dataclass(frozen=True, slots=True)
class RowRange:
    """Adjacent rows of one segment."""

    segment: Counter
    first: Tally
    count: Annotated[int, between(1, 2**24)]


@dataclass(frozen=True, slots=True)
class LinearForm:
    """overlap·|a∧b| − query_weight·|a| − record_weight·|b| + constant ≥ 0, held by so many bits."""

    overlap: Annotated[int, between(-(2**31), 2**31)]
    query_weight: Annotated[int, between(-(2**31), 2**31)]
    record_weight: Annotated[int, between(-(2**31), 2**31)]
    constant: Annotated[int, between(-(2**31), 2**31)]
    bits: Annotated[int, between(2, 16)]


@dataclass(frozen=True, slots=True)
class CompareRows:
    """Compare query rows with record rows, and open what is at or over the form.

    All rows are of one kind and epoch, of any owners. ``against`` are ranges, each compared with every query; each
    operator opens what it finds in scope by itself: the owners admit each other, and this profile judges the pair.
    Or ``pairs`` are as many addresses as there are queries: the first query is compared with the first of them alone,
    and so on. ``number`` rises within the session; ``change`` is how far an operator must be with its changes,
    ``generation`` which one its shares must be of, ``rows`` names the records that lie in its rows: those that all
    three proved to be bits, and that are not gone. Who has others compares nothing.
    """

    number: Tally
    rotation: Place
    tree: bool
    change: Annotated[int, between(0, 2**53 - 1)]
    form: LinearForm
    queries: Annotated[tuple[RowAddress, ...], entries(1, MOST_QUERIES)]
    against: Annotated[tuple[RowRange, ...], entries(0, MOST_RANGES)]
    pairs: Annotated[tuple[RowAddress, ...], entries(0, MOST_QUERIES)]
    generation: Generation = 0
    rows: Sha256Bytes = bytes(32)

    def __post_init__(self) -> None:
        if bool(self.against) == bool(self.pairs) or (self.pairs and len(self.pairs) != len(self.queries)):
            raise MalformedMessage("Rows are compared with ranges of rows, or one by one with as many rows.")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the batch: queries by records; pairs lie side by side in one row."""
        if self.pairs:
            return 1, filled_up(len(self.pairs))
        return len(self.queries), sum(filled_up(each.count) for each in self.against)


def filled_up(rows: int) -> int:
    """How many rows there are with those that fill up a word.

    >>> filled_up(1), filled_up(64)
    (64, 64)
    """
    return -(-rows // ROWS_OF_A_WORD) * ROWS_OF_A_WORD


@dataclass(frozen=True, slots=True)
class AskNonce:
    """Begin a session: an operator answers with its :class:`SessionNonce`."""


@dataclass(frozen=True, slots=True)
class SessionBegun:
    """The session's name, as this operator made it of the three nonces."""

    session: Annotated[bytes, octets(16, 16)]


@dataclass(frozen=True, slots=True)
class Announced:
    """A comparison was begun; its opening shares follow on their own."""

    number: Tally


@dataclass(frozen=True, slots=True)
class ProveRecords:
    """Find, with the other two, which records after this handle are bits: nothing else gets into rows.

    ``number`` rises within the session, as those of comparisons do; ``change`` and ``generation`` as there. Each
    answers with its :class:`Proved`, or refuses.
    """

    number: Tally
    change: Annotated[int, between(0, 2**53 - 1)]
    generation: Generation
    after: Annotated[int, between(0, 2**53 - 1)]


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof came to: all up to ``up_to`` was looked at, everything where that is None.

    ``refused`` are no bits, or on no line: all three say the same. ``missing`` are held here and not by both others.
    None of them is compared. ``waits`` is the first record that waits for a proof here, 0 where none does; ``rows``
    names the records that lie in rows here, as in :class:`CompareRows`.
    """

    up_to: Handle | None
    refused: Annotated[tuple[Handle, ...], entries(0, MOST_PROVED)]
    missing: Annotated[tuple[Handle, ...], entries(0, MOST_PROVED)]
    waits: Annotated[int, between(0, 2**53 - 1)]
    rows: Sha256Bytes


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A comparison that was begun cannot be finished: ask again under a new number."""

    number: Tally
    reason: Sentence
