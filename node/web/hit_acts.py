"""What each form on a hit's page does: from its fields to one call of a service, and where the browser goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hits import HitView
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import act_forms, act_readings
from symbolon.node.web.acting import GoOn
from symbolon.node.web.form_spec import FormMistakes, Reading
from symbolon.node.web.forms import read_hold_ruling, read_vote
from symbolon.protocol.handling import HoldRuling
from symbolon.protocol.references import HitId
from symbolon.runtime.form_fields import FormFields


@dataclass(frozen=True, slots=True)
class HitAct:
    """One form that came from a hit's page, and who sent it."""

    services: DeskServices
    actor: Actor
    view: HitView
    fields: FormFields
    assignable: frozenset[str]
    """Logins of those to whom this hit can be given to check."""

    @property
    def hit_id(self) -> HitId:
        """Which hit it is about."""
        return self.view.summary.hit_id

    def done(self, notice: str) -> GoOn:
        """Back to the hit's page."""
        return f"/hits/{self.hit_id}", notice


def _acknowledge(act: HitAct) -> GoOn:
    act.services.acknowledge_hit(act.actor, act.hit_id)
    return act.done("acknowledged")


def _assign(act: HitAct) -> GoOn:
    login = act.fields.text("assignee")
    if login not in act.assignable:
        raise FormMistakes({"assignee": "Choose one of these officers."})
    act.services.assign_hit(act.actor, act.hit_id, login)
    return act.done("assigned")


def _recommend(act: HitAct) -> GoOn:
    verdict, text = act_readings.read_recommendation(Reading(act.fields, act_forms.RECOMMEND))
    act.services.recommend(act.actor, act.hit_id, verdict, text)
    return act.done("recommended")


def _vote(act: HitAct) -> GoOn:
    verdict, reason = read_vote(act.fields)
    act.services.cast_vote(act.actor, act.hit_id, verdict, reason)
    return act.done("voted")


def _propose_fields(act: HitAct) -> GoOn:
    kinds, reason = act_readings.read_proposal(Reading(act.fields, act_forms.PROPOSE_FIELDS))
    act.services.propose_extra_fields(act.actor, act.hit_id, kinds, reason)
    return act.done("fields-proposed")


def _answer_fields(act: HitAct) -> GoOn:
    agreed = act.fields.text("agreed") == "yes"
    act.services.answer_extra_fields(act.actor, act.hit_id, agreed)
    return act.done("fields-agreed" if agreed else "fields-declined")


def _show_fields(act: HitAct) -> GoOn:
    act.services.show_extra_fields(act.actor, act.hit_id)
    return act.done("fields-shown")


def _release(act: HitAct) -> GoOn:
    ruling = read_hold_ruling(act.fields)
    act.services.release_hold(act.actor, act.hit_id, ruling)
    return act.done("released") if ruling is HoldRuling.RELEASE else ("/holds", "hold-closed")


def _hold_for_safety(act: HitAct) -> GoOn:
    holds = act.fields.text("holds") == "yes"
    why = act_readings.read_words(Reading(act.fields, act_forms.SAFETY_HOLD), "justification")
    act.services.hold_for_safety(act.actor, act.hit_id, holds, why)
    return act.done("safety-hold" if holds else "safety-hold-lifted")


def _close(act: HitAct) -> GoOn:
    act.services.close_hit(act.actor, act.hit_id, None)
    return act.done("closed")


def _reopen(act: HitAct) -> GoOn:
    why = act_readings.read_words(Reading(act.fields, act_forms.REOPEN), "reopening")
    act.services.reopen_hit(act.actor, act.hit_id, why)
    return act.done("reopened")


HIT_ACTS: Final[Mapping[str, Callable[[HitAct], GoOn]]] = {
    "acknowledge": _acknowledge,
    "assign": _assign,
    "recommend": _recommend,
    "vote": _vote,
    "extra-fields": _propose_fields,
    "extra-fields/answer": _answer_fields,
    "extra-fields/show": _show_fields,
    "release": _release,
    "safety-hold": _hold_for_safety,
    "close": _close,
    "reopen": _reopen,
}
"""By the last part of the form's address. Each raises :class:`FormMistakes`, and what its service raises."""
