"""A member has stored what was delivered."""

from symbolon.hub.ports import Store
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import DeliveryAcknowledgement
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class AcknowledgeDeliveries:
    """The use case of `POST /v1/deliveries/acknowledgements`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Let go of the envelopes. What is unknown, another's, or acknowledged already changes nothing."""
        now = self._clock.now()
        with self._store.work() as work:
            message = self._open(work, envelope, member, DeliveryAcknowledgement, now)
            acknowledged = work.mail.acknowledge(member, message.delivery_ids, now)
            if acknowledged:
                work.audit(AuditAct.DELIVERIES_ACKNOWLEDGED, member, envelope.message_id, {"deliveries": acknowledged})
