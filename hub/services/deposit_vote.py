"""A member deposits its sealed vote on a hit."""

from datetime import datetime

from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.votes import VoteDeposit, check_vote
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.answer_once import answer_once
from symbolon.hub.services.find_hit import lock_between
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Purpose
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class DepositVote:
    """The use case of `POST /v1/votes`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, hand_over: HandOverVotes, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._hand_over = hand_over
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Keep the vote, and hand both over when the other side's lies here. The same vote again changes nothing.

        A hit that is held or frozen meanwhile takes votes too, and keeps them: an officer may have voted before the
        hold arrived.
        """
        now = self._clock.now()
        with self._store.work() as work:
            sealed = self._open.sealed(work, envelope, member, frozenset({Purpose.VOTE}), now)
            number = sealed.vote_round
            if number is None or sealed.notice is not None:
                raise MalformedMessage("A vote names its round beside what is sealed, and is no step.")
            hit = lock_between(work, sealed.hit_id, member, envelope.audience)
            refused = answer_once(work, envelope, hit.hit_id, now, lambda: self._keep(work, hit, number, envelope, now))
        if refused is not None:
            raise refused

    def _keep(self, work: Work, hit: Hit, number: int, envelope: Envelope, now: datetime) -> None:
        check_vote(hit, envelope.sender, number, work.hits.deposits(hit.hit_id))
        work.hits.deposit(hit.hit_id, VoteDeposit(envelope.sender, number, envelope.to_bytes()), now)
        work.audit(AuditAct.VOTE_DEPOSITED, envelope.sender, hit.hit_id, {"round": number})
        self._hand_over(work, hit, now)
