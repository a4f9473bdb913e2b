"""What differs between two versions of the federation directory: for the pages, the command line and the audit log."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from symbolon.protocol.messages_comparison import Opening, operator_card_fingerprint
from symbolon.protocol.messages_membership import FederationDirectory, Member, MemberCard, MemberStanding
from symbolon.protocol.references import MemberCode


class DirectoryChangeKind(StrEnum):
    """Everything that a new version may change."""

    MEMBER_ADDED = "member-added"
    MEMBER_SUSPENDED = "member-suspended"
    MEMBER_REINSTATED = "member-reinstated"
    MEMBER_EXPELLED = "member-expelled"
    CARD_CHANGED = "card-changed"
    TERMS_CHANGED = "terms-changed"
    MEMBER_REMOVED = "member-removed"
    EPOCH_ADDED = "epoch-added"
    EPOCH_CHANGED = "epoch-changed"
    EPOCH_REMOVED = "epoch-removed"
    POLICY_CHANGED = "policy-changed"
    OPERATOR_CHANGED = "operator-changed"
    HUB_KEY_CHANGED = "hub-key-changed"
    FEDERATION_CHANGED = "federation-changed"


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """One difference; ``member`` and ``epoch`` say of whom or of what, ``card`` is the new card to compare.

    ``text`` is one plain sentence for people.
    """

    kind: DirectoryChangeKind
    text: str
    member: MemberCode | None = None
    epoch: int | None = None
    card: MemberCard | None = None


def changes_between(old: FederationDirectory | None, new: FederationDirectory) -> tuple[DirectoryChange, ...]:
    """Give all differences: federation, hub key, policies, members by code, epochs; with ``old`` None all is new.

    Only the version, the digest before and the time of issue are left out: they always differ.
    """
    return (
        *_federation_changes(old, new),
        *_operator_changes(old, new),
        *_member_changes(old, new),
        *_epoch_changes(old, new),
    )


def _federation_changes(old: FederationDirectory | None, new: FederationDirectory) -> Iterator[DirectoryChange]:
    if old is None:
        return
    if (old.federation, old.exercise) != (new.federation, new.exercise):
        yield DirectoryChange(DirectoryChangeKind.FEDERATION_CHANGED, "The federation's name or exercise flag changes.")
    if old.hub_signing_key != new.hub_signing_key:
        yield DirectoryChange(DirectoryChangeKind.HUB_KEY_CHANGED, "The hub signs with another key.")
    if old.policies != new.policies:
        policies = new.policies
        yield DirectoryChange(
            DirectoryChangeKind.POLICY_CHANGED,
            f"The policies change: {policies.signing_quorum} members sign a version, keys serve "
            f"{policies.key_lifetime_days} days and certificates {policies.certificate_lifetime_days} days.",
        )


def _operator_changes(old: FederationDirectory | None, new: FederationDirectory) -> Iterator[DirectoryChange]:
    before = {} if old is None else {card.place: card for card in old.comparison.operators}
    for card in new.comparison.operators:
        known = before.get(card.place)
        if known == card:
            continue
        done = "compares" if known is None else "has a new card and compares"
        yield DirectoryChange(
            DirectoryChangeKind.OPERATOR_CHANGED,
            f"Operator {card.place} ({card.name}) {done} blind; compare its card's fingerprint: "
            f"{operator_card_fingerprint(card)}.",
        )
    if old is None and new.comparison.opening is Opening.RECEIVERS:
        yield DirectoryChange(
            DirectoryChangeKind.OPERATOR_CHANGED,
            "Match bits open towards the members alone: the hub learns no pair, and cannot be let see any later.",
        )
    ways = {(each.comparison.mode, each.comparison.opening) for each in (old, new) if each is not None}
    if old is not None and len(ways) > 1:
        yield DirectoryChange(DirectoryChangeKind.FEDERATION_CHANGED, "Records are compared in another way.")


def _member_changes(old: FederationDirectory | None, new: FederationDirectory) -> Iterator[DirectoryChange]:
    for member in sorted(new.members, key=lambda each: each.code):
        before = None if old is None else old.member_of(member.code)
        if before is None:
            text = f"{member.code} ({member.name}) becomes a member"
            text += "." if member.is_active else f", {member.standing.value} from the start."
            yield DirectoryChange(DirectoryChangeKind.MEMBER_ADDED, text, member=member.code, card=member.card)
        else:
            yield from _changes_of(before, member)
    for gone in sorted(() if old is None else old.members, key=lambda each: each.code):
        if new.member_of(gone.code) is None:
            text = f"{gone.code} ({gone.name}) is no longer listed."
            yield DirectoryChange(DirectoryChangeKind.MEMBER_REMOVED, text, member=gone.code)


_STANDING_CHANGES = {
    MemberStanding.ACTIVE: (DirectoryChangeKind.MEMBER_REINSTATED, "takes part again"),
    MemberStanding.SUSPENDED: (DirectoryChangeKind.MEMBER_SUSPENDED, "is suspended"),
    MemberStanding.EXPELLED: (DirectoryChangeKind.MEMBER_EXPELLED, "is expelled"),
}


def _changes_of(before: Member, after: Member) -> Iterator[DirectoryChange]:
    code = after.code
    if before.standing is not after.standing:
        kind, words = _STANDING_CHANGES[after.standing]
        yield DirectoryChange(kind, f"{code} ({after.name}) {words}.", member=code)
    if before.card != after.card:
        yield DirectoryChange(
            DirectoryChangeKind.CARD_CHANGED,
            f"{code} ({after.name}) has a new card; compare its fingerprint.",
            member=code,
            card=after.card,
        )
    terms = (after.standing_since, after.keys_expire_on, after.certificate_expires_on, after.retired_keys)
    if terms != (before.standing_since, before.keys_expire_on, before.certificate_expires_on, before.retired_keys):
        yield DirectoryChange(
            DirectoryChangeKind.TERMS_CHANGED,
            f"{code}'s dates change: keys serve until {after.keys_expire_on}, the certificate until "
            f"{after.certificate_expires_on}, and {len(after.retired_keys)} former keys are listed.",
            member=code,
        )


def _epoch_changes(old: FederationDirectory | None, new: FederationDirectory) -> Iterator[DirectoryChange]:
    for epoch in new.epochs:
        before = None if old is None else old.epoch(epoch.epoch)
        if before is None:
            text = f"Epoch {epoch.epoch} opens, with the linkage schema {epoch.schema_id}."
            yield DirectoryChange(DirectoryChangeKind.EPOCH_ADDED, text, epoch=epoch.epoch)
        elif before != epoch:
            text = f"Epoch {epoch.epoch} gets another linkage schema, {epoch.schema_id}."
            yield DirectoryChange(DirectoryChangeKind.EPOCH_CHANGED, text, epoch=epoch.epoch)
    for gone in () if old is None else old.epochs:
        if new.epoch(gone.epoch) is None:
            text = f"Epoch {gone.epoch} closes; its encodings are erased at the hub."
            yield DirectoryChange(DirectoryChangeKind.EPOCH_REMOVED, text, epoch=gone.epoch)
