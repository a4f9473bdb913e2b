"""The hub asks whether somebody is at a desk; somebody of that desk answers by hand."""

from datetime import UTC

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.desks import Ping, may_answer
from symbolon.node.domain.notices import NoticeKind, about_desks
from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.errors import Forbidden, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.show_focal_points import require_desks
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.messages_focal_points import ProofOfLifeAnswer, ProofOfLifePing
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HUB, PingId, new_message_id


class ReceivePing:
    """Keeps the question for the desk's people, and tells them."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> None:
        """Take a verified question of the hub."""
        asked = envelope.read(ProofOfLifePing)
        ping = Ping(asked.ping_id, asked.desk_id, asked.asked_at, asked.answer_by, None, None)
        if not work.focal_points.add_ping(ping):
            return
        now = self._draws.now()
        people = sorted(work.focal_points.staff().get(asked.desk_id, frozenset()))
        if people:
            work.notices.add([about_desks(NoticeKind.DESK_ASKED, now, login=login) for login in people])
        else:
            work.notices.add([about_desks(NoticeKind.DESK_ASKED, now, right=Right.MANAGE_FOCAL_POINTS)])


class AnswerPing:
    """Says that somebody is there."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def open_to(self, actor: Actor) -> tuple[Ping, ...]:
        """The questions that wait, to desks at which the actor works.

        Raises:
            Forbidden: the actor's roles do not include the desks.

        """
        require_desks(actor)
        with self._unit_of_work.begin() as work:
            pings, staff = work.focal_points.pings(), work.focal_points.staff()
        return tuple(ping for ping in pings if ping.answered_at is None and may_answer(ping, staff, actor.login))

    def __call__(self, actor: Actor, ping_id: PingId) -> None:
        """Answer in the name of the desk.

        Raises:
            NotFound: nobody was asked that.
            Forbidden: the actor does not work at the desk.
            NotAllowedNow: it is answered.

        """
        require_desks(actor)
        now = self._draws.now().astimezone(UTC)
        with self._unit_of_work.begin() as work:
            ping = work.focal_points.ping(ping_id)
            if ping is None:
                raise NotFound("The hub asked no such question: load the list of your desks again.")
            if not may_answer(ping, work.focal_points.staff(), actor.login):
                raise Forbidden("Somebody who works at this desk answers: the focal point enters who does.")
            if ping.answered_at is not None:
                raise NotAllowedNow("Somebody of the desk has answered this already.")
            work.focal_points.note_answer(ping_id, actor.login, now)
            answered_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
            answer = ProofOfLifeAnswer(ping_id, ping.desk_id, answered_at)
            message_id = new_message_id(self._draws.uuid())
            body = canonical_bytes(to_wire(answer))
            work.outbox.add_message(OutgoingMessage(message_id, Purpose.PROOF_OF_LIFE_ANSWER, HUB, None, body), now)
            work.audit.record(AuditAct.DESK_ANSWERED, actor.login, ping_id, {"desk": ping.desk_id})
