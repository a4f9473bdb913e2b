"""Takes an alert: a hit on one of this node's records."""

from dataclasses import replace

from symbolon.node.domain.hit import Hit, ledger_of
from symbolon.node.domain.hits import AgreementLine
from symbolon.node.domain.pairs import Pair
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.tell_officers import tell_new_hit
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import Namespace, SubjectCategory
from symbolon.protocol.lifecycle import JointState, SideState
from symbolon.protocol.messages import Alert, FederationDirectory, Opening
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, HitId, MemberCode


class ReceiveAlert:
    """Stores the hit for whoever may see it: the focal point, or the protection officer alone (invariant 6)."""

    def __init__(self, draws: Draws, own: MemberCode) -> None:
        self._draws = draws
        self._own = own

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        """Take a verified alert."""
        alert = envelope.read(Alert)
        if alert.exercise != directory.exercise:
            raise UnreadableDelivery(Problem.WRONG_FEDERATION, "The alert mixes exercise and live data.")
        pair = work.pairs.of_alias(alert.own_reference)
        if pair is not None:
            alert = _by_own_names(alert, pair)
        record = work.records.find(alert.own_reference)
        if record is None and directory.comparison.opening is Opening.RECEIVERS:
            # The hub may be faster than the other side, which tells what stands for which record.
            raise WaitsForMore(alert.hit_id)
        if record is None:
            raise UnreadableDelivery(Problem.UNKNOWN_RECORD, "The alert is about a record that is not here.")
        # Only the owner of a protected record is told of a held hit.
        protected = record.content.namespace is Namespace.PROTECTED or alert.state is JointState.HELD
        hit = Hit(
            hit_id=alert.hit_id,
            own_reference=alert.own_reference,
            counterpart=alert.counterpart,
            counterpart_reference=alert.counterpart_reference,
            ledger=ledger_of(alert, self._own),
            side_state=SideState.WAITING,
            band=alert.band,
            agreement=tuple(AgreementLine(line.kind, line.agreement) for line in alert.agreement),
            counterpart_offence_group=alert.counterpart_offence_group,
            counterpart_record_kind=alert.counterpart_record_kind,
            urgency=alert.urgency,
            protected=protected,
            non_punishment=protected or alert.namespace is Namespace.PROTECTED,
            exercise=alert.exercise,
            schema_id=alert.schema_id,
            key_epoch=alert.key_epoch,
            detected_at=alert.detected_at,
            alerted_at=alert.alerted_at,
            state_version=1,
            minor=record.content.category is SubjectCategory.MINOR,
        )
        if not work.hits.add(hit):
            known = work.hits.find(hit.hit_id)
            if known is None or known.own_reference != hit.own_reference:
                raise UnreadableDelivery(Problem.NOT_A_PARTY, "The alert reuses the id of another hit.")
            return hit.hit_id
        if pair is not None:
            # A hit is here: it is declared no more, and what ends the record ends it. Unless the hub does not know that
            # the own record is a protected one: then it is told at once, and holds the hit.
            told_too_early = protected and alert.state is not JointState.HELD
            declare_at = self._draws.now() if told_too_early else None
            work.pairs.save(replace(pair, hit_id=alert.hit_id, declare_at=declare_at))
        detail = {"state": alert.state.value, "band": alert.band.value, "protected": protected}
        tell_new_hit(work, hit, self._draws.now())
        work.audit.record(AuditAct.ALERT_RECEIVED, str(HUB), alert.hit_id, detail)
        return alert.hit_id


def _by_own_names(alert: Alert, pair: Pair) -> Alert:
    """The alert on the records themselves, in the place of what stands for them at the hub."""
    own = replace(alert, own_reference=pair.own_reference)
    if pair.other_side is None:
        return own
    return replace(
        own,
        counterpart_reference=pair.other_side.reference,
        counterpart_offence_group=pair.other_side.offence_group,
        counterpart_record_kind=pair.other_side.record_kind,
    )
