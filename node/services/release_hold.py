"""Decides on a held hit: the protection officer releases it, or closes it."""

from collections.abc import Callable
from dataclasses import replace

from symbolon.node.domain.actors import Actor
from symbolon.node.errors import NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import message_to_hub
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import HoldRuling
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import HoldDecision
from symbolon.protocol.references import HitId, new_message_id


class ReleaseHold:
    """Sends the decision to the hub; the hit moves when the hub's notice comes back."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, tell_pair: Callable[[Work, HitId], None]) -> None:
        """`tell_pair`: tells the other side which of its records a hit is on, where the hub cannot."""
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._tell_pair = tell_pair

    def __call__(self, actor: Actor, hit_id: HitId, ruling: HoldRuling) -> None:
        """Release or close."""
        action = HitAction.RELEASE if ruling is HoldRuling.RELEASE else HitAction.CLOSE_HOLD
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, action)
            if ruling is HoldRuling.RELEASE and work.outbox.is_in_doubt(hit_id):
                raise NotAllowedNow(
                    "Something was approved before the record was protected, and may have reached the hub: the node is"
                    " asking it. Decide once its answer is here."
                )
            if ruling is HoldRuling.RELEASE:
                # Queued before the ruling: when the hub alerts the other side, it knows what that is about.
                self._tell_pair(work, hit_id)
            message_id = new_message_id(self._draws.uuid())
            # Until the hub's notice comes, nobody queues another decision behind this one.
            work.hits.save(replace(hit, hold_decision=ruling, hold_message_id=message_id))
            work.outbox.add_message(message_to_hub(HoldDecision(hit_id, ruling), message_id), self._draws.now())
            work.audit.record(AuditAct.HOLD_DECIDED, actor.login, hit_id, {"ruling": ruling.value})
