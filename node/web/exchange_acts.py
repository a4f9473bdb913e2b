"""The acts about one exchange that go out as they are: each with its form, and the one service that it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from symbolon.node.domain.actors import Actor
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import act_forms, act_readings
from symbolon.node.web.form_spec import FormSpec, Reading
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.references import HitId, RequestId


@dataclass(frozen=True, slots=True)
class Where:
    """Who acts, on which exchange of which hit."""

    services: DeskServices
    actor: Actor
    hit_id: HitId
    exchange_id: RequestId


@dataclass(frozen=True, slots=True)
class ExchangeAct:
    """One act: ``step`` ends its address, ``button`` is what its page says last."""

    step: str
    action: HitAction
    spec: FormSpec
    button: str
    notice: str
    perform: Callable[[Where, Reading], None]


def _accept(at: Where, reading: Reading) -> None:
    at.services.decide_request(at.actor, at.hit_id, at.exchange_id, act_readings.read_acceptance(reading))


def _refuse(at: Where, reading: Reading) -> None:
    at.services.decide_request(at.actor, at.hit_id, at.exchange_id, act_readings.read_refusal(reading))


def _clarify(at: Where, reading: Reading) -> None:
    question, handling_code = act_readings.read_clarification(reading)
    at.services.ask_clarification(at.actor, at.hit_id, at.exchange_id, question, handling_code)


def _recall(at: Where, reading: Reading) -> None:
    at.services.recall_request(at.actor, at.hit_id, at.exchange_id, act_readings.read_recall(reading))


def _go_formal(at: Where, reading: Reading) -> None:
    channel, reference = act_readings.read_formal_route(reading)
    at.services.go_formal(at.actor, at.hit_id, at.exchange_id, channel, reference)


def _give_feedback(at: Where, reading: Reading) -> None:
    at.services.give_feedback(at.actor, at.hit_id, at.exchange_id, act_readings.read_feedback(reading))


def _close(at: Where, _reading: Reading) -> None:
    at.services.close_hit(at.actor, at.hit_id, at.exchange_id)


EXCHANGE_ACTS: Final = (
    ExchangeAct("accept", HitAction.ACCEPT, act_forms.ACCEPT, "Accept", "accepted", _accept),
    ExchangeAct("refuse", HitAction.REFUSE, act_forms.REFUSE, "Refuse", "refused", _refuse),
    ExchangeAct("clarify", HitAction.CLARIFY, act_forms.CLARIFY, "Seal and ask", "clarification-asked", _clarify),
    ExchangeAct("recall", HitAction.RECALL, act_forms.RECALL, "Take it back", "recalled", _recall),
    ExchangeAct(
        "formal-route", HitAction.FORMAL_ROUTE, act_forms.FORMAL_ROUTE, "Seal and tell them", "formal-route", _go_formal
    ),
    ExchangeAct(
        "feedback", HitAction.FEEDBACK, act_forms.FEEDBACK, "Seal and send the feedback", "feedback", _give_feedback
    ),
    ExchangeAct("close", HitAction.CLOSE, act_forms.CLOSE_EXCHANGE, "Close it", "closed", _close),
)
"""Each with a page of its own below the exchange's address."""
