"""Takes deliveries from the hub: each once, each to an end, none lost.

A delivery is acknowledged only after its transaction committed. What comes twice is known by its id. What can never be
taken is kept with its problem, and what came before what it needs is kept until then: neither comes again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from symbolon.node.errors import HubShutsOut, NodeError, NoDirectory, NotJoined, WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.hub_line import HubLine
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import (
    SEALED_PURPOSES,
    Delivery,
    DeliveryAcknowledgement,
    FederationDirectory,
    Purpose,
    Sealed,
)
from symbolon.protocol.problems import MalformedMessage, NotYetValid, Problem, ProtocolError
from symbolon.protocol.references import HUB, DeliveryId, HitId, key_id_of, new_message_id
from symbolon.protocol.replay import Arrival, admit_at_node, member_lane
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.logs import get_logger, log_unexpected

WAITING_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Reception:
    """What came of one look at the hub's queue."""

    settled: int
    not_now: int
    """Deliveries that were issued in the future of this node's clock, and stay at the hub."""


class TakeMessage(Protocol):
    """Takes one verified envelope within a transaction.

    Returns the hit that it was about, if any. Raises `WaitsForMore` when it came too early, another `NodeError` or a
    `ProtocolError` when it can never be taken.
    """

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory, /) -> HitId | None:
        """Take the message."""
        ...


class ReceiveDeliveries:
    """Fetches, verifies, dispatches and acknowledges."""

    def __init__(
        self,
        line: HubLine,
        takers: Mapping[Purpose, TakeMessage],
        refresh_directory: Callable[[], bool],
    ) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence
        self._takers = takers
        self._refresh_directory = refresh_directory
        self._retried_to = 0

    def __call__(self, wait_s: int, limit: int = 100) -> Reception:
        """Wait for deliveries, take them in order, and acknowledge those that are settled here.

        Raises:
            NotJoined: the node has no federation yet.
            HubUnavailable: try again later; nothing is lost.

        """
        directory = self._directory()
        deliveries = self._fetch(wait_s, limit)
        if any(_calls_for_refresh(delivery, directory) for delivery in deliveries):
            # A member, or a key of one, that is newer than the directory here is heard, not refused; read anew in any
            # case, since another thread may have saved the newer directory meanwhile.
            self._refresh()
            directory = self._directory()
        settled: list[DeliveryId] = []
        try:
            for delivery in deliveries:
                if self._settle(delivery, directory):
                    settled.append(delivery.delivery_id)  # noqa: PERF401 - what was settled counts when a later one raises
        finally:
            # What is settled is settled, also when a later one meets a database that went away.
            if settled:
                self._acknowledge(tuple(settled), directory)
        not_now = len(deliveries) - len(settled)
        if not_now:
            with self._unit_of_work.begin() as work:
                work.inbox.note_slow_clock(self._draws.now())
        return Reception(len(settled), not_now)

    def retry_waiting(self, hit_id: HitId | None = None) -> int:
        """Try the kept deliveries of a hit (or of all) again; returns how many were settled."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            after = self._retried_to if hit_id is None else 0
            waiting = () if directory is None else work.inbox.lock_waiting(hit_id, after, WAITING_AT_ONCE)
        if directory is None:
            return 0
        if hit_id is None:
            # In turns: what waits for long does not keep what came after it.
            self._retried_to = waiting[-1].place if len(waiting) == WAITING_AT_ONCE else 0
        return sum(self._retry(each.delivery_id, each.envelope, directory) for each in waiting)

    def _fetch(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:
        """Look at the queue; whether the hub shuts this node out is seen here first, and shown in the node's status."""
        try:
            deliveries = self._hub.fetch_deliveries(wait_s, limit)
        except HubShutsOut as shut_out:
            with self._unit_of_work.begin() as work:
                work.directory.note_shut_out(shut_out.problem, self._draws.now())
            raise
        with self._unit_of_work.begin() as work:
            if work.directory.shut_out() is not None:
                work.directory.end_shut_out()
        return deliveries

    def _refresh(self) -> None:
        try:
            self._refresh_directory()
        except ProtocolError as refused:
            # It was audited, and is looked at again: what members sent is taken by the directory that is here.
            get_logger().warning("waiting", loop="refresh directory", reason=refused.problem.value)

    def _directory(self) -> FederationDirectory:
        with self._unit_of_work.begin() as work:
            directory, membership = work.directory.find(), work.directory.membership()
        if directory is None:
            raise NotJoined if membership is None else NoDirectory
        return directory

    def _settle(self, delivery: Delivery, directory: FederationDirectory) -> bool:
        """Take one delivery to its end; False where it is for a later time."""
        now = self._draws.now()
        try:
            envelope = Envelope.from_json(delivery.envelope)
        except MalformedMessage:
            self._refuse(delivery, Problem.MALFORMED_MESSAGE)
            return True
        try:
            with self._unit_of_work.begin() as work:
                if not work.inbox.note_done(delivery.delivery_id, None, now):
                    return True
                self._verify(envelope, directory)
                self._admit(work, envelope, delivery.delivery_id)
                hit_id = self._take(work, envelope, directory)
        except NotYetValid:
            # Issued in the future: not the delivery is wrong, but this clock. It stays at the hub until that is right.
            return False
        except WaitsForMore as early:
            with self._unit_of_work.begin() as work:
                # It was in order when it came: what comes after it, while it waits, does not make it late.
                work.inbox.note_waiting(delivery.delivery_id, early.hit_id, envelope.to_bytes(), now)
                self._admit(work, envelope, delivery.delivery_id)
        except (NodeError, ProtocolError) as error:
            self._refuse(delivery, error.problem)
        except RuntimeFault:
            # The database went away: the delivery comes again.
            raise
        except Exception as error:  # noqa: BLE001 - the edge of one delivery
            # A fault of ours must not stop the queue: the delivery is kept, and the fault is logged without its words.
            log_unexpected(error, while_doing="taking a delivery")
            self._refuse(delivery, Problem.INTERNAL)
        else:
            if hit_id is not None:
                self.retry_waiting(hit_id)
        return True

    def _retry(self, delivery_id: DeliveryId, raw: bytes, directory: FederationDirectory) -> bool:
        problem: Problem | None = None
        try:
            with self._unit_of_work.begin() as work:
                envelope = Envelope.from_bytes(raw)
                self._verify(envelope, directory)
                self._admit(work, envelope, delivery_id)
                self._take(work, envelope, directory)
                work.inbox.settle(delivery_id, None)
        except (WaitsForMore, NotYetValid):
            return False
        except (NodeError, ProtocolError) as error:
            problem = error.problem
        except RuntimeFault:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of one delivery
            log_unexpected(error, while_doing="taking a kept delivery")
            problem = Problem.INTERNAL
        if problem is not None:
            with self._unit_of_work.begin() as work:
                work.inbox.settle(delivery_id, problem)
                self._leave_refusal(work, delivery_id, problem)
        return True

    def _verify(self, envelope: Envelope, directory: FederationDirectory) -> None:
        if envelope.purpose not in self._takers:
            raise MalformedMessage("This purpose is not delivered to nodes.")
        if envelope.purpose in SEALED_PURPOSES:
            self._correspondence.verify_from_member(envelope, directory, self._draws.now())
        else:
            self._correspondence.verify_from_hub(envelope, envelope.purpose, directory, self._draws.now())

    def _admit(self, work: Work, envelope: Envelope, delivery_id: DeliveryId) -> None:
        """Refuse a member's message that came before, or was issued before one of the same hit that came before it.

        What was admitted once under its delivery is not judged again.
        """
        if envelope.purpose not in SEALED_PURPOSES:
            return
        lane = member_lane(envelope.sender, envelope.read(Sealed).hit_id)
        if envelope.purpose is Purpose.VOTE:
            # It lies at the hub until both have voted: what its sender said meanwhile comes before it, and is newer.
            lane = replace(lane, topic=f"{lane.topic} {Purpose.VOTE.value}")
        sight = work.lanes.sight(lane, envelope.message_id)
        if admit_at_node(envelope, delivery_id, sight) is Arrival.NEW:
            work.lanes.note(lane, envelope.message_id, delivery_id, envelope.issued_at)

    def _take(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        return self._takers[envelope.purpose](work, envelope, directory)

    def _refuse(self, delivery: Delivery, problem: Problem) -> None:
        raw = canonical_bytes(delivery.envelope)
        with self._unit_of_work.begin() as work:
            work.inbox.note_refused(delivery.delivery_id, problem, raw, self._draws.now())
            self._leave_refusal(work, delivery.delivery_id, problem)

    def _leave_refusal(self, work: Work, delivery_id: DeliveryId, problem: Problem) -> None:
        work.audit.record(AuditAct.MESSAGE_REFUSED, str(HUB), delivery_id, {"problem": problem.value})

    def _acknowledge(self, delivery_ids: tuple[DeliveryId, ...], directory: FederationDirectory) -> None:
        message = DeliveryAcknowledgement(delivery_ids)
        sent = stamp(self._draws, new_message_id(self._draws.uuid()))
        envelope = self._correspondence.sign_for(HUB, message, message.PURPOSE, directory, sent)
        self._hub.post("/v1/deliveries/acknowledgements", envelope)


def _calls_for_refresh(delivery: Delivery, directory: FederationDirectory) -> bool:
    """Whether the hub tells of a new version, or somebody speaks whom the directory here does not know."""
    if delivery.envelope.get("purpose") == Purpose.DIRECTORY_PROPOSAL:
        return True
    sender, key_id = delivery.envelope.get("sender"), delivery.envelope.get("key_id")
    if sender == HUB:
        return key_id != key_id_of(directory.hub_signing_key)
    member = next((each for each in directory.members if each.code == sender), None)
    if member is None:
        return True
    known = (member.card.signing_key, *(retired.signing_key for retired in member.retired_keys))
    return key_id not in {key_id_of(key) for key in known}
