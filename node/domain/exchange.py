"""Requests and replies as the node keeps them, and the rules for filling them in."""

from dataclasses import dataclass

from symbolon.node.domain.hits import Direction, ReplyDraft, ReplyView, RequestDraft, RequestView
from symbolon.node.errors import InvalidDraft
from symbolon.protocol.handling import Channel, IntendedUse
from symbolon.protocol.messages import Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, RequestId


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request that was sent or received, with its reply once there is one."""

    direction: Direction
    request: Request
    reply: Reply | None
    """None, too, while this side's reply is one that the hub refused."""
    not_delivered: Problem | None = None
    reply_not_delivered: Problem | None = None

    @property
    def hit_id(self) -> HitId:
        """The hit that the request is about."""
        return self.request.hit_id

    @property
    def request_id(self) -> RequestId:
        """The request's id."""
        return self.request.request_id

    def view(self) -> RequestView:
        """What the hit's page shows."""
        request = self.request
        return RequestView(
            request_id=request.request_id,
            direction=self.direction,
            purpose=request.purpose,
            relevance=request.relevance,
            facts=request.facts,
            questions=request.questions,
            why_this_state=request.why_this_state,
            urgency=request.urgency,
            urgency_reason=request.urgency_reason,
            need_by=request.need_by,
            channel=request.channel,
            intended_use=request.intended_use,
            legal_basis=request.legal_basis,
            handling_code=request.handling_code,
            requested_at=request.requested_at,
            reply=None if self.reply is None else _reply_view(self.reply),
            not_delivered=self.not_delivered,
            reply_not_delivered=self.reply_not_delivered,
        )


def _reply_view(reply: Reply) -> ReplyView:
    return ReplyView(
        answers=reply.answers,
        source_reliability=reply.source_reliability,
        information_accuracy=reply.information_accuracy,
        caveats=reply.caveats,
        handling_code=reply.handling_code,
        delete_by=reply.delete_by,
        replied_at=reply.replied_at,
    )


def check_request(draft: RequestDraft) -> None:
    """Refuse a request that is not ready to go out.

    Raises:
        InvalidDraft: names the field and what to do.

    """
    for name, text in (("purpose", draft.purpose), ("relevance", draft.relevance), ("facts", draft.facts)):
        if not text.strip():
            raise InvalidDraft(name, f"Fill in the {name}: the other state decides by it.")
    if not draft.questions or not all(question.strip() for question in draft.questions):
        raise InvalidDraft("questions", "Ask at least one question, and leave none empty.")
    if draft.intended_use is IntendedUse.EVIDENCE and draft.channel is Channel.INFORMAL:
        raise InvalidDraft(
            "channel",
            "Evidence needs the formal channel: choose it, or ask for intelligence. Consider legal assistance.",
        )


def check_reply(draft: ReplyDraft, request: Request) -> None:
    """Refuse a reply that does not fit its request.

    Raises:
        InvalidDraft: names the field and what to do.

    """
    if len(draft.answers) != len(request.questions):
        raise InvalidDraft("answers", f"Give {len(request.questions)} answers, one to each question in its order.")
    if not all(answer.strip() for answer in draft.answers):
        raise InvalidDraft("answers", "Leave no answer empty: write “not known” where it is not known.")
