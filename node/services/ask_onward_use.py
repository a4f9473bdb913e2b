"""Asks the originator of received information to permit a further use of it."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.form_rules import check_onward
from symbolon.node.domain.forms import OnwardForm
from symbolon.node.domain.restricted import restrictions_on, why_not_shown
from symbolon.node.errors import InvalidDraft, NodeError, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.draft_access import hit_to_draft_on
from symbolon.node.services.hit_officers import officers_of
from symbolon.node.services.protection_marks import marks_of
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.messages import OnwardUseRequest
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, OnwardUseId, RequestId, new_onward_use_id


class AskOnwardUse:
    """Names the content by its digest, so that the answer is worth nothing for another."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId, form: OnwardForm) -> OnwardUseId:
        """Ask; returns the id under which the answer comes.

        Raises:
            InvalidDraft: a field needs a change.
            NotFound: there is no such hit or message, or the actor may not know of it.
            Forbidden: the actor may not draft.
            NodeError: the message is not this actor's to see.

        """
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            hit = hit_to_draft_on(work, actor, hit_id)
            check_onward(form, hit.own)
            messages = work.messages.of_hit(hit_id)
            stored = next((each for each in messages if each.message_id == form.message_id), None)
            if stored is None or stored.direction is not Direction.RECEIVED or stored.exchange_id != exchange_id:
                raise NotFound("There is no such message of the other side in this exchange.")
            given = restrictions_on(stored.message, hit.counterpart)
            if given is None:
                raise InvalidDraft("message_id", "Choose a message that says something of the case.")
            refusal = why_not_shown(stored, hit, actor, officers_of(work, hit), now.date())
            if refusal is not None:
                raise NodeError(Problem.NOT_DISCLOSED, refusal)
            asked = OnwardUseRequest(
                onward_use_id=new_onward_use_id(self._draws.uuid()),
                hit_id=hit_id,
                exchange_id=exchange_id,
                recipients=tuple(dict.fromkeys(form.recipients)),
                use=form.use,
                as_evidence=form.as_evidence,
                content_digest=given.content_digest,
                marks=marks_of(work, hit),
                asked_at=now,
            )
            self._send_sealed(work, hit, asked, actor.login)
        return asked.onward_use_id
