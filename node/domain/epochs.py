"""How far this node is with the epochs of the linkage key that the directory lists."""

from dataclasses import dataclass, field
from datetime import datetime

from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RecordReference


@dataclass(frozen=True, slots=True)
class EncodingAnswer:
    """What the hub said of one version's encoding under one epoch; `problem` None: it has it."""

    reference: RecordReference
    epoch: int
    version: int
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class EncodingCounts:
    """Of all records at the hub: those encoded under an epoch, of these the ones lately, and those that cannot be."""

    records_total: int
    records_encoded: int
    encoded_lately: int
    records_refused: int


@dataclass(frozen=True, slots=True)
class EncodingActivity:
    """By what it shows that encodings may have changed: while it stays the same, nothing needs to be looked through."""

    newest_item: int | None
    newest_answer: int | None
    hub_life_noted_at: datetime | None


@dataclass(frozen=True, slots=True)
class EpochReceipt:
    """The hub's signed word that this state's encodings of a closed epoch are gone (invariant 7).

    `own_records` are those that the hub had by what this node knew, and `agrees` says whether the receipt names exactly
    them; both None where this node does not know it any more.
    """

    epoch: int
    erased_encodings: int
    records: int
    erased_at: datetime
    own_records: int | None
    agrees: bool | None
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EpochStanding:
    """One listed epoch as this node stands to it."""

    epoch: int
    schema_id: str
    schema_here: bool
    """Whether this program has the epoch's linkage schema."""
    key_check: str | None
    """Hexadecimal check value of the key; None while it is not here."""
    records_total: int
    records_encoded: int
    records_refused: int
    """Records that cannot be compared under its schema, or that the hub did not take."""
    encoded_a_minute: int
    """How many came to it in the last minute."""

    @property
    def minutes_left(self) -> int | None:
        """How long the rest takes at this rate; None while nothing comes, 0 when nothing is left."""
        left = self.records_total - self.records_encoded - self.records_refused
        if left <= 0:
            return 0
        return -(-left // self.encoded_a_minute) if self.encoded_a_minute else None
