"""Files through the hub, over HTTP and a real PostgreSQL: sealed, resumable, and gone when they are over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.hub.exchanging import a_hit, confirmed, requested, send
from tests.simulators.desks import SetClock
from tests.simulators.hub_members import SimulatedMember
from tests.simulators.members_over_http import MembersOverHttp, problem_of

from symbolon.hub.services.drop_attachments import DropAttachments
from symbolon.hub.services.offer_attachment import OfferAttachment
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.web.api_app import create_api
from symbolon.protocol.attachments import ChunkPlan, chunk_digest, open_chunk, seal_chunk
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import AttachmentOffer, AttachmentProgress, AttachmentReceived, Purpose
from symbolon.protocol.messages_case import CHUNK_BYTES
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, HitId, RequestId, new_attachment_id, new_request_id
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.sql_loader import Query

SIZE = CHUNK_BYTES + 1000
KEY = bytes(range(32))
_CHUNKS = Query("count_chunks", "for a test", "SELECT count(*) FROM attachment_chunk")


@dataclass(frozen=True, slots=True)
class File:
    """A sealed file of two chunks."""

    offer: AttachmentOffer
    chunks: tuple[bytes, ...]
    content: bytes


def a_file(hit_id: HitId, exchange_id: RequestId | None = None) -> File:
    content = b"x" * CHUNK_BYTES + b"y" * 1000
    plan = ChunkPlan(new_attachment_id(uuid4()), SIZE)
    parts = (content[:CHUNK_BYTES], content[CHUNK_BYTES:])
    chunks = tuple(seal_chunk(plan, number, part, KEY) for number, part in enumerate(parts))
    digests = tuple(chunk_digest(chunk) for chunk in chunks)
    return File(AttachmentOffer(plan.attachment_id, hit_id, exchange_id, SIZE, digests), chunks, content)


@dataclass(slots=True)
class Table:
    """Three members that connect to the hub by HTTP."""

    bench: Any
    members: MembersOverHttp

    def offer(self, member: SimulatedMember, offer: AttachmentOffer) -> Any:
        return self.members.post(member.code, "/v1/attachments", member.envelope(offer, Purpose.ATTACHMENT_OFFER))

    def put(self, member: SimulatedMember, file: File, number: int, content: bytes | None = None) -> Any:
        path = f"/v1/attachments/{file.offer.attachment_id}/chunks/{number}"
        body = file.chunks[number] if content is None else content
        return self.members.ask(member.code, "PUT", path, content=body)

    def get(self, member: SimulatedMember, file: File, number: int) -> Any:
        return self.members.ask(member.code, "GET", f"/v1/attachments/{file.offer.attachment_id}/chunks/{number}")

    def progress(self, member: SimulatedMember, attachment_id: AttachmentId) -> Any:
        return self.members.ask(member.code, "GET", f"/v1/attachments/{attachment_id}/progress")

    def received(self, member: SimulatedMember, file: File) -> Any:
        message = AttachmentReceived(file.offer.attachment_id)
        path = f"/v1/attachments/{file.offer.attachment_id}/received"
        return self.members.post(member.code, path, member.envelope(message, Purpose.ATTACHMENT_RECEIVED))

    def upload(self, member: SimulatedMember, file: File) -> None:
        assert self.offer(member, file.offer).is_success
        for number in range(len(file.chunks)):
            assert self.put(member, file, number).status_code == 204

    def chunks(self) -> int:
        """How many chunks lie at the hub."""
        with self.bench.hub.database.transaction() as tx:
            return int(tx.fetch_value(_CHUNKS))


def missing(answer: Any) -> tuple[int, ...]:
    return Envelope.from_bytes(answer.content).read(AttachmentProgress).missing


@pytest.fixture
def table(bench: Any) -> Iterator[Table]:
    app = create_api(bench.api, PostgresDeliveryBell(bench.hub.settings.database))
    certificates = {bench.members[code].code: each.certificate_pem for code, each in bench.welcomes.items()}
    with MembersOverHttp(app, certificates) as members:
        yield Table(bench, members)


def test_a_file_goes_to_the_other_party_chunk_by_chunk_and_the_hub_keeps_none_once_it_has_it(
    table: Table, bench: Any, person: Any
) -> None:
    file = a_file(confirmed(bench, person))
    assert missing(table.offer(bench.amara, file.offer)) == (0, 1)
    assert table.put(bench.amara, file, 1).status_code == 204
    # The connection broke here: the same offer says where it goes on.
    assert missing(table.offer(bench.amara, file.offer)) == (0,)
    assert problem_of(table.get(bench.belanu, file, 0)) is Problem.UNKNOWN_ATTACHMENT
    assert table.put(bench.amara, file, 0).status_code == table.put(bench.amara, file, 0).status_code == 204
    assert missing(table.progress(bench.belanu, file.offer.attachment_id)) == ()
    plan = ChunkPlan(file.offer.attachment_id, SIZE)
    taken = [table.get(bench.belanu, file, number) for number in (0, 1)]
    assert {answer.headers["content-type"] for answer in taken} == {"application/octet-stream"}
    opened = b"".join(open_chunk(plan, number, answer.content, KEY) for number, answer in enumerate(taken))
    assert opened == file.content
    assert table.received(bench.belanu, file).status_code == table.received(bench.belanu, file).status_code == 204
    assert table.chunks() == 0
    assert problem_of(table.get(bench.belanu, file, 0)) is Problem.UNKNOWN_ATTACHMENT
    # The sender learns that nothing is left to send, and a late chunk is nothing.
    assert missing(table.progress(bench.amara, file.offer.attachment_id)) == ()
    assert table.put(bench.amara, file, 0).status_code == 204
    assert table.chunks() == 0
    acts = bench.acts()
    for act in (AuditAct.ATTACHMENT_OFFERED, AuditAct.ATTACHMENT_COMPLETE, AuditAct.ATTACHMENT_DROPPED):
        assert acts.count(act) == 1


def test_a_file_that_was_received_goes_again_for_another_exchange_and_is_another_offer_of_nobody_else(
    table: Table, bench: Any, person: Any
) -> None:
    file = a_file(confirmed(bench, person))
    table.upload(bench.amara, file)
    assert table.received(bench.belanu, file).status_code == 204
    assert missing(table.offer(bench.amara, file.offer)) == ()
    again = replace(file.offer, exchange_id=new_request_id(uuid4()))
    assert problem_of(table.offer(bench.belanu, again)) is Problem.MESSAGE_REUSED
    other_content = replace(again, chunk_digests=(again.chunk_digests[1], again.chunk_digests[0]))
    assert problem_of(table.offer(bench.amara, other_content)) is Problem.MESSAGE_REUSED
    assert missing(table.offer(bench.amara, again)) == (0, 1)
    table.upload(bench.amara, replace(file, offer=again))
    assert table.chunks() == len(file.chunks)
    assert table.received(bench.belanu, file).status_code == 204
    assert table.chunks() == 0


def test_a_chunk_that_is_not_the_offered_one_is_refused(table: Table, bench: Any, person: Any) -> None:
    file = a_file(confirmed(bench, person))
    table.offer(bench.amara, file.offer)
    whole, short = file.chunks
    for number, content in ((0, short), (1, whole), (0, whole[:-1]), (0, b"z" + whole[1:]), (1, b"")):
        assert problem_of(table.put(bench.amara, file, number, content)) is Problem.MALFORMED_MESSAGE
    assert problem_of(table.put(bench.amara, file, 0, whole + b"z" * 100)) is Problem.PAYLOAD_TOO_LARGE
    assert (
        problem_of(table.put(bench.amara, replace(file, chunks=(*file.chunks, whole)), 2)) is Problem.MALFORMED_MESSAGE
    )
    assert table.chunks() == 0


def test_each_party_does_its_own_half_and_a_third_state_learns_nothing(table: Table, bench: Any, person: Any) -> None:
    file = a_file(confirmed(bench, person))
    table.upload(bench.amara, file)
    for answer in (
        table.get(bench.amara, file, 0),
        table.put(bench.belanu, file, 0),
        table.received(bench.amara, file),
        table.get(bench.cassor, file, 0),
        table.put(bench.cassor, file, 0),
        table.progress(bench.cassor, file.offer.attachment_id),
        table.received(bench.cassor, file),
        table.progress(bench.cassor, new_attachment_id(uuid4())),
    ):
        assert problem_of(answer) is Problem.UNKNOWN_ATTACHMENT
    assert problem_of(table.offer(bench.cassor, a_file(file.offer.hit_id).offer)) is Problem.UNKNOWN_HIT
    assert problem_of(table.offer(bench.belanu, file.offer)) is Problem.MESSAGE_REUSED
    assert (
        problem_of(table.offer(bench.amara, replace(file.offer, chunk_digests=("5f" * 32,) * 2)))
        is Problem.MESSAGE_REUSED
    )


def test_no_file_moves_before_the_votes_nor_while_a_hold_lies_on_the_hit(table: Table, bench: Any, person: Any) -> None:
    alerted = a_hit(bench, person)
    assert problem_of(table.offer(bench.amara, a_file(alerted).offer)) is Problem.ILLEGAL_TRANSITION
    for member, other in ((bench.amara, bench.belanu), (bench.belanu, bench.amara)):
        bench.api.deposit_vote(member.code, member.vote(alerted, other))
    follows = bench.hit(alerted).ledger.version
    bench.api.take_step("XA", bench.amara.step(bench.amara.notice(alerted, Event.CONFIRMED, follows)))
    file = a_file(alerted)
    table.upload(bench.amara, file)
    bench.api.order_safety_hold("XB", bench.belanu.safety_hold(alerted, holds=True))
    for answer in (
        table.get(bench.belanu, file, 0),
        table.put(bench.amara, file, 0),
        table.offer(bench.amara, a_file(alerted).offer),
    ):
        assert problem_of(answer) is Problem.ON_HOLD
    bench.api.order_safety_hold("XB", bench.belanu.safety_hold(alerted, holds=False))
    assert table.get(bench.belanu, file, 0).is_success


def test_what_was_withdrawn_or_recalled_is_given_to_nobody_and_dropped(table: Table, bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    of_exchange, of_hit = a_file(hit_id, exchange_id), a_file(hit_id)
    for file in (of_exchange, of_hit):
        table.upload(bench.amara, file)
    send(bench, bench.amara, hit_id, exchange_id, Event.RECALLED)
    assert problem_of(table.get(bench.belanu, of_exchange, 0)) is Problem.UNKNOWN_ATTACHMENT
    assert problem_of(table.offer(bench.belanu, a_file(hit_id, exchange_id).offer)) is Problem.ILLEGAL_TRANSITION
    assert table.get(bench.belanu, of_hit, 0).is_success
    assert bench.worker.drop_attachments() == 1
    assert table.chunks() == 2
    bench.api.withdraw_records("XB", bench.belanu.withdrawal(bench.hit(hit_id).side_of("XB").reference))
    assert problem_of(table.get(bench.belanu, of_hit, 0)) is Problem.UNKNOWN_ATTACHMENT
    assert bench.worker.drop_attachments() == 1
    assert bench.worker.drop_attachments() == table.chunks() == 0
    assert problem_of(table.offer(bench.amara, of_hit.offer)) is Problem.UNKNOWN_ATTACHMENT


def test_a_file_that_nobody_takes_is_dropped_after_thirty_five_days(table: Table, bench: Any, person: Any) -> None:
    file = a_file(confirmed(bench, person))
    table.upload(bench.amara, file)
    clock = SetClock(bench.now() + timedelta(days=34))
    drop = DropAttachments(bench.hub.store, clock)
    assert drop() == 0
    clock.move(days=1, minutes=1)
    assert drop() == 1
    assert problem_of(table.get(bench.belanu, file, 0)) is Problem.UNKNOWN_ATTACHMENT


def test_a_pair_s_files_take_no_more_room_than_is_set_and_make_room_when_they_are_received(
    table: Table, bench: Any, person: Any
) -> None:
    hit_id = confirmed(bench, person)
    first, second, third = a_file(hit_id), a_file(hit_id), a_file(hit_id)
    hub = bench.hub
    small = OfferAttachment(hub.store, OpenEnvelope(hub.identity), hub.sign_message(), SystemClock(), 2 * SIZE)
    api = replace(bench.api, attachments=replace(bench.api.attachments, offer=small))
    app = create_api(api, PostgresDeliveryBell(hub.settings.database))
    with MembersOverHttp(app, table.members.certificates) as members:
        narrow = Table(bench, members)
        narrow.upload(bench.amara, first)
        # Both directions together.
        assert narrow.offer(bench.belanu, second.offer).is_success
        assert problem_of(narrow.offer(bench.amara, third.offer)) is Problem.QUOTA_EXCEEDED
        narrow.received(bench.belanu, first)
        assert narrow.offer(bench.amara, third.offer).is_success


def test_a_file_that_is_on_its_way_still_comes_when_the_exchange_ends_first(
    table: Table, bench: Any, person: Any
) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    send(bench, bench.belanu, hit_id, exchange_id, Event.RESPONDED)
    file, late = a_file(hit_id, exchange_id), a_file(hit_id, exchange_id)
    assert table.offer(bench.belanu, file.offer).is_success
    assert table.put(bench.belanu, file, 0).status_code == 204
    bench.worker.close_waiting()
    follows = bench.hit(hit_id).ledger.exchange(exchange_id).version
    feedback = bench.amara.notice(hit_id, Event.FEEDBACK_GIVEN, follows, exchange_id=exchange_id)
    sealed = bench.amara.sealed(bench.belanu, Purpose.FEEDBACK, hit_id, feedback)
    bench.api.relay_message(bench.amara.code, sealed)
    assert bench.hit(hit_id).ledger.closed_from is JointState.CONFIRMED
    assert problem_of(table.offer(bench.belanu, late.offer)) is Problem.ILLEGAL_TRANSITION
    assert table.put(bench.belanu, file, 1).status_code == 204
    assert [table.get(bench.amara, file, number).content for number in (0, 1)] == list(file.chunks)
    assert table.received(bench.amara, file).is_success
    assert table.chunks() == 0
