"""How the next version of the federation directory is drafted: pure steps from directory to directory.

There is one open draft. It follows from the version in effect, whatever was done to it before it is signed; a step that
takes back the only difference leaves no draft.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from symbolon.hub.errors import NotPossible
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.federation import changes_between, majority
from symbolon.protocol.messages import (
    FederationDirectory,
    FederationPolicies,
    LinkageEpoch,
    Member,
    MemberCard,
    MemberStanding,
    RetiredKey,
)
from symbolon.protocol.references import MemberCode

Step = Callable[[FederationDirectory], FederationDirectory]
"""One act of the operator or of a member, on the draft as it stands."""

FEWEST_FOUNDERS: Final = 2
"""One state alone would choose the first linkage key."""

MOST_EPOCHS: Final = 2
MOST_RETIRED_KEYS: Final = 8
HANDOVER: Final = timedelta(days=30)
"""For how long a member's former key counts: it signs with it until the members have signed the new card."""

DEFAULT_POLICIES: Final = FederationPolicies(signing_quorum=1, key_lifetime_days=730, certificate_lifetime_days=397)


@dataclass(frozen=True, slots=True)
class Founding:
    """What a federation begins with, besides its members."""

    federation: str
    exercise: bool
    hub_signing_key: bytes
    epoch: LinkageEpoch


def found(founding: Founding, members: Sequence[Member], now: datetime) -> FederationDirectory:
    """The draft of version 1, with its first members."""
    return FederationDirectory(
        federation=founding.federation,
        exercise=founding.exercise,
        version=1,
        previous_digest=None,
        issued_at=whole_milliseconds(now),
        hub_signing_key=founding.hub_signing_key,
        members=tuple(sorted(members, key=lambda member: member.code)),
        epochs=(founding.epoch,),
        policies=replace(DEFAULT_POLICIES, signing_quorum=majority(len(members))),
    )


def amend(
    known: FederationDirectory | None, draft: FederationDirectory | None, step: Step, now: datetime
) -> FederationDirectory | None:
    """The draft after one more step; None where nothing differs from the version in effect any more.

    A step that changes nothing leaves the draft as it was, with its signatures.
    """
    base = draft or known
    if base is None:
        raise NotPossible("The federation is not founded yet: enrol its members first.")
    changed = step(base)
    if changed == base:
        return draft
    changed = replace(changed, policies=_fitting(base, changed))
    if known is not None and not changes_between(known, changed):
        return None
    return replace(
        changed,
        version=1 if known is None else known.version + 1,
        previous_digest=None if known is None else known.digest(),
        issued_at=whole_milliseconds(now),
    )


def with_member(member: Member) -> Step:
    """List a new member, or one that was expelled and enrolled anew."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        others = [each for each in directory.members if each.code != member.code]
        return replace(directory, members=tuple(sorted((*others, member), key=lambda each: each.code)))

    return step


def without_candidate(code: MemberCode) -> Step:
    """Take a state off the draft that is not in the directory in effect."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        others = tuple(each for each in directory.members if each.code != code)
        if not others:
            raise NotPossible("A directory lists one state at least: enrol another before this one is taken off.")
        return replace(directory, members=others)

    return step


def with_standing(known: FederationDirectory | None, code: MemberCode, standing: MemberStanding, now: datetime) -> Step:
    """Let a listed member stand so; where the version in effect says so already, since when it says."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        member = _listed(directory, code)
        before = None if known is None else known.member_of(code)
        if member.standing is standing:
            return directory
        since = whole_milliseconds(now)
        if before is not None and before.standing is standing:
            since = before.standing_since
        changed = with_member(replace(member, standing=standing, standing_since=since))(directory)
        if not changed.active_members:
            raise NotPossible(f"{code} is the last active member: nobody would be left to sign.")
        return changed

    return step


def with_card(known: FederationDirectory, card: MemberCard, ends: "Ends", retired_at: datetime | None) -> Step:
    """Give a member its new card; its present signing key is retired at that moment, or with None at once."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        present = _listed(known, card.code)
        kept = present.retired_keys
        if retired_at is not None and present.card.signing_key != card.signing_key:
            retired = RetiredKey(present.card.signing_key, whole_milliseconds(retired_at))
            kept = (retired, *kept)[:MOST_RETIRED_KEYS]
        member = replace(
            _listed(directory, card.code),
            card=card,
            keys_expire_on=ends.keys_expire_on,
            certificate_expires_on=ends.certificate_expires_on,
            retired_keys=kept,
        )
        return with_member(member)(directory)

    return step


@dataclass(frozen=True, slots=True)
class Ends:
    """The last days on which a member's keys and its certificate may be used."""

    keys_expire_on: date
    certificate_expires_on: date


def with_epoch(schema_id: str, schema_digest: str) -> Step:
    """Open the next epoch of the linkage key, with this schema."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        if len(directory.epochs) >= MOST_EPOCHS:
            raise NotPossible(
                f"The epochs {directory.oldest_epoch.epoch} and {directory.newest_epoch.epoch} are open or proposed: "
                f"close {directory.oldest_epoch.epoch} first."
            )
        following = LinkageEpoch(directory.newest_epoch.epoch + 1, schema_id, schema_digest)
        return replace(directory, epochs=(*directory.epochs, following))

    return step


def without_epoch(number: int) -> Step:
    """Close the older of two epochs."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        if directory.epoch(number) is None:
            raise NotPossible(f"Epoch {number} is not open: `symbolon hub epoch status` shows those that are.")
        if number == directory.newest_epoch.epoch:
            raise NotPossible(f"Epoch {number} is the newest: open the next one before it is closed.")
        return replace(directory, epochs=tuple(each for each in directory.epochs if each.epoch != number))

    return step


def with_policies(quorum: int | None, key_lifetime_days: int | None, certificate_lifetime_days: int | None) -> Step:
    """Change the policies that are given."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        policies = directory.policies
        active = len(directory.active_members)
        if quorum is not None and not 1 <= quorum <= active:
            raise NotPossible(f"The signing quorum is between 1 and the number of active members, which is {active}.")
        return replace(
            directory,
            policies=FederationPolicies(
                signing_quorum=quorum or policies.signing_quorum,
                key_lifetime_days=key_lifetime_days or policies.key_lifetime_days,
                certificate_lifetime_days=certificate_lifetime_days or policies.certificate_lifetime_days,
            ),
        )

    return step


def _fitting(before: FederationDirectory, after: FederationDirectory) -> FederationPolicies:
    """A quorum that was the majority stays the majority, and none is more than there are members to sign."""
    quorum = after.policies.signing_quorum
    active_before, active = len(before.active_members), len(after.active_members)
    if quorum == before.policies.signing_quorum == majority(active_before):
        quorum = majority(active)
    return replace(after.policies, signing_quorum=min(quorum, max(active, 1)))


def _listed(directory: FederationDirectory, code: MemberCode) -> Member:
    member = directory.member_of(code)
    if member is None:
        raise NotPossible(f"{code} is not a member of this federation: `symbolon hub member list` shows who is.")
    return member
