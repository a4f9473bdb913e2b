"""A state publishes its desks: whom to call there, signed by the state itself."""

from symbolon.hub.errors import UnknownMember
from symbolon.hub.ports import Store
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.focal_points import verify_focal_points
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import SignedFocalPoints
from symbolon.protocol.problems import WrongSender
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class PublishFocalPoints:
    """The use case of `POST /v1/focal-points`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Keep the directory in the place of the state's former one. The same again changes nothing.

        Raises `WrongSender`, `BadSignature`, `OlderVersion`, `MalformedMessage` for hours by which no clock can be
        counted, or what the envelope is refused with.
        """
        now = self._clock.now()
        with self._store.work() as work:
            offered = self._open(work, envelope, member, SignedFocalPoints, now)
            if offered.directory.member != member:
                raise WrongSender("A state publishes its own focal points, and nobody else's.")
            known = work.focal_points.hold(member)
            if known == offered:
                return
            sender = work.members.find(member)
            if sender is None:
                raise UnknownMember
            key = VerifyingKey.from_bytes(sender.card.signing_key)
            verify_focal_points(None if known is None else known.directory, offered, key)
            work.focal_points.keep(offered, now)
            counts = {"version": offered.directory.version, "desks": len(offered.directory.desks)}
            work.audit(AuditAct.FOCAL_POINTS_TAKEN, member, None, counts)
