"""Both sealed votes of a round go to the other side in one transaction, or neither does (invariant 5)."""

from dataclasses import replace
from datetime import datetime

from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.votes import votes_to_hand_over
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.references import HUB


class HandOverVotes:
    """Called whenever a vote was deposited, or a hold or safety hold ended, with the hit locked."""

    def __init__(self, post: PostMessage) -> None:
        self._post = post

    def __call__(self, work: Work, hit: Hit, now: datetime) -> None:
        """Hand over what may be handed over now."""
        votes = votes_to_hand_over(hit, work.hits.deposits(hit.hit_id))
        if not votes:
            return
        for vote in votes:
            self._post.forward(work, Envelope.from_bytes(vote.envelope), now)
        work.hits.clear_deposits(hit.hit_id)
        work.hits.save(replace(hit, opened_round=hit.ledger.round))
        work.audit(AuditAct.VOTES_HANDED_OVER, HUB, hit.hit_id, {"round": hit.ledger.round})
