"""A member deposits its sealed vote on a hit."""

from symbolon.hub.domain.votes import VoteDeposit, round_for
from symbolon.hub.errors import NotNow, NotTheCounterpart, UnknownHit
from symbolon.hub.ports import Store
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.reconcile_member import refuse_while_reconciling
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Purpose
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

        A hit that is held meanwhile takes votes too, and keeps them: an officer may have voted before the hold arrived.
        """
        now = self._clock.now()
        with self._store.work() as work:
            sealed = self._open.sealed(work, envelope, member, frozenset({Purpose.VOTE}), now)
            if sealed.hit_id is None:
                raise UnknownHit
            refuse_while_reconciling(work)
            hit = work.hits.lock(sealed.hit_id)
            hit.side_of(member)
            if hit.counterpart_of(member).member != envelope.audience:
                raise NotTheCounterpart
            if was_taken_before(work, envelope, now):
                return
            if not hit.is_live:
                raise NotNow("The hit was withdrawn or closed: no vote is taken any more.")
            current = round_for(hit, member, work.hits.deposits(hit.hit_id))
            work.hits.deposit(hit.hit_id, VoteDeposit(member, current, envelope.to_bytes()), now)
            work.audit(AuditAct.VOTE_DEPOSITED, member, hit.hit_id, {"round": current})
            self._hand_over(work, hit, now)
