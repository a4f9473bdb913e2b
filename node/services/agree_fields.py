"""The round for more between the two votes: a side proposes kinds of identifier, the other answers, both show them."""

from collections.abc import Collection

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.extra_fields import agreed_and_not_shown, open_proposal
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.errors import InvalidDraft, NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.hit_access import hit_to_act_on, proposals_of
from symbolon.node.services.protection_marks import marks_of
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.handling import HandlingCode, IdentifierKind
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import ExtraFieldAnswer, ExtraFieldProposal, ExtraFieldValue, ShownField
from symbolon.protocol.references import HitId, new_proposal_id

MOST_KINDS = 3
MOST_SHOWN = 20
LONGEST_REASON = 1_000
LONGEST_SHOWN = 1_000


class ProposeExtraFields:
    """Proposes that both sides show each other some kinds of identifier, before they vote once more."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, actor: Actor, hit_id: HitId, kinds: Collection[IdentifierKind], reason: str) -> None:
        """Propose these kinds; nothing is shown before the other side agrees.

        Raises:
            InvalidDraft: no kind or too many, or no reason.

        """
        chosen = tuple(kind for kind in IdentifierKind if kind in kinds)
        if not 1 <= len(chosen) <= MOST_KINDS:
            raise InvalidDraft("kinds", f"Choose one to {MOST_KINDS} kinds: the fewest that can decide.")
        if not 1 <= len(reason.strip()) <= LONGEST_REASON:
            raise InvalidDraft("reason", "Say in a few words what it would decide: the other side reads it.")
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.PROPOSE_FIELD)
            proposal = ExtraFieldProposal(
                proposal_id=new_proposal_id(self._draws.uuid()),
                hit_id=hit_id,
                kinds=chosen,
                reason=reason.strip(),
                proposed_at=whole_milliseconds(self._draws.now()),
            )
            self._send_sealed(work, hit, proposal, actor.login)


class AnswerExtraFields:
    """Agrees to the other side's proposal, or does not."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, actor: Actor, hit_id: HitId, agreed: bool) -> None:
        """Answer the newest proposal that waits for it."""
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.ANSWER_FIELD)
            asked = open_proposal(proposals_of(work, hit), Direction.RECEIVED)
            if asked is None:
                raise NotAllowedNow("No proposal of the other side waits for an answer: load the page again.")
            now = whole_milliseconds(self._draws.now())
            answer = ExtraFieldAnswer(
                proposal_id=asked.proposal.proposal_id, hit_id=hit_id, agreed=agreed, answered_at=now
            )
            self._send_sealed(work, hit, answer, actor.login)


class ShowExtraFields:
    """Shows of the own record exactly the kinds that both agreed on, and nothing else."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, actor: Actor, hit_id: HitId) -> None:
        """Send them, for the other side's eyes in this round; a kind that the own record lacks is left out."""
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.SHOW_FIELD)
            agreed = agreed_and_not_shown(proposals_of(work, hit))
            record = work.records.find(hit.own_reference)
            if agreed is None or record is None:
                raise NotAllowedNow("Nothing that both agreed on is still to be shown: load the page again.")
            lines = identifier_lines(record.content.identifiers)
            shown = [ShownField(line.kind, line.text) for line in lines if line.kind in agreed.proposal.kinds]
            if any(len(each.text) > LONGEST_SHOWN for each in shown):
                raise InvalidDraft("shown", "One of the values is too long to be shown: correct the record first.")
            value = ExtraFieldValue(
                proposal_id=agreed.proposal.proposal_id,
                hit_id=hit_id,
                shown=tuple(shown[:MOST_SHOWN]),
                # Not to be passed on: it is shown for this vote alone.
                handling_code=HandlingCode.H2,
                marks=marks_of(work, hit),
                shown_at=whole_milliseconds(self._draws.now()),
            )
            self._send_sealed(work, hit, value, actor.login)
