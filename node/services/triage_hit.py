"""The side track between alert and vote: a focal point assigns an officer, who checks and recommends."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hit import Recommendation, acted
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.acknowledge_hit import seen
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.references import HitId

LONGEST_RECOMMENDATION = 2_000


class AssignHit:
    """Asks an officer to check the hit; it may be given to another one until the vote."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, login: str) -> None:
        """Assign the hit to the officer of this login."""
        if not login.strip():
            raise InvalidDraft("login", "Choose the officer who is to check the hit.")
        with self._unit_of_work.begin() as work:
            hit = acted(hit_to_act_on(work, actor, hit_id, HitAction.ASSIGN), HitAction.ASSIGN)
            work.hits.save(seen(work, replace(hit, assigned_to=login.strip(), recommendation=None), self._draws))
            work.audit.record(AuditAct.HIT_ASSIGNED, actor.login, hit_id, {"to": login.strip()})


class Recommend:
    """Takes what the assigned officer recommends; the vote stays the focal point's."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, verdict: Verdict, text: str) -> None:
        """Recommend a verdict, and say why; who was asked may correct it until the vote."""
        words = text.strip()
        if not 1 <= len(words) <= LONGEST_RECOMMENDATION:
            raise InvalidDraft("text", f"Say in 1 to {LONGEST_RECOMMENDATION} characters what you found.")
        with self._unit_of_work.begin() as work:
            hit = acted(hit_to_act_on(work, actor, hit_id, HitAction.RECOMMEND), HitAction.RECOMMEND)
            advice = Recommendation(verdict, words, actor.login, self._draws.now())
            work.hits.save(replace(hit, recommendation=advice))
            work.audit.record(AuditAct.VERDICT_RECOMMENDED, actor.login, hit_id, {})
