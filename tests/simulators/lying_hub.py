"""A hub that lies to one node about the directory, what was delivered and who said what, or is too busy for it."""

from dataclasses import dataclass, field, replace
from uuid import uuid4

from tests.simulators.hub_in_memory import FEDERATION, HubClientInMemory, HubInMemory

from symbolon.node.errors import HubNotNow
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.federation import sign_directory
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import (
    Delivery,
    DirectoryProposal,
    DirectorySignature,
    FederationDirectory,
    FederationHistory,
    MemberCard,
    SignedDirectory,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, new_delivery_id

__all__ = ["FEDERATION", "BusyClient", "LyingClient", "again", "followed_by", "signed_by", "with_card"]


@dataclass
class LyingClient(HubClientInMemory):
    """What one node sees of the hub: whatever a test puts into `versions` and `proposal` instead of the truth."""

    versions: tuple[SignedDirectory, ...] | None = None
    proposal: FederationDirectory | None = None
    held_back: list[Delivery] = field(default_factory=list)

    def fetch_history(self, after: int) -> Envelope:
        if self.versions is None:
            return super().fetch_history(after)
        return self.hub.sign(FederationHistory(self.hub.incarnation, self.versions), self.code)

    def fetch_proposal(self) -> Envelope:
        if self.proposal is None:
            return super().fetch_proposal()
        return self.hub.sign(DirectoryProposal(self.proposal, ()), self.code)


def followed_by(known: FederationDirectory, hub: HubInMemory, **changes: object) -> FederationDirectory:
    """A version that follows the known one as it must, but for `changes`."""
    step = {
        "version": known.version + 1,
        "previous_digest": known.digest(),
        "issued_at": whole_milliseconds(hub.clock_now()),
    }
    return replace(known, **{**step, **changes})  # type: ignore[arg-type]  # any field, by its name


def with_card(directory: FederationDirectory, card: MemberCard) -> FederationDirectory:
    """The directory with another card in the place of a member's."""
    members = tuple(replace(each, card=card) if each.code == card.code else each for each in directory.members)
    return replace(directory, members=members)


def signed_by(directory: FederationDirectory, **keys: SigningKey) -> SignedDirectory:
    """The directory with signatures of these members, by their codes."""
    signatures: tuple[DirectorySignature, ...] = tuple(
        sign_directory(directory, MemberCode(code), key) for code, key in sorted(keys.items())
    )
    return SignedDirectory(directory, signatures)


def again(hub: HubInMemory, member: str, delivery: Delivery) -> None:
    """Deliver what was delivered, under another delivery id."""
    hub.queues[MemberCode(member)].append(Delivery(new_delivery_id(uuid4()), delivery.envelope))


@dataclass
class BusyClient(HubClientInMemory):
    """A hub that answers, and says of everything handed in at some paths that it cannot take it now."""

    not_now: dict[str, Problem] = field(default_factory=dict)

    def post(self, path: str, envelope: Envelope) -> bytes:
        if path in self.not_now:
            raise HubNotNow(self.not_now[path])
        return super().post(path, envelope)
