"""What a malicious hub may do with members' messages: keep them back, repeat them, turn their order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.lying_hub import BusyClient, again, followed_by, with_card
from tests.thoroughness import examples

from symbolon.node.bootstrap.services import build_hub_services
from symbolon.node.domain.outbox import next_issue
from symbolon.node.services.correspondence import stamp
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import CLOCK_SKEW
from symbolon.protocol.handling import IdentifierKind, Verdict
from symbolon.protocol.hybrid_keys import RecipientKeys
from symbolon.protocol.keys import SealingPublicKey, SigningKey
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import Delivery, Purpose, RetiredKey, Vote
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, new_message_id
from symbolon.protocol.sealing import SUITE, SealContext, seal

from .asking import ask
from .conftest import ADMINISTRATOR, FOCAL_POINT, NodeUnderTest, Pair
from .test_one_stops_not_all import take_unchecked

START = datetime(2031, 5, 4, tzinfo=UTC)


def confirmed(pair: Pair) -> HitId:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    return hit_id


def problems(node: NodeUnderTest) -> list[object]:
    return [row["problem"] for row in node.rows("inbox_delivery") if row["state"] == "refused"]


def queue_of(pair: Pair, node: NodeUnderTest) -> list[Delivery]:
    return pair.hub.queues[node.code]


def test_a_message_that_comes_again_under_another_delivery_is_refused_as_replayed(pair: Pair) -> None:
    hit_id = confirmed(pair)
    ask(pair.xa, hit_id)
    pair.xa.deliver()
    (request,) = queue_of(pair, pair.xb)
    pair.xb.receive()
    again(pair.hub, "XB", request)
    pair.xb.receive()
    assert problems(pair.xb) == [Problem.REPLAYED]
    assert len(pair.xb.services.show_hit(FOCAL_POINT, hit_id).exchanges) == 1


def share(pair: Pair, times: int) -> None:
    """XA tells XB several things about the linkage key, one after the other."""
    for _ in range(times):
        pair.xa.services.ceremony.share(ADMINISTRATOR, pair.xb.code, None, dry_run=False)


def test_an_older_message_that_comes_after_a_newer_one_of_its_lane_is_refused_as_out_of_order(pair: Pair) -> None:
    share(pair, 2)
    pair.xa.deliver()
    queue_of(pair, pair.xb).reverse()
    pair.xb.receive()
    assert problems(pair.xb) == [Problem.OUT_OF_ORDER]


def test_what_is_about_different_hits_may_come_in_any_order(pair: Pair) -> None:
    first = confirmed(pair)
    ours = pair.xa.publish("A-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,")
    theirs = pair.xb.publish("B-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,")
    second = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.exchange()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, second, Verdict.SAME, "")
    pair.exchange()
    for hit_id in (first, second):
        ask(pair.xa, hit_id)
    pair.xa.deliver()
    queue_of(pair, pair.xb).reverse()
    pair.xb.receive()
    assert problems(pair.xb) == []


def test_what_waits_for_an_earlier_step_is_not_made_late_by_what_comes_after_it(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.deliver()
    vote = pair.hub.votes[hit_id, 1][pair.xa.code]
    # Handed over before XB has voted: it waits there, sealed.
    pair.hub.put(pair.xb.code, vote)
    pair.xb.receive()
    assert [row["state"] for row in pair.xb.rows("inbox_delivery")][-1] == "waiting"
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    pair.xb.hub_services.receive_deliveries.retry_waiting()
    assert len(pair.xb.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes) == 1


def test_a_vote_that_lay_at_the_hub_is_not_made_late_by_what_its_sender_said_meanwhile(pair: Pair) -> None:
    hit_id = pair.hit()
    for node, verdict in ((pair.xa, Verdict.UNSURE), (pair.xb, Verdict.SAME)):
        node.services.cast_vote(FOCAL_POINT, hit_id, verdict, "as I see it")
    pair.exchange()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.services.propose_extra_fields(FOCAL_POINT, hit_id, [IdentifierKind.BIRTH_DATE], "The day decides")
    pair.exchange()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    assert problems(pair.xb) == []
    assert pair.xb.services.show_hit(FOCAL_POINT, hit_id).summary.joint_state is JointState.CONFIRMED


def test_of_one_lane_only_the_oldest_message_is_tried_until_it_is_through(pair: Pair) -> None:
    pair.hub.away = True
    share(pair, 3)
    pair.xa.deliver()
    attempts = sorted((row["place"], row["attempts"]) for row in pair.xa.rows("outbox_message"))  # type: ignore[type-var]
    assert [tries for _, tries in attempts[-3:]] == [1, 0, 0]
    pair.hub.away = False
    round_before_its_time = pair.xa.hub_services.deliver_outbox()
    assert round_before_its_time.due_at is not None
    assert round_before_its_time.due_at > pair.draws.moment, "what waits behind another is not due"
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    pair.xb.receive()
    assert len(pair.xb.rows("inbox_delivery")) == 3
    assert problems(pair.xb) == []


def test_every_try_has_a_nonce_of_its_own(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.hub.lose_answers = 1
    pair.xa.deliver()
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    first, second = [envelope for envelope in pair.hub.handed_in if envelope.purpose is Purpose.VOTE]
    assert first.message_id == second.message_id
    assert first.nonce != second.nonce


def test_a_message_sealed_with_the_weaker_suite_is_refused_where_both_have_the_stronger(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.deliver()
    directory, message_id = pair.xa.directory(), new_message_id(uuid4())
    context = SealContext(directory.federation, pair.xa.code, pair.xb.code, Purpose.VOTE, hit_id, message_id)
    classic = RecipientKeys(SealingPublicKey(pair.xb.card().sealing_key), None)
    vote = Vote(hit_id=hit_id, round=1, verdict=Verdict.SAME, reason="", voted_at=pair.draws.now())
    sealed = seal(vote, classic, context, sender_has_hybrid=False)
    assert sealed.suite == SUITE
    sent = stamp(pair.draws, message_id)
    letter = pair.xa.correspondence.sign_for(pair.xb.code, sealed, Purpose.VOTE, directory, sent)
    pair.hub.put(pair.xb.code, letter)
    pair.xb.receive()
    refused = {"kind": "vote", "round": 1, "problem": Problem.DOWNGRADED_SUITE.value}
    assert refused in pair.xb.leaves(AuditAct.MESSAGE_REFUSED)
    assert pair.xb.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes == ()


def test_a_clock_that_is_set_back_loses_no_message(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.draws.later(seconds=-3)
    ask(pair.xa, hit_id)
    pair.xa.deliver()
    pair.xb.receive()
    assert problems(pair.xb) == []
    assert len(pair.xb.services.show_hit(FOCAL_POINT, hit_id).exchanges) == 1


def test_what_the_hub_refused_as_from_its_future_makes_nothing_after_it_wait(pair: Pair) -> None:
    """A clock that ran a day ahead for one try; only what the hub may have taken counts."""
    client = BusyClient(pair.hub, pair.xa.code, {"/v1/messages": Problem.NOT_YET_VALID})
    pair.xa.hub_services = build_hub_services(pair.xa.tools, client)
    pair.draws.later(days=1)
    share(pair, 1)
    pair.xa.deliver()
    pair.draws.later(days=-1)
    client.not_now.clear()
    with psycopg.connect(pair.xa.conninfo) as connection:
        connection.execute("update outbox_message set next_attempt_at = %s", (pair.draws.moment,))
    pair.xa.deliver()
    (envelope,) = [each for each in pair.hub.handed_in if each.purpose is Purpose.LINKAGE_KEY]
    assert envelope.issued_at - pair.draws.moment <= CLOCK_SKEW


def test_a_message_sealed_before_its_sender_had_a_hybrid_key_is_taken_once_it_has_one(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    before, now = pair.xa.card(), pair.draws.now()
    classic_card = replace(before, hybrid_sealing_key=None)
    second = with_card(followed_by(pair.xb.directory(), pair.hub), classic_card)
    take_unchecked(pair.xb, second, pair.xa, pair.xb)
    directory, message_id = pair.xa.directory(), new_message_id(uuid4())
    context = SealContext(directory.federation, pair.xa.code, pair.xb.code, Purpose.VOTE, hit_id, message_id)
    vote = Vote(hit_id=hit_id, round=1, verdict=Verdict.SAME, reason="", voted_at=now)
    classic = RecipientKeys(SealingPublicKey(pair.xb.card().sealing_key), None)
    sealed = seal(vote, classic, context, sender_has_hybrid=False)
    sent = stamp(pair.draws, message_id)
    pair.hub.put(pair.xb.code, pair.xa.correspondence.sign_for(pair.xb.code, sealed, Purpose.VOTE, directory, sent))
    renewed = replace(before, signing_key=SigningKey.generate(bytes(range(32))).public.to_bytes())
    third = with_card(followed_by(second, pair.hub), renewed)
    handover = RetiredKey(before.signing_key, now + timedelta(hours=1))
    members = [replace(each, retired_keys=(handover,)) if each.code == "XA" else each for each in third.members]
    take_unchecked(pair.xb, replace(third, members=tuple(members)), pair.xa, pair.xb)
    with pair.xb.database.transaction() as tx:
        # As if the own vote had gone out.
        tx._connection.execute("update outbox_message set delivered_at = now() where kind = 'vote'")
    pair.xb.receive()
    assert problems(pair.xb) == []
    assert len(pair.xb.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes) == 1


@settings(max_examples=examples(200))
@given(st.lists(st.integers(-600_000, 600_000), min_size=1, max_size=30))
def test_times_of_issue_rise_whatever_the_clock_does(steps: list[int]) -> None:
    now, issued = START, None
    for step in steps:
        now += timedelta(milliseconds=step)
        following = next_issue(now, issued)
        assert following >= now
        assert issued is None or following > issued
        issued = following
