"""A hub that was breached: whatever it makes of the messages that it delivers, the node refuses it and says why."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.hub.test_mutations import changed_at, places_in, signed

from symbolon.protocol.envelope import Envelope, EnvelopeHeader, sign
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import Delivery, Purpose, Sealed, StepTaken
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, HitId, MemberCode, new_delivery_id, new_message_id

from .asking import ask
from .conftest import FOCAL_POINT, NodeUnderTest, Pair

XA, XB = MemberCode("XA"), MemberCode("XB")
CIPHERTEXT_PLACES = 16
WRITTEN_BY_EVERY_DELIVERY = {"inbox_delivery", "audit_leaf", "audit_place", "audit_unplaced"}


@dataclass(slots=True)
class OnItsWay:
    """A request of XB that lies at the hub and has not come to XA."""

    pair: Pair
    hit_id: HitId
    delivery: Delivery

    @property
    def envelope(self) -> Envelope:
        return Envelope.from_json(self.delivery.envelope)

    @property
    def key(self) -> Any:
        """XB's own signing key."""
        return self.pair.xb.member_keys.generations()[0].signing_key

    def deliver(self, content: Any) -> Problem | None:
        """Let XA fetch this instead; why it refused it, None where it took it."""
        delivery_id = new_delivery_id(uuid4())
        self.pair.hub.queues[XA].append(Delivery(delivery_id, content))
        self.pair.xa.receive()
        (row,) = [row for row in self.pair.xa.rows("inbox_delivery") if str(row["delivery_id"]) == delivery_id]
        return None if row["problem"] is None else Problem(str(row["problem"]))


@pytest.fixture
def on_its_way(pair: Pair) -> OnItsWay:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "as I see it")
    pair.exchange()
    ask(pair.xb, hit_id)
    pair.xb.deliver()
    (delivery,) = pair.hub.queues[XA]
    pair.hub.queues[XA].clear()
    return OnItsWay(pair, hit_id, delivery)


def state_of(node: NodeUnderTest) -> dict[str, list[str]]:
    """Everything that the node keeps, but what it notes of every delivery."""
    tables = [str(row["tablename"]) for row in node.rows("pg_tables") if row["schemaname"] == "public"]
    return {table: sorted(map(repr, node.rows(table))) for table in tables if table not in WRITTEN_BY_EVERY_DELIVERY}


def mutations(content: Any) -> Iterator[tuple[str, Any]]:
    """Each value of the envelope changed, each left out, and places of the ciphertext."""
    for path in places_in(content):
        yield ".".join(map(str, path)), changed_at(content, path)
    for name in content:
        yield f"without {name}", {key: value for key, value in content.items() if key != name}
    ciphertext = content["body"]["ciphertext"]
    for place in random.Random(1).sample(range(len(ciphertext)), CIPHERTEXT_PLACES):  # noqa: S311 - the same each time
        letter = "A" if ciphertext[place] != "A" else "B"
        body = {**content["body"], "ciphertext": ciphertext[:place] + letter + ciphertext[place + 1 :]}
        yield f"ciphertext at {place}", {**content, "body": body}


def test_a_members_message_that_was_changed_is_refused_and_changes_no_hit(on_its_way: OnItsWay) -> None:
    node = on_its_way.pair.xa
    before = state_of(node)
    found = {name: on_its_way.deliver(content) for name, content in mutations(on_its_way.delivery.envelope)}
    refused = {Problem.BAD_SIGNATURE, Problem.MALFORMED_MESSAGE, Problem.WRONG_SENDER}
    assert {name: problem for name, problem in found.items() if problem not in refused} == {}
    assert state_of(node) == before
    assert on_its_way.deliver(on_its_way.delivery.envelope) is None
    assert len(node.rows("exchange_message")) == 1


def test_what_is_not_for_this_node_here_and_now_is_refused_by_its_problem(on_its_way: OnItsWay) -> None:
    node, envelope = on_its_way.pair.xa, on_its_way.envelope
    changes: dict[str, tuple[dict[str, Any], Problem]] = {
        "another federation": ({"federation": "exercise-other"}, Problem.WRONG_FEDERATION),
        "live data": ({"exercise": False}, Problem.WRONG_FEDERATION),
        "another audience": ({"audience": MemberCode("XC")}, Problem.WRONG_AUDIENCE),
        "another purpose": ({"purpose": Purpose.REPLY}, Problem.UNSEAL_FAILED),
        "another message": ({"message_id": new_message_id(uuid4())}, Problem.UNSEAL_FAILED),
    }
    before = state_of(node)
    found = {
        name: on_its_way.deliver(signed(replace(envelope, **change), on_its_way.key).to_json())
        for name, (change, _problem) in changes.items()
    }
    assert found == {name: problem for name, (_change, problem) in changes.items()}
    assert state_of(node) == before


def test_a_message_of_long_ago_is_not_taken_after_a_later_one(on_its_way: OnItsWay) -> None:
    # A node that was away takes what waited for it, however old: what it never takes is something older after that.
    node, envelope = on_its_way.pair.xa, on_its_way.envelope
    assert on_its_way.deliver(on_its_way.delivery.envelope) is None
    before = state_of(node)
    past = {"issued_at": envelope.issued_at - timedelta(days=60), "expires_at": envelope.issued_at - timedelta(days=30)}
    older = signed(replace(envelope, message_id=new_message_id(uuid4()), **past), on_its_way.key)
    assert on_its_way.deliver(older.to_json()) is Problem.OUT_OF_ORDER
    assert state_of(node) == before


def test_what_comes_from_the_future_is_not_taken_and_not_lost(on_its_way: OnItsWay) -> None:
    node, envelope = on_its_way.pair.xa, on_its_way.envelope
    hour = timedelta(hours=1)
    later = replace(envelope, issued_at=envelope.issued_at + hour, expires_at=envelope.expires_at + hour)
    waiting = Delivery(new_delivery_id(uuid4()), signed(later, on_its_way.key).to_json())
    on_its_way.pair.hub.queues[XA].append(waiting)
    node.receive()
    assert on_its_way.pair.hub.queues[XA] == [waiting]
    assert node.rows("exchange_message") == []


def test_the_hub_cannot_speak_for_a_member(on_its_way: OnItsWay) -> None:
    node, envelope, hub_key = on_its_way.pair.xa, on_its_way.envelope, on_its_way.pair.hub.signing_key
    before = state_of(node)
    theirs = on_its_way.key.key_id
    found = {
        "signed by the hub": on_its_way.deliver(signed(envelope, hub_key).to_json()),
        "under the member's name for its key": on_its_way.deliver(
            replace(signed(envelope, hub_key), key_id=theirs).to_json()
        ),
        "as the hub's own word": on_its_way.deliver(signed(replace(envelope, sender=HUB), hub_key).to_json()),
        "as ours": on_its_way.deliver(signed(replace(envelope, sender=XA), hub_key).to_json()),
    }
    assert set(found.values()) <= {Problem.BAD_SIGNATURE, Problem.WRONG_SENDER}
    assert state_of(node) == before


def test_a_member_cannot_speak_for_the_hub(on_its_way: OnItsWay) -> None:
    pair, envelope = on_its_way.pair, on_its_way.envelope
    notice = StepTaken(on_its_way.hit_id, None, Event.WITHDRAWN, 2, None, HUB, pair.draws.now())
    header = EnvelopeHeader(
        federation=envelope.federation,
        exercise=True,
        sender=HUB,
        audience=XA,
        purpose=Purpose.STEP_TAKEN,
        message_id=new_message_id(uuid4()),
        nonce=bytes(16),
        issued_at=envelope.issued_at,
        expires_at=envelope.expires_at,
    )
    before = state_of(pair.xa)
    as_hub = on_its_way.deliver(sign(notice, header, on_its_way.key).to_json())
    as_itself = on_its_way.deliver(sign(notice, replace(header, sender=XB), on_its_way.key).to_json())
    assert {as_hub, as_itself} <= {Problem.BAD_SIGNATURE, Problem.WRONG_SENDER}
    assert state_of(pair.xa) == before


def test_a_ciphertext_moved_to_another_hit_does_not_open(on_its_way: OnItsWay) -> None:
    """The sender's own hand is needed to sign it, and still it opens nowhere else."""
    node, envelope = on_its_way.pair.xa, on_its_way.envelope
    other = "00000000-0000-4000-8000-000000000001"
    moved = signed(replace(envelope, body={**envelope.body, "hit_id": other}), on_its_way.key)
    before = state_of(node)
    assert envelope.read(Sealed).hit_id == on_its_way.hit_id
    assert on_its_way.deliver(moved.to_json()) is Problem.UNSEAL_FAILED
    assert state_of(node) == before
