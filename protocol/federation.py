"""The rules of the co-signed directory: who signs a version, what may follow what, and which key speaks for whom.

Pure rules without I/O. A node begins with version 1 and takes each further version from the one before it
(:func:`verify_succession`), so that the hub, which hands the versions out, can neither make one up nor go back to one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from symbolon.protocol.directory_changes import DirectoryChange, DirectoryChangeKind, changes_between
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.member_keys import check_new_cards
from symbolon.protocol.membership_problems import BrokenSuccession, NotCoSigned, OlderVersion, RetiredKeyUsed
from symbolon.protocol.messages_comparison import Comparing, Opening
from symbolon.protocol.messages_federation import DirectorySignature, SignedDirectory
from symbolon.protocol.messages_membership import FederationDirectory, Member
from symbolon.protocol.problems import BadSignature, WrongFederation
from symbolon.protocol.references import KeyId, MemberCode, key_id_of

__all__ = [
    "FEWEST_ACTIVE",
    "DirectoryChange",
    "DirectoryChangeKind",
    "ExpiryNotice",
    "RequiredSignatures",
    "allowed_quorums",
    "changes_between",
    "check_quorum",
    "key_that_signed",
    "majority",
    "notice_level",
    "required_signatures",
    "sign_directory",
    "verify_signature",
    "verify_succession",
]


FEWEST_ACTIVE: Final = 2
"""One member alone would sign every version, and choose every linkage key."""


@dataclass(frozen=True, slots=True)
class RequiredSignatures:
    """With which keys a version is signed, by member, and how many of these signatures put it in effect."""

    signers: Mapping[MemberCode, VerifyingKey]
    quorum: int


def majority(active_members: int) -> int:
    """Give the quorum that the hub proposes: more than half of the active members.

    >>> [majority(n) for n in (1, 2, 3, 4, 5)]
    [1, 2, 2, 3, 3]
    """
    return active_members // 2 + 1


def required_signatures(known: FederationDirectory | None, offered: FederationDirectory) -> RequiredSignatures:
    """Say who signs a version: at the founding (``known`` None) every active member that it lists, with its own key.

    Later the members active in the version before it, with their keys of then, and the quorum of then.
    """
    active = (offered if known is None else known).active_members
    signers = {member.code: VerifyingKey(member.card.signing_key) for member in active}
    return RequiredSignatures(signers, len(signers) if known is None else known.policies.signing_quorum)


def sign_directory(directory: FederationDirectory, member: MemberCode, key: SigningKey) -> DirectorySignature:
    """Give a member's signature (Ed25519) over a directory: over its label and canonical bytes."""
    return DirectorySignature(member, key.key_id, key.sign(directory.signed_bytes()))


def verify_signature(
    known: FederationDirectory | None, offered: FederationDirectory, signature: DirectorySignature
) -> None:
    """Check one member's signature over the version that follows ``known``.

    Raises :class:`NotCoSigned` where that member has no say in it, :class:`BadSignature` where the signature is not
    that of its key.
    """
    _verify_one(required_signatures(known, offered), offered.signed_bytes(), signature)


def verify_succession(known: FederationDirectory | None, offered: SignedDirectory) -> None:
    """Check that a version may be taken after the known one (None: at the beginning); in this order:

    the federation and exercise flag (:class:`WrongFederation`), an older or equal version (:class:`OlderVersion`), the
    step from the known one (:class:`BrokenSuccession`), the keys of new cards (:class:`MalformedMessage`), and the
    signatures: a version that carries one which is wrong is refused as a whole (:class:`BadSignature`), as is one with
    too few or from others (:class:`NotCoSigned`).
    """
    directory = offered.directory
    if known is None:
        if directory.version != 1:
            raise BrokenSuccession("Begin with version 1 of the federation directory and take the others after it.")
    else:
        _check_step(known, directory)
    check_quorum(directory)
    check_new_cards(known, directory)
    required = required_signatures(known, directory)
    members = [signature.member for signature in offered.signatures]
    if len(set(members)) != len(members):
        raise NotCoSigned(
            "A member's signature stands under the federation directory twice: take it from the hub anew, and tell the "
            "hub's operator where it comes so again."
        )
    signed_bytes = directory.signed_bytes()
    for signature in offered.signatures:
        _verify_one(required, signed_bytes, signature)
    if len(members) < required.quorum:
        raise NotCoSigned(
            f"Too few members signed the federation directory: {len(members)} of the {required.quorum} that are needed."
        )


def allowed_quorums(active_members: int) -> range:
    """Give the quorums that so many active members (two at least) may agree on: a majority, and not all of them.

    With less than a majority two versions could both be signed, and with one signature one member alone would decide
    the linkage key; with all of them each could keep its own expulsion from being signed. Of two members both sign.

    >>> [list(allowed_quorums(n)) for n in (2, 3, 4, 5, 6)]
    [[2], [2], [3], [3, 4], [4, 5]]
    """
    lowest = majority(active_members)
    return range(lowest, max(lowest, active_members - 1) + 1)


def check_quorum(directory: FederationDirectory) -> None:
    """Refuse (:class:`BrokenSuccession`) a quorum that is not among :func:`allowed_quorums`, and one member alone."""
    active, quorum = len(directory.active_members), directory.policies.signing_quorum
    if active < FEWEST_ACTIVE:
        raise BrokenSuccession("The directory lists fewer than two active members: a federation has two at least.")
    if quorum not in (allowed := allowed_quorums(active)):
        raise BrokenSuccession(
            f"The directory asks for {quorum} signatures of {active} active members: it may ask for {allowed[0]} to "
            f"{allowed[-1]}."
        )


def _way_of(directory: FederationDirectory) -> tuple[Comparing, Opening]:
    """What of the comparison never changes; its operators' cards may."""
    return directory.comparison.mode, directory.comparison.opening


def _check_step(known: FederationDirectory, offered: FederationDirectory) -> None:
    if (offered.federation, offered.exercise) != (known.federation, known.exercise):
        raise WrongFederation("The directory belongs to another federation, or mixes exercise and live data.")
    if offered.version <= known.version:
        raise OlderVersion("A federation directory of this version or a newer one is known.")
    if offered.version != known.version + 1:
        raise BrokenSuccession("A version of the federation directory is left out; take them one after the other.")
    if offered.previous_digest != known.digest():
        raise BrokenSuccession("The federation directory follows another version than the known one.")
    if offered.issued_at < known.issued_at:
        raise BrokenSuccession("The federation directory was issued before the version that it follows.")
    if _way_of(offered) != _way_of(known):
        raise BrokenSuccession("The directory changes how records are compared, which is fixed at the founding.")
    if not {member.code for member in known.members} <= {member.code for member in offered.members}:
        raise BrokenSuccession("A member is missing from the directory; one that leaves is listed as expelled.")
    for epoch in offered.epochs:
        if known.epoch(epoch.epoch) != epoch and epoch.epoch != known.newest_epoch.epoch + 1:
            raise BrokenSuccession("The directory changes an epoch, or lists one again that was closed.")
    if offered.newest_epoch.epoch < known.newest_epoch.epoch:
        raise BrokenSuccession("The directory leaves out the newest epoch and lists none after it.")
    for member in offered.members:
        before = known.member_of(member.code)
        if not member.is_active and (before is None or before.card != member.card):
            raise BrokenSuccession(
                "The directory gives a card to a member that is not active: it is given one when it takes part again."
            )


def _verify_one(required: RequiredSignatures, signed_bytes: bytes, signature: DirectorySignature) -> None:
    key = required.signers.get(signature.member)
    if key is None:
        raise NotCoSigned("Somebody signed the federation directory who has no say in this version.")
    if signature.key_id != key.key_id:
        raise BadSignature("A member signed the federation directory with another key than the one of its card.")
    key.verify(signature.signature, signed_bytes)


def key_that_signed(member: Member, key_id: KeyId, issued_at: datetime) -> VerifyingKey:
    """Give a member's key of that name, for an envelope issued then.

    Raises :class:`RetiredKeyUsed` where the key was retired by then, :class:`BadSignature` where the member has no such
    key (any more: after a compromise the old one is not listed).
    """
    if key_id == key_id_of(member.card.signing_key):
        return VerifyingKey(member.card.signing_key)
    for retired in member.retired_keys:
        if key_id == key_id_of(retired.signing_key):
            if issued_at >= retired.retired_at:
                raise RetiredKeyUsed(
                    "The envelope was signed with a key after that key was retired: sign it anew with the present one."
                )
            return VerifyingKey(retired.signing_key)
    raise BadSignature("The envelope was signed with a key that the directory does not list for its sender.")


class ExpiryNotice(StrEnum):
    """How near the end of a key or certificate is; each level is a reason to warn once more."""

    NONE = "none"
    WITHIN_60 = "within-60"
    WITHIN_30 = "within-30"
    WITHIN_7 = "within-7"
    EXPIRED = "expired"


_NOTICES: Final = ((7, ExpiryNotice.WITHIN_7), (30, ExpiryNotice.WITHIN_30), (60, ExpiryNotice.WITHIN_60))


def notice_level(expires_on: date, today: date) -> ExpiryNotice:
    """Say how near an expiry is; ``expires_on`` is the last day of use.

    >>> notice_level(date(2026, 3, 1), date(2026, 3, 1)).value, notice_level(date(2026, 3, 1), date(2026, 3, 2)).value
    ('within-7', 'expired')
    """
    days_left = (expires_on - today).days
    if days_left < 0:
        return ExpiryNotice.EXPIRED
    return next((notice for days, notice in _NOTICES if days_left <= days), ExpiryNotice.NONE)
