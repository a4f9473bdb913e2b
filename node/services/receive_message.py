"""Takes what the other side of a hit says, whatever it is: opens it, checks it, follows its step, keeps it.

What follows from a message of one kind (a purge, a file's chunks, a token) is hung into a table by its purpose.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.extra_fields import check_shown
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import MESSAGE_TYPES, StoredMessage, exchange_of
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, card_that_signed
from symbolon.node.services.follow_steps import FollowSteps
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.exchange_steps import ExchangeStep, check_notice, step_from_notice
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.lifecycle import VOTING, JointState
from symbolon.protocol.messages import AFTER_THE_END, BEFORE_THE_VOTES, FederationDirectory, Purpose, Sealed
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId

AfterReceipt = Callable[[Work, Hit, StoredMessage], None]
"""What follows from a message that was received, within its transaction; the hit is the one after its step."""

_ACTS: Final = {Purpose.REQUEST: AuditAct.REQUEST_RECEIVED, Purpose.REPLY: AuditAct.REPLY_RECEIVED}


class ReceiveExchangeMessage:
    """Takes every sealed message about a hit but the votes."""

    def __init__(
        self,
        correspondence: Correspondence,
        follow_steps: FollowSteps,
        after: Mapping[Purpose, Sequence[AfterReceipt]],
    ) -> None:
        self._correspondence = correspondence
        self._follow_steps = follow_steps
        self._after = after

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        """Take a verified message."""
        sealed = envelope.read(Sealed)
        signer = card_that_signed(work, envelope, directory)
        message = self._correspondence.open_sealed(MESSAGE_TYPES[envelope.purpose], envelope, signer)
        hit = _hit_of_counterpart(work, sealed.hit_id, envelope)
        if work.messages.find(envelope.message_id) is not None:
            return hit.hit_id
        _wait_for_its_time(hit, envelope.purpose)
        stored = StoredMessage(
            envelope.message_id,
            hit.hit_id,
            exchange_of(message),
            Direction.RECEIVED,
            message,
            envelope.issued_at,
            None,
        )
        detail: dict[str, str | int] = {"hit": hit.hit_id, "purpose": envelope.purpose.value}
        if isinstance(message, ExchangeStep):
            check_notice(message, sealed.notice)
            assert sealed.notice is not None  # noqa: S101 - what was just checked
            step = step_from_notice(sealed.notice, envelope.sender)
            hit = self._follow_steps(work, hit, step)
            detail |= {"event": step.event.value, "follows": step.follows}
        check_shown(stored, work.messages.of_hit(hit.hit_id))
        if not hit.is_withdrawn or envelope.purpose in AFTER_THE_END:
            # Of a hit that was withdrawn nothing is kept that would only have to be purged.
            work.messages.add(stored)
        hit = _marked(work, hit, stored)
        act = _ACTS.get(envelope.purpose, AuditAct.MESSAGE_RECEIVED)
        work.audit.record(act, envelope.sender, stored.exchange_id or hit.hit_id, detail)
        for follow_up in self._after.get(envelope.purpose, ()):
            follow_up(work, hit, stored)
        return hit.hit_id


def _wait_for_its_time(hit: Hit, purpose: Purpose) -> None:
    """Keep a message that came before the step which lets it be said: nothing is read before both said SAME."""
    ledger = hit.ledger
    state = ledger.held_from if ledger.state is JointState.HELD else ledger.state
    if purpose in BEFORE_THE_VOTES:
        if state is JointState.ALERTED:
            raise WaitsForMore(hit.hit_id)
        return
    if purpose not in AFTER_THE_END and state in VOTING | {JointState.DETECTED}:
        raise WaitsForMore(hit.hit_id)


def _marked(work: Work, hit: Hit, stored: StoredMessage) -> Hit:
    """Take over the marks that the other side gave: once said by either side, a mark is never left out again."""
    marks = getattr(stored.message, "marks", None)
    if not isinstance(marks, ProtectionMarks):
        return hit
    after = replace(
        hit,
        non_punishment=hit.non_punishment or marks.non_punishment,
        minor=hit.minor or marks.minor,
    )
    if after != hit:
        work.hits.save(after)
    return after


def _hit_of_counterpart(work: Work, hit_id: HitId | None, envelope: Envelope) -> Hit:
    if hit_id is None:
        raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "A message about a hit names it.")
    hit = work.hits.lock(hit_id)
    if hit is None:
        raise WaitsForMore(hit_id)
    if hit.counterpart != envelope.sender:
        raise UnreadableDelivery(Problem.NOT_A_PARTY, "The message comes from a state that is no party of the hit.")
    return hit
