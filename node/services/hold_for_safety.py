"""Freezes every disclosure and vote on a hit for somebody's safety, or lifts that: the protection officer's act."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.disclosure import actions_of
from symbolon.node.domain.hits import ActReason
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.correspondence import message_to_hub
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import SafetyHoldOrder
from symbolon.protocol.references import HitId, new_message_id

LONGEST_JUSTIFICATION = 500


class HoldForSafety:
    """Orders this side's safety hold; it counts here at once, and lies on both sides once the hub has it.

    Any hit of this node may be held, also one that the officer does not see: somebody who handles it names it to them.
    """

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, holds: bool, justification: str) -> None:
        """Begin the hold, or lift this side's own.

        Raises:
            InvalidDraft: no reason was given, or too many words.
            Forbidden: the actor is no protection officer.

        """
        words = justification.strip()
        if not 1 <= len(words) <= LONGEST_JUSTIFICATION:
            raise InvalidDraft(
                "justification", f"Say in 1 to {LONGEST_JUSTIFICATION} characters why, without a name: it is kept."
            )
        if not actor.permits(Right.HOLD_FOR_SAFETY):
            raise Forbidden("Only a protection officer holds a hit for somebody's safety, or lifts that.")
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            hit = work.hits.lock(hit_id)
            if hit is None:
                raise NotFound("There is no such hit at this node.")
            action = HitAction.SAFETY_HOLD if holds else HitAction.LIFT_SAFETY_HOLD
            if action not in actions_of(actor, hit):
                raise NotAllowedNow(
                    "Your safety hold lies on the hit already, or the hit is over."
                    if holds
                    else "No safety hold of this side lies on the hit: the other side lifts its own."
                )
            work.hits.save(replace(hit, holds_for_safety=holds))
            order = message_to_hub(SafetyHoldOrder(hit_id, holds, now), new_message_id(self._draws.uuid()))
            work.outbox.add_message(order, now)
            reason = ActReason(action, actor.login, words, now)
            work.act_reasons.add(self._draws.uuid(), hit_id, reason)
            work.audit.record(AuditAct.SAFETY_HOLD_ORDERED, actor.login, hit_id, {"holds": holds})
