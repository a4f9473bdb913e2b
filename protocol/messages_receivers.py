"""Where match bits open only towards the members (`Opening.RECEIVERS`): what tells them of pairs, past the hub.

The hub says to each owner under which numbers its records lie here (:class:`HandleNotice`), and hands on what the
operators sealed for one member (:class:`SealedOpenings`). Who finds a pair in it tells the owner of the other, sealed
(:class:`PairsFound`, of one length whether or not there is a pair); both then declare it to the hub under references
drawn for this one hit (:class:`PairDeclaration`), which say nothing of the records.
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

from symbolon.protocol.handling import Band, OffenceGroup, RecordKind, Urgency, WithdrawalReason
from symbolon.protocol.messages_canaries import CanaryForm, CanaryNumber
from symbolon.protocol.messages_erasures import Handle
from symbolon.protocol.messages_sessions import MOST_QUERIES, OPERATORS, CompareRows
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import KeyId, MemberCode, PairId, RecordReference
from symbolon.protocol.wire_limits import Counter, Name, Sha256Hex, Tally, between, entries, octets

MOST_NUMBERED: Final = 1_000
MOST_JOBS: Final = 64
MOST_PAIRS_TOLD: Final = 16
"""In one message; what is left over goes with the next."""
MOST_KNOWN_TOLD: Final = 4
"""Of the answers of one message, those that name another pair: so all fits into one length."""

MOST_RECORDS: Final = 65_536

RowHandle = Annotated[int, between(0, 2**53 - 1)]
"""The handle, or the name, of what lies in a row; 0 where it is empty."""


@dataclass(frozen=True, slots=True)
class NumberedRecord:
    """The hub's number of one version of a record under one epoch, and what it calls the record towards others."""

    reference: RecordReference
    version: Counter
    key_epoch: Counter
    handle: Handle
    name: Handle


@dataclass(frozen=True, slots=True)
class HandleNotice:
    """Hub to owner: by which numbers openings speak of its records. Nobody else is told."""

    PURPOSE: ClassVar[Purpose] = Purpose.HANDLE_NOTICE

    records: Annotated[tuple[NumberedRecord, ...], entries(1, MOST_NUMBERED)]


@dataclass(frozen=True, slots=True)
class SealedOpening:
    """A job as the operators had it, and what each sealed for the receiver (:mod:`symbolon.protocol.opening_sealing`).

    ``key_ids`` name the keys that they were sealed for, by place.
    """

    job: CompareRows
    key_ids: Annotated[tuple[KeyId, ...], entries(OPERATORS, OPERATORS)]
    sealed: Annotated[tuple[Annotated[bytes, octets(1, 8_000_000)], ...], entries(OPERATORS, OPERATORS)] = field(
        repr=False
    )


@dataclass(frozen=True, slots=True)
class NamedCanary:
    """A handle that is no record's, and which canary it is (:class:`~symbolon.protocol.messages_canaries.Canary`)."""

    handle: Handle
    number: CanaryNumber
    form: CanaryForm


@dataclass(frozen=True, slots=True)
class KnownYes:
    """Two canaries that are alike: all their vectors are in these rows, and may be compared."""

    query: Handle
    record: Handle


@dataclass(frozen=True, slots=True)
class SealedOpenings:
    """Hub to receiver: every question about the same rows, some of them twice under different rotations.

    ``queries`` are the handles of ``asking``'s rows that ask, ``records`` those of ``asked``'s ranges, in their order
    and each range filled up to a word (`filled_up`); the names beside them stay with a record through all its versions
    and epochs, so that it is known again.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.SEALED_OPENINGS

    session: Annotated[bytes, octets(16, 16)]
    what: Name
    key_epoch: Counter
    schema_digest: Sha256Hex
    asking: MemberCode
    asked: MemberCode
    queries: Annotated[tuple[Handle, ...], entries(1, MOST_QUERIES)]
    query_names: Annotated[tuple[RowHandle, ...], entries(1, MOST_QUERIES)]
    records: Annotated[tuple[RowHandle, ...], entries(1, MOST_RECORDS)]
    record_names: Annotated[tuple[RowHandle, ...], entries(1, MOST_RECORDS)]
    canaries: Annotated[tuple[NamedCanary, ...], entries(0, MOST_RECORDS)]
    """All that are among the queries and records: no pair with one of them is a hit."""
    known: Annotated[tuple[KnownYes, ...], entries(0, MOST_RECORDS)]
    openings: Annotated[tuple[SealedOpening, ...], entries(1, MOST_JOBS)]


@dataclass(frozen=True, slots=True)
class OpeningProblem:
    """Receiver to hub: an opening that cannot be true; the hub stops, as where it sees such a thing itself."""

    PURPOSE: ClassVar[Purpose] = Purpose.OPENING_PROBLEM

    session: Annotated[bytes, octets(16, 16)]
    number: Tally
    by_canaries: bool
    """A canary's known answer came out otherwise; else two copies differ, or two answers to one question."""


@dataclass(frozen=True, slots=True)
class SideOfPair:
    """What one side of a pair tells the other of its record: what an alert would say."""

    reference: RecordReference
    version: Counter
    record_kind: RecordKind
    offence_group: OffenceGroup
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Finder to the owner of the other record, by its handle; told again until it is answered.

    The finder's own numbers stand beside it: where both find a pair at once, the lower id counts.
    """

    pair_id: PairId
    handle: Handle
    finder_handle: Handle
    finder_name: Handle
    key_epoch: Counter
    band: Band
    finder_alias: RecordReference
    other_alias: RecordReference
    finder: SideOfPair
    brings_back: bool


@dataclass(frozen=True, slots=True)
class KnownPair:
    """The pair as which the answering side knows the same two records: a finder that was restored lost it."""

    pair_id: PairId
    is_finder: bool
    """Of the answering side."""
    own_alias: RecordReference
    """Of the answering side."""
    other_alias: RecordReference
    key_epoch: Counter
    band: Band


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """The other side's answer: no side where the pair is none, is known already, or its record is gone."""

    pair_id: PairId
    side: SideOfPair | None
    known: KnownPair | None
    """Where another pair of the same two records is in the way; then with the side."""


@dataclass(frozen=True, slots=True)
class PairsFound:
    """Member to member, sealed, at set intervals whether or not there is anything to tell."""

    PURPOSE: ClassVar[Purpose] = Purpose.PAIRS_FOUND

    found: Annotated[tuple[FoundPair, ...], entries(0, MOST_PAIRS_TOLD)]
    answers: Annotated[tuple[PairAnswer, ...], entries(0, MOST_PAIRS_TOLD)]


@dataclass(frozen=True, slots=True)
class PairEnd:
    """Member to hub: what an alias stands for is gone, or (``reclassified``) became a protected record.

    The hub treats the hit as where a record is withdrawn.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.PAIR_END

    pair_id: PairId
    own_alias: RecordReference
    reason: WithdrawalReason


@dataclass(frozen=True, slots=True)
class PairDeclaration:
    """Member to hub: a pair under references that stand for this hit alone.

    Both sides declare the same pair; a finder whose record is a protected one declares it alone, and it is held.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.PAIR_DECLARATION

    pair_id: PairId
    own_alias: RecordReference
    counterpart: MemberCode
    counterpart_alias: RecordReference
    is_finder: bool
    is_protected: bool
    key_epoch: Counter
    band: Band
    urgency: Urgency
