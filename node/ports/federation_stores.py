"""Where the membership, the directory's versions, ceremonies, encodings by epoch and the order of messages are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.ceremony import Step, StepDone
from symbolon.node.domain.epochs import EncodingActivity, EncodingAnswer, EncodingCounts, EpochReceipt
from symbolon.node.domain.membership import Membership, ShutOut
from symbolon.node.domain.outbox import BatchEntry, OwnLane
from symbolon.node.domain.receipts import OwedReceipts
from symbolon.protocol.messages import DirectoryProposal, FederationDirectory, MemberCard, SignedDirectory
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeliveryId, IncarnationId, MemberCode, MessageId, RecordReference
from symbolon.protocol.replay import Lane, NodeSight


class DirectoryStore(Protocol):
    """The membership, and the chain of the directory's versions."""

    def membership(self) -> Membership | None:
        """What the welcome said; None before the node joined."""
        ...

    def join(self, membership: Membership, now: datetime) -> None:
        """Keep what a welcome says."""
        ...

    def confirm(self, now: datetime) -> None:
        """Note that somebody here knows that the members are those of the directory."""
        ...

    def note_incarnation(self, incarnation: IncarnationId) -> None:
        """Note which life of the hub spoke."""
        ...

    def incarnation(self) -> IncarnationId | None:
        """Which life of the hub last spoke; None before it did."""
        ...

    def find(self) -> FederationDirectory | None:
        """The newest directory in effect; None before the members signed the first."""
        ...

    def first_with_epoch(self, epoch: int) -> FederationDirectory | None:
        """The version that listed an epoch first: the one that authorised its linkage key."""
        ...

    def append(self, signed: SignedDirectory, now: datetime) -> bool:
        """Put a verified version at the chain's end; False where another process took it first."""
        ...

    def history(self) -> tuple[tuple[SignedDirectory, datetime], ...]:
        """Every version with the moment when this node took it, from the founding on."""
        ...

    def proposal(self) -> DirectoryProposal | None:
        """The proposal as it was last seen; None before the first look."""
        ...

    def proposal_issued_at(self) -> datetime | None:
        """When the hub issued the proposal that was last seen."""
        ...

    def save_proposal(self, proposal: DirectoryProposal, issued_at: datetime, now: datetime) -> None:
        """Keep the proposal as it is seen now, and as of when the hub said it."""
        ...

    def note_shut_out(self, problem: Problem, now: datetime) -> None:
        """Note that the hub takes nothing of this node."""
        ...

    def end_shut_out(self) -> None:
        """Note that the hub answers again."""
        ...

    def shut_out(self) -> ShutOut | None:
        """That the hub shuts this node out; None while it does not."""
        ...

    def note_compared(self, cards: Sequence[MemberCard], compared_by: str, now: datetime) -> None:
        """Note that these cards were compared with the members themselves."""
        ...

    def compared(self) -> frozenset[str]:
        """The fingerprints of the cards that were compared here."""
        ...


class CeremonyStore(Protocol):
    """Which steps of linkage-key ceremonies this node did."""

    def lock(self, epoch: int) -> None:
        """Be the only one who changes the ceremony of this epoch, until the transaction ends."""
        ...

    def note(self, epoch: int, attempt: int, step: Step, member: MemberCode | None, now: datetime) -> bool:
        """Note a step; False where it was done before."""
        ...

    def forget_told(self, member: MemberCode) -> None:
        """Let everything that was told to a member be told again."""
        ...

    def steps(self, epoch: int) -> tuple[StepDone, ...]:
        """What this node did for an epoch's key, in order."""
        ...

    def has_unsent(self) -> bool:
        """Whether anything said in a ceremony still waits to go out."""
        ...


class EncodingStore(Protocol):
    """What the hub has of each record under each epoch."""

    def note_queued(self, entries: Sequence[BatchEntry]) -> None:
        """Note that these submissions are on their way."""
        ...

    def note_answers(self, answers: Sequence[EncodingAnswer], now: datetime) -> None:
        """Note what the hub said of submissions; an answer about an older version changes nothing."""
        ...

    def note_not_encodable(self, epoch: int, versions: Mapping[RecordReference, int]) -> None:
        """Note that these versions cannot be compared under the epoch's schema."""
        ...

    def forget(self, references: Sequence[RecordReference]) -> None:
        """The withdrawal of these records ends their encodings under every epoch."""
        ...

    def also_under_another(self, refused: Sequence[EncodingAnswer]) -> frozenset[RecordReference]:
        """Those whose same version the hub has, or is about to get, under another epoch than the refused one."""
        ...

    def close_all_but(self, epochs: Collection[int]) -> None:
        """Keep what was under other epochs for their receipts alone, and take out of the outbox what was for them."""
        ...

    def closed(self, epoch: int) -> Mapping[RecordReference, bool]:
        """What was under a closed epoch, and whether it was at the hub by what this node knew."""
        ...

    def forget_closed(self, epoch: int) -> None:
        """The receipt for a closed epoch is in."""
        ...

    def unencoded(
        self,
        epoch: int,
        limit: int,
        *,
        after: RecordReference | None = None,
        among: Collection[RecordReference] | None = None,
    ) -> tuple[RecordReference, ...]:
        """Records whose present version the hub does not have under the epoch, nor is about to get, in order."""
        ...

    def activity(self) -> EncodingActivity:
        """By what it shows that encodings may have changed."""
        ...

    def nothing_waits(self) -> bool:
        """Whether every item of the outbox is in a batch."""
        ...

    def counts(self, epoch: int, since: datetime, protected: Collection[bool]) -> EncodingCounts:
        """How far the protected records, or the others, are with an epoch, and how many came to it since then."""
        ...

    def note_operator_receipts(
        self, place: int, erased: Mapping[RecordReference, int], erased_at: datetime, now: datetime
    ) -> None:
        """An operator signed that it holds no share of these versions."""
        ...

    def note_not_compared(self, reference: RecordReference, version: int, now: datetime) -> int | None:
        """Nobody is compared with a version; the version of which that was said before, None where it was of none."""
        ...

    def operator_receipts(self, reference: RecordReference) -> Mapping[int, datetime]:
        """When each operator, by place, last said to have erased its share of a record."""
        ...

    def owed_receipts(self, places: Collection[int], before: datetime) -> tuple[OwedReceipts, ...]:
        """Which operators owe receipts for what was withdrawn before this moment."""
        ...

    def add_receipt(self, message_id: MessageId, receipt: EpochReceipt) -> None:
        """Keep the hub's word that a closed epoch's encodings are gone."""
        ...

    def receipts(self) -> tuple[EpochReceipt, ...]:
        """The receipts for closed epochs, oldest first."""
        ...


class LaneStore(Protocol):
    """In which order members' messages were accepted, and this node's own were issued."""

    def sight(self, lane: Lane, message_id: MessageId) -> NodeSight:
        """What this node has of a lane and of a message."""
        ...

    def note(self, lane: Lane, message_id: MessageId, delivery_id: DeliveryId, issued_at: datetime) -> None:
        """Note that a message was accepted."""
        ...

    def issue(self, lanes: Sequence[OwnLane], now: datetime) -> datetime:
        """Note a time of issue for a try in these lanes, later than that of every try before, and give it."""
        ...

    def take_back(self, lanes: Sequence[OwnLane], issued_at: datetime, now: datetime) -> None:
        """Forget a time of issue that lies in the hub's future: no message of that time was taken."""
        ...
