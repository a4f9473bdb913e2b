"""The linkage-key ceremony between the members, and the change of epochs between node and hub."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Final

from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import CeremonyId
from symbolon.protocol.wire_limits import CheckValue, Counter, Sha256Bytes, Sha256Hex, Tally, between, octets

MAX_ATTEMPTS: Final = 100
Attempt = Annotated[int, between(1, MAX_ATTEMPTS)]
"""Which try of a ceremony, counted from 1."""


@dataclass(frozen=True, slots=True)
class KeyCommitment:
    """A participant binds itself to its contribution without showing it; sealed to each other participant."""

    PURPOSE: ClassVar[Purpose] = Purpose.KEY_COMMITMENT

    ceremony_id: CeremonyId
    epoch: Counter
    attempt: Attempt
    commitment: Sha256Bytes


@dataclass(frozen=True, slots=True)
class KeyReveal:
    """A participant shows its contribution; ``transcript`` says on which commitments it counts."""

    PURPOSE: ClassVar[Purpose] = Purpose.KEY_REVEAL

    ceremony_id: CeremonyId
    epoch: Counter
    attempt: Attempt
    contribution: Annotated[bytes, octets(32, 32)] = field(repr=False)
    transcript: Sha256Bytes


@dataclass(frozen=True, slots=True)
class KeyConfirmation:
    """A participant says by its check value which key it came to."""

    PURPOSE: ClassVar[Purpose] = Purpose.KEY_CONFIRMATION

    ceremony_id: CeremonyId
    epoch: Counter
    attempt: Attempt
    key_check_value: CheckValue


@dataclass(frozen=True, slots=True)
class EpochProgress:
    """A node tells the hub how far it is with an epoch; the check value is None until it holds the key."""

    PURPOSE: ClassVar[Purpose] = Purpose.EPOCH_PROGRESS

    epoch: Counter
    key_held: bool
    key_check_value: CheckValue | None
    records_total: Tally
    records_encoded: Tally


@dataclass(frozen=True, slots=True)
class EpochErasureReceipt:
    """The hub's signed word to an owner that its encodings of a closed epoch are gone.

    ``records`` counts them, and ``references_digest`` (:func:`symbolon.protocol.epochs.references_digest`) says which.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.EPOCH_ERASURE_RECEIPT

    epoch: Counter
    erased_encodings: Tally
    records: Tally
    references_digest: Sha256Hex
    erased_at: datetime
