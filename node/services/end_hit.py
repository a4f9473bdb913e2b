"""Closes a hit that nothing more is to be done about, and opens one again."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hits import ActReason
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.hit_access import exchange_to_act_in, hit_to_act_on
from symbolon.node.services.send_step import TakeOwnStep
from symbolon.protocol.lifecycle import Event, HitAction
from symbolon.protocol.references import HitId, RequestId

LONGEST_JUSTIFICATION = 500


class CloseHit:
    """Closes a hit, or an exchange that was refused and does not go on."""

    def __init__(self, unit_of_work: UnitOfWork, take_own_step: TakeOwnStep) -> None:
        self._unit_of_work = unit_of_work
        self._take_own_step = take_own_step

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId | None = None) -> None:
        """Close it; the other side is told."""
        with self._unit_of_work.begin() as work:
            if exchange_id is None:
                hit = hit_to_act_on(work, actor, hit_id, HitAction.CLOSE)
            else:
                hit, _ = exchange_to_act_in(work, actor, (hit_id, exchange_id), HitAction.CLOSE)
            self._take_own_step(work, hit, Event.CLOSED, actor.login, exchange_id)


class ReopenHit:
    """Opens a hit again, within ninety days: an authoriser's act, with its reason."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, take_own_step: TakeOwnStep) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._take_own_step = take_own_step

    def __call__(self, actor: Actor, hit_id: HitId, justification: str) -> None:
        """Reopen it: never confirmed, the votes are asked again; else it is confirmed again.

        Raises:
            InvalidDraft: no reason was given, or too many words.

        """
        words = justification.strip()
        if not 1 <= len(words) <= LONGEST_JUSTIFICATION:
            raise InvalidDraft(
                "justification", f"Say in 1 to {LONGEST_JUSTIFICATION} characters why, without a name: it is kept."
            )
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.REOPEN)
            self._take_own_step(work, hit, Event.REOPENED, actor.login)
            reason = ActReason(HitAction.REOPEN, actor.login, words, self._draws.now())
            work.act_reasons.add(self._draws.uuid(), hit_id, reason)
