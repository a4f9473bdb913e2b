"""What an operator opens goes sealed to the member that may learn it: whoever asked only carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.receivers import receiver_of
from symbolon.hub.operators.errors import OutOfScope, UnknownReceiver
from symbolon.hub.operators.services.sessions import Asker
from symbolon.matching.blind.streams import BatchNumber, SessionId
from symbolon.protocol.hybrid_keys import HybridSealingPublicKey
from symbolon.protocol.messages_comparison import Opening
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.messages_operators import SegmentDescription
from symbolon.protocol.messages_sessions import CompareRows
from symbolon.protocol.opening_sealing import OpeningContext, SealedShares, digest_of_job, seal_opening
from symbolon.protocol.references import MemberCode

ReceiverKeys = Mapping[MemberCode, HybridSealingPublicKey]
"""The members' present sealing keys."""


@dataclass(frozen=True, slots=True)
class SealOpenings:
    """Where match bits open only towards receivers: seals what a job opens, by query, to who may learn it."""

    federation: str
    place: int
    keys: ReceiverKeys

    def carrying(
        self, asker: Asker, session: SessionId, job: CompareRows, segments: Mapping[int, SegmentDescription]
    ) -> Asker:
        """An asker to whom a job's shares may be given: they leave it sealed.

        Raises:
            OutOfScope: the job asks about single pairs, which would tell the hub what it found; or what one query is
                compared with is for several to learn.
            UnknownReceiver: the directory lists no key to seal for.

        """
        asked = {_partition(segments[each.segment]) for each in job.against}
        if not asked:
            raise OutOfScope("Where match bits open towards receivers, ranges of rows are compared, and no pairs.")
        learning = {
            segment: {receiver_of(_partition(segments[segment]), each) for each in asked}
            for segment in {row.segment for row in job.queries}
        }
        if any(len(receivers) > 1 for receivers in learning.values()):
            raise OutOfScope("What one query is compared with opens towards one member: ask about the rest apart.")
        receivers = [min(learning[row.segment]) for row in job.queries]
        keys = self.keys
        if not set(receivers) <= keys.keys():
            raise UnknownReceiver("The directory lists no key of a member to seal for.")
        return _Carrier(asker, self, session, job, receivers, {each: keys[each] for each in receivers})


def sealing_by(directory: FederationDirectory | None, place: int) -> SealOpenings | None:
    """How this operator seals what it opens; None where the members agreed that match bits open at the hub."""
    if directory is None or directory.comparison.opening is Opening.HUB:
        return None
    keys = {
        member.code: HybridSealingPublicKey.from_bytes(member.card.hybrid_sealing_key)
        for member in directory.members
        if member.is_active and member.card.hybrid_sealing_key is not None
    }
    return SealOpenings(directory.federation, place, keys)


@dataclass(frozen=True, slots=True)
class _Carrier:
    """Parts a job's shares among those who may learn them."""

    asker: Asker
    seal: SealOpenings
    session: SessionId
    job: CompareRows
    receivers: Sequence[MemberCode]
    keys: ReceiverKeys

    def opening(self, shares: bytes) -> None:
        """Seal the shares of all queries, which lie one after the other."""
        size = len(shares) // len(self.receivers)
        for receiver, key in self.keys.items():
            own = b"".join(
                shares[place * size : (place + 1) * size]
                for place, member in enumerate(self.receivers)
                if member == receiver
            )
            context = OpeningContext(
                self.seal.federation, self.session, self.seal.place, receiver, digest_of_job(self.job)
            )
            sealed = SealedShares(
                self.session, self.job.number, self.seal.place, receiver, key.key_id, seal_opening(own, key, context)
            )
            self.asker.sealed_opening(sealed.to_bytes())

    def sealed_opening(self, sealed: bytes) -> None:
        """Carry what is sealed already."""
        self.asker.sealed_opening(sealed)

    def spoilt(self, number: BatchNumber, reason: str) -> None:
        """Say that the batch cannot be finished."""
        self.asker.spoilt(number, reason)


def _partition(segment: SegmentDescription) -> Partition:
    return Partition(segment.owner, segment.namespace, segment.comparable_with)
