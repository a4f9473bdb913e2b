"""What this state and another one agree on between themselves: proposed and signed by the authoriser of each."""

from collections.abc import Mapping

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.agreements import (
    KeptProfile,
    PairDraft,
    PairView,
    in_effect,
    newest_agreed,
    next_profile,
    time_lines,
)
from symbolon.node.domain.notices import NoticeKind, about_desks
from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.errors import Forbidden, InvalidDraft, NoDirectory, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.messages_pairs import SignedPairProfile
from symbolon.protocol.pair_profiles import sign_pair_profile, verify_pair_profile
from symbolon.protocol.problems import BadSignature, MalformedMessage, ProtocolError
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HUB, MemberCode, new_message_id


class AgreePair:
    """Shows, proposes and signs."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence

    def show(self, actor: Actor) -> tuple[PairView, ...]:
        """What stands between this state and each other one.

        Raises:
            Forbidden: the actor's roles do not include the desks, nor agreements.

        """
        if not actor.permits(Right.VIEW_FOCAL_POINTS):
            raise Forbidden("Your role does not include what states agreed on between themselves.")
        own, now = self._correspondence.code, self._draws.now()
        with self._unit_of_work.begin() as work:
            directory, profiles = work.directory.find(), work.agreements.profiles()
        if directory is None:
            return ()
        views: list[PairView] = []
        for member in directory.members:
            if member.code == own or not member.is_active:
                continue
            ours = tuple(each for each in profiles if each.counterpart == member.code)
            effective, newest = in_effect(ours, now.date()), newest_agreed(ours)
            open_version = 1 if newest is None else newest.profile.version + 1
            proposal = next((p for p in ours if not p.is_agreed and p.profile.version == open_version), None)
            to_come = newest if newest is not effective else None
            shown = proposal or newest
            times = time_lines(None if shown is None else shown.profile)
            proposed_here = proposal is not None and own in proposal.signers
            views.append(PairView(member.code, effective, to_come, proposal, proposed_here, times))
        return tuple(views)

    def propose(self, actor: Actor, counterpart: MemberCode, draft: PairDraft) -> int:
        """Sign a version and send it to the other state, through the hub; gives its number.

        Raises:
            Forbidden: the actor is no authoriser.
            NotFound: there is no such state.
            InvalidDraft: no pair may agree on that.

        """
        _require_agreeing(actor)
        now, own = self._draws.now(), self._correspondence.code
        with self._unit_of_work.begin() as work:
            directory = _directory(work)
            member = directory.member_of(counterpart)
            if member is None or counterpart == own or not member.is_active:
                raise NotFound("There is no such state to agree with: choose one from the list.")
            if draft.effective_from < now.date():
                raise InvalidDraft("effective_from", "Choose today or a later day: nothing is agreed on for the past.")
            known = newest_agreed(_between(work, counterpart))
            profile = next_profile(own, counterpart, None if known is None else known.profile, draft)
            signature = sign_pair_profile(profile, own, self._correspondence.generation(directory).signing_key)
            signed = SignedPairProfile(profile, (signature,))
            try:
                keys = _keys(directory, signed)
                verify_pair_profile(None if known is None else known.profile, signed, keys, both=False)
            except ProtocolError as refusal:
                raise InvalidDraft("times", str(refusal)) from None
            self._keep_and_send(work, counterpart, signed)
            detail: Detail = {"member": counterpart, "version": profile.version, "times": len(profile.times)}
            work.audit.record(AuditAct.PAIR_PROFILE_PROPOSED, actor.login, None, detail)
            return profile.version

    def sign(self, actor: Actor, counterpart: MemberCode, digest: str) -> None:
        """Sign what the other state proposed: exactly the version that was looked at.

        Raises:
            Forbidden: the actor is no authoriser.
            NotFound: nothing is proposed.
            NotAllowedNow: the proposal is another one by now, or ours.

        """
        _require_agreeing(actor)
        own = self._correspondence.code
        with self._unit_of_work.begin() as work:
            directory = _directory(work)
            ours = _between(work, counterpart)
            known = newest_agreed(ours)
            proposal = next((each for each in ours if not each.is_agreed), None)
            if proposal is None:
                raise NotFound("This state proposes nothing now.")
            if proposal.profile.digest() != digest or own in proposal.signers:
                raise NotAllowedNow("The proposal is another one by now: load the page again, then sign what it says.")
            signature = sign_pair_profile(proposal.profile, own, self._correspondence.generation(directory).signing_key)
            signed = SignedPairProfile(proposal.profile, (*proposal.signed.signatures, signature))
            before = None if known is None else known.profile
            verify_pair_profile(before, signed, _keys(directory, signed), both=True)
            self._keep_and_send(work, counterpart, signed)
            detail: Detail = {"member": counterpart, "version": proposal.profile.version}
            work.audit.record(AuditAct.PAIR_PROFILE_AGREED, actor.login, None, detail)

    def _keep_and_send(self, work: Work, counterpart: MemberCode, signed: SignedPairProfile) -> None:
        now = self._draws.now()
        work.agreements.keep(counterpart, signed, now)
        body = canonical_bytes(to_wire(signed))
        message_id = new_message_id(self._draws.uuid())
        work.outbox.add_message(OutgoingMessage(message_id, Purpose.PAIR_PROFILE, HUB, None, body), now)


class ReceivePairProfile:
    """Takes the other state's proposal, or the version that both have signed."""

    def __init__(self, draws: Draws, own: MemberCode) -> None:
        self._draws = draws
        self._own = own

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take what the hub passes on, by the signatures of the two states alone."""
        signed = envelope.read(SignedPairProfile)
        members = set(signed.profile.members)
        if self._own not in members:
            raise MalformedMessage("What other states agree on is not for this one.")
        counterpart = next(code for code in members if code != self._own)
        ours = _between(work, counterpart)
        if any(each.is_agreed and each.profile == signed.profile for each in ours):
            return
        known = newest_agreed(ours)
        verify_pair_profile(None if known is None else known.profile, signed, _keys(directory, signed), both=False)
        now = self._draws.now()
        work.agreements.keep(counterpart, signed, now)
        is_agreed = len(signed.signatures) == len(members)
        act = AuditAct.PAIR_PROFILE_AGREED if is_agreed else AuditAct.PAIR_PROFILE_PROPOSED
        work.audit.record(act, str(counterpart), None, {"member": counterpart, "version": signed.profile.version})
        if not is_agreed:
            work.notices.add([about_desks(NoticeKind.PAIR_PROPOSED, now, right=Right.AGREE_PAIR)])


def _require_agreeing(actor: Actor) -> None:
    if not actor.permits(Right.AGREE_PAIR):
        raise Forbidden("What two states agree on is the authoriser's to propose and to sign.")


def _directory(work: Work) -> FederationDirectory:
    directory = work.directory.find()
    if directory is None:
        raise NoDirectory
    return directory


def _between(work: Work, counterpart: MemberCode) -> tuple[KeptProfile, ...]:
    return tuple(each for each in work.agreements.profiles() if each.counterpart == counterpart)


def _keys(directory: FederationDirectory, signed: SignedPairProfile) -> Mapping[MemberCode, VerifyingKey]:
    """The key of each signer that the directory lists under the signature's name, present or former.

    Raises:
        BadSignature: the directory lists no such member, or no such key of it.

    """
    keys: dict[MemberCode, VerifyingKey] = {}
    for signature in signed.signatures:
        member = directory.member_of(signature.member)
        if member is None:
            raise BadSignature("The directory lists no member that could have signed this.")
        keys[signature.member] = key_that_signed(member, signature.key_id, directory.issued_at)
    return keys
