"""The steps of an exchange that one officer takes: codes, dates and references, and no words about a case.

A question to the requesting state is the one text among them: it says what its own officer does not understand.
"""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.form_rules import check_decision, check_limits
from symbolon.node.domain.forms import DecisionForm, FeedbackForm
from symbolon.node.domain.hit import Hit
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.hit_access import exchange_to_act_in
from symbolon.node.services.protection_marks import marks_of
from symbolon.node.services.send_step import SendStep
from symbolon.protocol.codec import to_wire, whole_milliseconds
from symbolon.protocol.exchange_steps import ExchangeStep
from symbolon.protocol.exchange_terms import FormalChannel, RecallReason, RequestRuling
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import Clarification, Feedback, FormalRoute, Recall, RequestDecision
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HitId, RequestId


class DecideRequest:
    """Accepts a request, or refuses it on a ground; a refusal is the authoriser's."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_step: SendStep) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_step = send_step

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId, form: DecisionForm) -> None:
        """Send the ruling.

        Raises:
            InvalidDraft: a field needs a change. So do the other classes here.
            NodeError: the exchange is not where this is decided, or the actor may not.

        """
        now = whole_milliseconds(self._draws.now())
        check_decision(form, now.date())
        action = HitAction.ACCEPT if form.ruling is RequestRuling.ACCEPT else HitAction.REFUSE
        with self._unit_of_work.begin() as work:
            hit, _ = exchange_to_act_in(work, actor, (hit_id, exchange_id), action)
            decision = RequestDecision(
                request_id=exchange_id,
                hit_id=hit_id,
                ruling=form.ruling,
                ground=form.ground,
                expected_on=form.expected_on,
                judicial_authorisation=form.judicial_authorisation,
                marks=marks_of(work, hit),
                decided_at=now,
            )
            _send(self._send_step, work, hit, decision, actor)


class AskClarification:
    """Asks what a request means; the response clock waits meanwhile, once."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_step: SendStep) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_step = send_step

    def __call__(
        self, actor: Actor, hit_id: HitId, exchange_id: RequestId, question: str, handling_code: HandlingCode
    ) -> None:
        """Send the question."""
        if not question.strip():
            raise InvalidDraft("question", "Write what you do not understand.")
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            hit, _ = exchange_to_act_in(work, actor, (hit_id, exchange_id), HitAction.CLARIFY)
            asked = Clarification(exchange_id, hit_id, question, handling_code, marks_of(work, hit), now)
            _send(self._send_step, work, hit, asked, actor)


class RecallRequest:
    """Takes an own request back before it is answered in full; the other side purges what it received."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_step: SendStep) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_step = send_step

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId, reason: RecallReason) -> None:
        """Send the recall."""
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            hit, _ = exchange_to_act_in(work, actor, (hit_id, exchange_id), HitAction.RECALL)
            recall = Recall(exchange_id, hit_id, reason, marks_of(work, hit), now)
            _send(self._send_step, work, hit, recall, actor)


class GoFormal:
    """Says on which formal channel a refused request goes on, and under which reference."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_step: SendStep) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_step = send_step

    def __call__(
        self, actor: Actor, hit_id: HitId, exchange_id: RequestId, channel: FormalChannel, reference: str
    ) -> None:
        """Send the reference."""
        if not reference.strip():
            raise InvalidDraft("reference", "Name the reference under which the formal request runs.")
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            hit, _ = exchange_to_act_in(work, actor, (hit_id, exchange_id), HitAction.FORMAL_ROUTE)
            route = FormalRoute(exchange_id, hit_id, channel, reference, marks_of(work, hit), now)
            _send(self._send_step, work, hit, route, actor)


class GiveFeedback:
    """Says how useful the information was, and what became of the case: the exchange ends with it."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_step: SendStep) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_step = send_step

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId, form: FeedbackForm) -> None:
        """Send the feedback."""
        check_limits(form)
        now = whole_milliseconds(self._draws.now())
        outcomes = tuple(dict.fromkeys(form.outcomes))
        with self._unit_of_work.begin() as work:
            hit, _ = exchange_to_act_in(work, actor, (hit_id, exchange_id), HitAction.FEEDBACK)
            feedback = Feedback(exchange_id, hit_id, form.usefulness, outcomes, marks_of(work, hit), now)
            _send(self._send_step, work, hit, feedback, actor)


def _send(send_step: SendStep, work: Work, hit: Hit, message: ExchangeStep, actor: Actor) -> None:
    try:
        to_wire(message)
    except MalformedMessage as malformed:
        path, _, reason = str(malformed).partition(": ")
        raise InvalidDraft(path, f"Change this: it {reason}") from None
    send_step(work, hit, message, actor.login)
