"""Puts a legal hold on a record, and lifts it: an authoriser's act, with a reason each time."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.retention import LegalHold
from symbolon.node.errors import NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.record_access import record_to_act_on, words
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import RecordReference


class SetLegalHold:
    """While it lies, the record neither expires nor is withdrawn, weeded or erased."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, reference: RecordReference, *, holds: bool, reason: str) -> None:
        """Set the hold, or lift it.

        Raises:
            NotFound: there is no such record that the actor may know of.
            NotAllowedNow: a hold lies on it already, or none does.
            InvalidDraft: the reason is missing, or too long.

        """
        said = words(reason, "reason", "Name the court's order, or the law, that the hold rests on, or that ended it.")
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.LEGAL_HOLD)
            if holds:
                hold = LegalHold(set_by=actor.login, set_at=now, reason=said)
                if not work.retention.set_hold(self._draws.uuid(), reference, hold):
                    raise NotAllowedNow("A legal hold lies on this record already: load the page again.")
            elif not work.retention.lift_hold(reference, actor.login, said, now):
                raise NotAllowedNow("No legal hold lies on this record: load the page again.")
            act = AuditAct.LEGAL_HOLD_SET if holds else AuditAct.LEGAL_HOLD_LIFTED
            work.audit.record(act, actor.login, record.reference, {})
