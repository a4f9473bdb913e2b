"""Casts this side's vote: kept here and sealed for the counterpart in one transaction."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hit import acted
from symbolon.node.domain.hits import VoteView
from symbolon.node.errors import InvalidDraft, NoDirectory, NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.correspondence import Correspondence, counterpart_card
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import Vote
from symbolon.protocol.references import HitId, new_message_id

LONGEST_REASON = 1_000


class CastVote:
    """Votes once a round; the counterpart's vote stays unreadable until this one is committed (invariant 5)."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, actor: Actor, hit_id: HitId, verdict: Verdict, reason: str) -> None:
        """Vote SAME, DIFFERENT or UNSURE; the last two need a reason, which the other side reads."""
        text = reason.strip()
        if verdict is not Verdict.SAME and not text:
            raise InvalidDraft("reason", "Say in a few words why: the other side reads it once both have voted.")
        if len(text) > LONGEST_REASON:
            raise InvalidDraft("reason", f"Shorten the reason to {LONGEST_REASON} characters.")
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.VOTE)
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            # After a restore the vote of this round may be out already, and only its words be lost here.
            is_out = work.reconciliation.is_lost_vote(hit_id, hit.round)
            message_id = new_message_id(self._draws.uuid())
            if not work.hits.add_vote(
                hit_id, VoteView(hit.round, verdict, text, now, actor.login), None if is_out else message_id
            ):
                raise NotAllowedNow("This side has voted in this round: wait for the other side.")
            work.hits.save(replace(acted(hit, HitAction.VOTE), acknowledged_at=hit.acknowledged_at or now))
            vote = Vote(hit_id=hit_id, round=hit.round, verdict=verdict, reason=text, voted_at=now)
            card = counterpart_card(directory, hit.counterpart)
            if not is_out:
                work.outbox.add_message(self._correspondence.seal_message(vote, card, directory, message_id), now)
            work.audit.record(AuditAct.VOTE_CAST, actor.login, hit_id, {"round": hit.round})
