"""What leaves a node of a federation that compares blind, and how it comes by its tokens."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.simulators.hub_in_memory import FEDERATION
from tests.simulators.token_operators import PLACES

from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.shared_record import Outline, shares_in
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.node.errors import NodeError
from symbolon.node.services.share_encodings import refuse_open_encodings
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.messages import Purpose, Submission, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import new_batch_id
from symbolon.protocol.share_sealing import ShareContext, ShareTerms, open_shares
from symbolon.runtime import certificates

from .blind_pairs import SCHEMA, SOMCHAI, BlindPair, blind_pair
from .conftest import FOCAL_POINT


@pytest.fixture
def blind(
    node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate
) -> Iterator[BlindPair]:
    """Two nodes of a federation that compares blind, with the linkage key of its first epoch."""
    with blind_pair(node_databases, tmp_path, authority) as pair:
        yield pair


def encoded(payload: bytes) -> tuple[SubmissionItem, EncodedRecord]:
    item = from_wire(SubmissionItem, parse_json(payload))
    return item, EncodedRecord.from_bytes(SCHEMA, item.envelopes[0])


def test_a_record_is_submitted_as_an_outline_and_a_bundle_for_each_operator(blind: BlindPair) -> None:
    queued, record = encoded(blind.queue(blind.xa, SOMCHAI))
    blind.xa.deliver()
    item = blind.hub.live[queued.reference]
    outline = Outline.from_bytes(SCHEMA, item.envelopes[0])
    assert replace(item, envelopes=()) == replace(queued, envelopes=())
    assert outline.profiles == {profile: len(vectors) for profile, vectors in record.profiles.items()}
    assert len(item.envelopes) == 1 + len(PLACES)


def test_each_operator_opens_its_own_bundle_and_only_together_are_they_the_record(blind: BlindPair) -> None:
    queued, record = encoded(blind.queue(blind.xa, SOMCHAI))
    blind.xa.deliver()
    outline_bytes, *sealed = blind.hub.live[queued.reference].envelopes
    outline = Outline.from_bytes(SCHEMA, outline_bytes)
    vectors = tuple(place.what for place in outline.places(SCHEMA))
    terms = ShareTerms(queued.namespace, queued.comparable_with, vectors)
    shares = {}
    for place in PLACES:
        context = ShareContext(
            FEDERATION, blind.xa.code, place, queued.reference, queued.version, queued.schema_digest, queued.key_epoch
        )
        opened = open_shares(sealed[place], blind.operators.sealing[place], context, terms, blind.xb.directory())
        shares[place] = shares_in(SCHEMA, outline, opened.bundle)
    for profile, vectors in record.profiles.items():
        for place_of_vector in (each for each in outline.places(SCHEMA) if each.what == profile):
            row = RowOfElements(RING_16, place_of_vector.bits)
            one, other, third = (row.read(shares[place][place_of_vector]) for place in PLACES)
            secret = row.embed(vectors[place_of_vector.number])
            # The line's values at 1, ω and ω² add up to three times its value at zero.
            assert row.plus(row.plus(one, other), third) == row.plus(row.plus(secret, secret), secret)


def test_nothing_of_an_encoding_leaves_in_clear(blind: BlindPair) -> None:
    _, record = encoded(blind.queue(blind.xa, SOMCHAI))
    blind.xa.deliver()
    secret = [*(vector for vectors in record.profiles.values() for vector in vectors)]
    secret += [vector for vectors in record.explanations.values() for vector in vectors]
    secret += [token for tokens in record.tokens.values() for token in tokens]
    assert len(secret) > 8
    (submission,) = [each for each in blind.hub.handed_in if each.purpose is Purpose.SUBMISSION]
    items = submission.read(Submission).items
    left = [each for item in items for each in item.envelopes]
    left += [*(element for request in blind.operators.asked for element in request.elements)]
    assert not [value for value in secret for sent in left if value in sent]


def test_a_batch_that_was_not_shared_out_is_not_sent(blind: BlindPair) -> None:
    queued, _ = encoded(blind.queue(blind.xa, SOMCHAI))
    with pytest.raises(NodeError, match="not shared out"):
        refuse_open_encodings(Submission(new_batch_id(uuid4()), (queued,)), blind.xa.directory())


def test_two_nodes_come_to_the_same_tokens_by_different_operators_and_blinds(blind: BlindPair) -> None:
    blind.xa.publish(SOMCHAI)
    blind.operators.places = (1, 2)
    blind.xb.publish(SOMCHAI.replace("A-1", "B-1"))
    first, second = blind.operators.asked
    assert not set(first.elements) & set(second.elements)
    assert blind.outline(blind.xa, "A-1").tokens == blind.outline(blind.xb, "B-1").tokens
    assert any(blind.outline(blind.xa, "A-1").tokens.values())


def test_a_revision_asks_for_new_tokens_alone(blind: BlindPair) -> None:
    blind.xa.publish(SOMCHAI)
    before = blind.outline(blind.xa, "A-1").tokens
    blind.xa.publish(SOMCHAI.replace("1990-05-03", "1990-05-04"))
    assert len(blind.operators.asked) == 1
    assert blind.outline(blind.xa, "A-1").tokens == before
    blind.xa.publish(SOMCHAI.replace("66811234567", "66811234568"))
    assert len(blind.operators.asked) == 2
    assert len(blind.operators.asked[1].elements) < len(blind.operators.asked[0].elements)


def test_the_values_lie_sealed_at_the_node_and_go_with_their_epoch(blind: BlindPair) -> None:
    blind.xa.publish(SOMCHAI)
    values = [value for tokens in blind.outline(blind.xa, "A-1").tokens.values() for value in tokens]
    stored = blind.xa.rows("token_value")
    assert len(stored) == len(set(values))
    columns = [bytes(row[name]) for row in stored for name in ("lookup", "sealed_value")]  # type: ignore[call-overload]  # bytea
    assert not [value for value in values for column in columns if value in column]
    with blind.xa.unit_of_work.begin() as work:
        work.tokens.forget_all_but([2])
    assert not blind.xa.rows("token_value")


@pytest.mark.parametrize("problem", [Problem.SERVICE_UNAVAILABLE, Problem.TOKEN_BUDGET_SPENT])
def test_while_tokens_cannot_be_had_the_submission_waits_and_the_status_says_why(
    blind: BlindPair, problem: Problem
) -> None:
    blind.hub.tokens_not_now = problem
    blind.xa.publish(SOMCHAI)
    assert not blind.hub.live
    assert any(problem.title in warning for warning in blind.xa.services.show_status().warnings)
    assert blind.xa.services.show_status().outbox["items"] == 1
    blind.hub.tokens_not_now = None
    blind.xa.draws.later(minutes=2)
    blind.xa.deliver()
    assert len(blind.hub.live) == 1
    assert not blind.xa.rows("token_wait")


def test_while_tokens_cannot_be_had_nothing_is_asked_again_at_once(blind: BlindPair) -> None:
    blind.hub.tokens_not_now = Problem.SERVICE_UNAVAILABLE
    blind.xa.publish(SOMCHAI)
    asked = len(blind.hub.handed_in)
    outcome = blind.xa.hub_services.deliver_outbox()
    assert len(blind.hub.handed_in) == asked
    assert outcome.due_at is not None
    assert outcome.due_at > blind.xa.draws.now()


def test_a_withdrawal_does_not_wait_for_the_tokens_of_other_records(blind: BlindPair) -> None:
    reference = blind.xa.publish(SOMCHAI)
    blind.hub.tokens_not_now = Problem.SERVICE_UNAVAILABLE
    blind.xa.publish("A-2,C-1,Anong Srisai,1991-01-01,suspect,all,+66815550000,")
    blind.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    blind.xa.deliver()
    assert reference not in blind.hub.live
    assert not blind.hub.live


def test_an_answer_that_is_not_proved_is_not_used(blind: BlindPair) -> None:
    blind.operators.lying = 2
    blind.xa.publish(SOMCHAI)
    assert not blind.hub.live
    assert not blind.xa.rows("token_value")
    assert any(Problem.BAD_PROOF.title in warning for warning in blind.xa.services.show_status().warnings)
    assert blind.xa.leaves(AuditAct.MESSAGE_REFUSED) == [{"kind": "tokens", "problem": "bad-proof"}]


def test_answers_of_one_operator_twice_are_not_combined(blind: BlindPair) -> None:
    blind.operators.places = (1, 1)
    blind.xa.publish(SOMCHAI)
    assert not blind.hub.live
    assert not blind.xa.rows("token_value")


def test_a_batch_whose_answer_was_lost_goes_out_again_as_it_was(blind: BlindPair) -> None:
    blind.queue(blind.xa, SOMCHAI)
    blind.hub.lose_answers = 2
    for _ in range(4):
        blind.xa.deliver()
        blind.xa.draws.later(minutes=2)
    bodies = {str(each.body) for each in blind.hub.handed_in if each.purpose is Purpose.SUBMISSION}
    assert len(bodies) == 1
    assert len(blind.hub.live) == 1


def test_a_record_without_tokens_needs_no_operator(blind: BlindPair) -> None:
    blind.xa.publish("A-3,C-1,Anong Srisai,1991-01-01,suspect,all,,")
    assert len(blind.hub.live) == 1
    assert not blind.operators.asked
