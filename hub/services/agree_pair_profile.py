"""Two states agree on times of their own: one proposes and signs, the other signs the same."""

from datetime import datetime

from symbolon.hub.domain.pairs import merge_signatures
from symbolon.hub.errors import NotOfThePair, UnknownMember
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import PostMessage, SignMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import PairProfileBook, SignedPairProfile
from symbolon.protocol.pair_profiles import verify_pair_profile
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class AgreePairProfile:
    """The use case of `POST /v1/pair-profiles`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._post = post
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Take a proposal, which the other state is sent, or the second signature, after which both are sent the whole.

        A newer proposal takes the place of the one before, whoever made it. The same again changes nothing.
        Raises `NotOfThePair`, `BrokenSuccession`, `NotCoSigned` or `BadSignature`.
        """
        now = self._clock.now()
        with self._store.work() as work:
            offered = self._open(work, envelope, member, SignedPairProfile, now)
            pair = _pair_of(offered)
            if member not in pair or member not in {signature.member for signature in offered.signatures}:
                raise NotOfThePair
            work.pair_profiles.hold_pair(pair)
            agreed = work.pair_profiles.agreed(pair)
            if any(offered.profile == earlier.profile for earlier in agreed):
                return
            proposed = work.pair_profiles.proposed(pair)
            merged = merge_signatures(proposed, offered)
            known = agreed[-1].profile if agreed else None
            verify_pair_profile(known, merged, _keys_of(work, pair), both=False)
            if merged != proposed:
                self._keep(work, member, merged, now)

    def _keep(self, work: Work, member: MemberCode, signed: SignedPairProfile, now: datetime) -> None:
        pair = _pair_of(signed)
        is_agreed = len(signed.signatures) == len(pair)
        if is_agreed:
            work.pair_profiles.keep_agreed(signed, now)
        else:
            work.pair_profiles.keep_proposal(signed)
        for each in pair:
            if is_agreed or each != member:
                self._post(work, each, signed, now)
        act = AuditAct.PAIR_PROFILE_AGREED if is_agreed else AuditAct.PAIR_PROFILE_PROPOSED
        work.audit(act, member, None, {"pair": " ".join(pair), "version": signed.profile.version})


class ShowPairProfiles:
    """The use case of `GET /v1/pair-profiles`."""

    def __init__(self, store: Store, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode) -> bytes:
        """What the member agreed on with every other one and what is proposed, signed for it; nobody else's."""
        with self._store.work() as work:
            book = PairProfileBook(work.pair_profiles.of_member(member))
        return self._sign(book, member, self._clock.now()).to_bytes()


def _pair_of(signed: SignedPairProfile) -> tuple[MemberCode, MemberCode]:
    low, high = signed.profile.members
    return low, high


def _keys_of(work: Work, pair: tuple[MemberCode, MemberCode]) -> dict[MemberCode, VerifyingKey]:
    keys = {}
    for code in pair:
        member = work.members.find(code)
        if member is None:
            raise UnknownMember
        keys[code] = VerifyingKey.from_bytes(member.card.signing_key)
    return keys
