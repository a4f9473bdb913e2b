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
from symbolon.protocol.federation import FEWEST_ACTIVE, allowed_quorums, changes_between, majority
from symbolon.protocol.messages import (
    FederationDirectory,
    FederationPolicies,
    LinkageEpoch,
    Member,
    MemberCard,
    MemberStanding,
    RetiredKey,
)
from symbolon.protocol.messages_comparison import OPEN_COMPARISON, Comparing, Comparison, OperatorCard
from symbolon.protocol.references import MemberCode

Step = Callable[[FederationDirectory], FederationDirectory]
"""One act of the operator or of a member, on the draft as it stands."""

MOST_EPOCHS: Final = 2
MOST_RETIRED_KEYS: Final = 8
HANDOVER: Final = timedelta(days=90)
"""For how long a member's former key counts from the last draft on: it signs with it until the members have signed."""

DEFAULT_POLICIES: Final = FederationPolicies(signing_quorum=1, key_lifetime_days=730, certificate_lifetime_days=397)


@dataclass(frozen=True, slots=True)
class Founding:
    """What a federation begins with, besides its members."""

    federation: str
    exercise: bool
    hub_signing_key: bytes
    epoch: LinkageEpoch
    comparison: Comparison = OPEN_COMPARISON


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
        comparison=founding.comparison,
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
    if known is None:
        return replace(changed, version=1, previous_digest=None, issued_at=whole_milliseconds(now))
    if not changes_between(known, changed):
        return None
    return replace(
        changed,
        version=known.version + 1,
        previous_digest=known.digest(),
        # A clock that ran ahead once keeps nobody from following: no version is issued before the one that it follows.
        issued_at=max(whole_milliseconds(now), known.issued_at),
        members=tuple(_handed_over_from(known, member, now) for member in changed.members),
    )


def _handed_over_from(known: FederationDirectory, member: Member, now: datetime) -> Member:
    """A key that this draft retires counts from this draft on, however long the first one waited for signatures."""
    present = known.member_of(member.code)
    if present is None:
        return member
    until = whole_milliseconds(now + HANDOVER)
    retired = (
        replace(key, retired_at=until) if key.signing_key == present.card.signing_key else key
        for key in member.retired_keys
    )
    return replace(member, retired_keys=tuple(retired))


def with_operators(cards: Sequence[OperatorCard]) -> Step:
    """Compare blind, by these three operators."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        # To whom match bits open is fixed with the founding, whoever takes an operator's place.
        return replace(directory, comparison=Comparison(Comparing.BLIND, tuple(cards), directory.comparison.opening))

    return step


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
    """Let a listed member stand so; where the version in effect says so already, since when it says.

    A member that is to be suspended or expelled keeps the card in effect: nobody has to compare a new one to sign that.
    """

    def step(directory: FederationDirectory) -> FederationDirectory:
        member = _listed(directory, code)
        before = None if known is None else known.member_of(code)
        if member.standing is standing:
            return directory
        since = whole_milliseconds(now)
        if before is not None:
            member = member if standing is MemberStanding.ACTIVE else before
            since = before.standing_since if before.standing is standing else since
        changed = with_member(replace(member, standing=standing, standing_since=since))(directory)
        if len(changed.active_members) < FEWEST_ACTIVE:
            raise NotPossible(
                f"The directory cannot say that {code} is {standing.value}: two members at least stay active, to sign "
                "it. Enrol another state first, or found the federation anew."
            )
        return changed

    return step


def with_card(known: FederationDirectory, card: MemberCard, ends: "Ends", *, keeps_former: bool) -> Step:
    """Give an active member its new card; `keeps_former`: what its present key signed before still counts."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        present = _listed(known, card.code)
        if not _listed(directory, card.code).is_active:
            raise NotPossible(f"{card.code} is not to be active: its card stays as it is.")
        kept = present.retired_keys
        if keeps_former and present.card.signing_key != card.signing_key:
            # The moment is set by the draft.
            retired = RetiredKey(present.card.signing_key, known.issued_at)
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


def without_new_card(known: FederationDirectory, code: MemberCode) -> Step:
    """Go back to the card in effect."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        member, present = _listed(directory, code), _listed(known, code)
        if member.card == present.card:
            raise NotPossible(f"No new card of {code} is proposed: `symbolon hub federation show` shows what is.")
        back = replace(present, standing=member.standing, standing_since=member.standing_since)
        return with_member(back)(directory)

    return step


def gives_up_key(known: FederationDirectory, draft: FederationDirectory | None, code: MemberCode) -> bool:
    """Whether the draft takes the member's present signing key from it at once, as after a compromise."""
    present, proposed = known.member_of(code), None if draft is None else draft.member_of(code)
    if present is None or proposed is None or proposed.card.signing_key == present.card.signing_key:
        return False
    return all(key.signing_key != present.card.signing_key for key in proposed.retired_keys)


@dataclass(frozen=True, slots=True)
class Ends:
    """The last days on which a member's keys and its certificate may be used."""

    keys_expire_on: date
    certificate_expires_on: date


def with_epoch(schema_id: str, schema_digest: str, replacing_in: FederationDirectory | None = None) -> Step:
    """Open the next epoch of the linkage key, with this schema.

    `replacing_in`: the version in effect, where it may take the place of the newer of two (whose key is lost or known).
    """

    def step(directory: FederationDirectory) -> FederationDirectory:
        kept, newest = directory.epochs, directory.newest_epoch.epoch
        if replacing_in is not None:
            newest = replacing_in.newest_epoch.epoch
            # One that is only proposed gives way, and so does the newer of two: the older has the members' records.
            kept = tuple(epoch for epoch in kept if epoch.epoch <= newest)[: MOST_EPOCHS - 1]
        elif len(kept) >= MOST_EPOCHS:
            raise NotPossible(
                f"The epochs {kept[0].epoch} and {newest} are open or proposed: close {kept[0].epoch} first "
                f"(`symbolon hub epoch close {kept[0].epoch}`), or give --replace to begin another than {newest}."
            )
        return replace(directory, epochs=(*kept, LinkageEpoch(newest + 1, schema_id, schema_digest)))

    return step


def without_proposed_epoch(known: FederationDirectory, number: int) -> Step:
    """Take back an epoch that is only proposed; one whose place it took is there again."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        if known.epoch(number) is not None or directory.epoch(number) is None:
            raise NotPossible(
                f"Epoch {number} is not merely proposed: one in effect is closed (`symbolon hub epoch close`), or "
                "replaced (`symbolon hub epoch open --replace`)."
            )
        kept = tuple(epoch for epoch in directory.epochs if epoch.epoch != number)
        newest = known.newest_epoch
        return replace(directory, epochs=kept if newest in kept else (*kept, newest))

    return step


def without_epoch(number: int) -> Step:
    """Close the older of two epochs."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        if directory.epoch(number) is None:
            raise NotPossible(f"Epoch {number} is not open: `symbolon hub epoch status` shows those that are.")
        if number == directory.newest_epoch.epoch:
            raise NotPossible(
                f"Epoch {number} is the newest: open the next one before it is closed, or take back one that is only "
                f"proposed (`symbolon hub epoch drop {number}`)."
            )
        return replace(directory, epochs=tuple(each for each in directory.epochs if each.epoch != number))

    return step


def with_policies(quorum: int | None, key_lifetime_days: int | None, certificate_lifetime_days: int | None) -> Step:
    """Change the policies that are given."""

    def step(directory: FederationDirectory) -> FederationDirectory:
        policies = directory.policies
        active = len(directory.active_members)
        allowed = allowed_quorums(active)
        if quorum is not None and quorum not in allowed:
            raise NotPossible(
                f"With {active} active members the signing quorum is {allowed[0]} at least, a majority, and "
                f"{allowed[-1]} at most, so that no member keeps its own expulsion from being signed."
            )
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
    """A quorum that was the majority stays the majority, and none leaves the bounds."""
    quorum = after.policies.signing_quorum
    active_before, active = len(before.active_members), len(after.active_members)
    if active < FEWEST_ACTIVE:
        return replace(after.policies, signing_quorum=majority(active))
    if quorum == before.policies.signing_quorum == majority(active_before):
        quorum = majority(active)
    allowed = allowed_quorums(active)
    return replace(after.policies, signing_quorum=min(max(quorum, allowed[0]), allowed[-1]))


def _listed(directory: FederationDirectory, code: MemberCode) -> Member:
    member = directory.member_of(code)
    if member is None:
        raise NotPossible(f"{code} is not a member of this federation: `symbolon hub member list` shows who is.")
    return member
