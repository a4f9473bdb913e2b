"""Takes the hub's word about a hit: steps that no sealed message carried, holds for safety, and that a desk saw it."""

from dataclasses import replace

from symbolon.node.domain.hit import Hit
from symbolon.node.errors import WaitsForMore
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.follow_steps import FollowSteps
from symbolon.node.services.take_standing import with_standing
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.exchange_steps import step_from_hub
from symbolon.protocol.known_ledgers import ledger_from
from symbolon.protocol.messages import FederationDirectory, HitStanding, SafetyHoldNotice, SideNotice, StepTaken
from symbolon.protocol.references import HUB, HitId


class ReceiveStepTaken:
    """Follows a step that the hub took, or accepted from the other side."""

    def __init__(self, follow_steps: FollowSteps) -> None:
        self._follow_steps = follow_steps

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified word of the hub's."""
        taken = envelope.read(StepTaken)
        hit = _known(work, taken.hit_id)
        self._follow_steps(work, hit, step_from_hub(taken))
        detail = {"event": taken.event.value, "follows": taken.follows, "by": taken.by}
        work.audit.record(AuditAct.STEP_FOLLOWED, str(HUB), hit.hit_id, detail)
        return hit.hit_id


class ReceiveSideNotice:
    """Notes when the other side's desk saw the hit."""

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified word of the hub's."""
        notice = envelope.read(SideNotice)
        hit = _known(work, notice.hit_id)
        if hit.counterpart_acknowledged_at is None:
            work.hits.save(replace(hit, counterpart_acknowledged_at=notice.at))
            work.audit.record(AuditAct.COUNTERPART_ACKNOWLEDGED, str(HUB), hit.hit_id, {})
        return hit.hit_id


class ReceiveSafetyHold:
    """Notes that a hit is frozen, or that it is not any more; the hub says not by whom, and not why."""

    def __init__(self, draws: Draws, follow_steps: FollowSteps) -> None:
        self._draws = draws
        self._follow_steps = follow_steps

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified word of the hub's."""
        notice = envelope.read(SafetyHoldNotice)
        hit = _known(work, notice.hit_id)
        if hit.is_frozen == notice.holds:
            return hit.hit_id
        after = replace(hit, is_frozen=notice.holds)
        work.hits.save(after)
        work.escalations.note_freeze(hit.hit_id, notice.at, holds=notice.holds)
        work.audit.record(AuditAct.SAFETY_HOLD_NOTED, str(HUB), hit.hit_id, {"holds": notice.holds})
        if not after.is_on_hold:
            work.outbox.let_go_on(hit.hit_id, self._draws.now())
            self._follow_steps.say_outcome(work, after)
        return hit.hit_id


class ReceiveStanding:
    """Takes from a restored hub how far a hit went, where this side missed steps that the other one had followed.

    A hub that never came from a backup has no such word to say. What two votes must have come to is taken once both
    lie open here (:mod:`symbolon.node.services.take_standing`).
    """

    def __init__(self, follow_steps: FollowSteps) -> None:
        self._follow_steps = follow_steps

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified word of the hub's."""
        standing = envelope.read(HitStanding)
        hit = _known(work, standing.hit_id)
        if not work.reconciliation.is_hub_anew():
            raise WaitsForMore(hit.hit_id)
        told = ledger_from(standing.ledger, hit.hit_id, hit.ledger.parties)
        hit = replace(hit, is_frozen=standing.frozen)
        work.hits.save(hit)
        after = with_standing(work, hit, told)
        detail = {"state": after.ledger.joint_state.value, "version": after.ledger.version}
        work.audit.record(AuditAct.STEP_FOLLOWED, str(HUB), hit.hit_id, detail)
        self._follow_steps.settle(work, after)
        return hit.hit_id


def _known(work: Work, hit_id: HitId) -> Hit:
    hit = work.hits.lock(hit_id)
    if hit is None:
        raise WaitsForMore(hit_id)
    return hit
