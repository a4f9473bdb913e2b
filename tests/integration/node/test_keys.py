"""Renewed keys: made at once, used from the moment that the members have signed, the old ones kept for what waited."""

import pytest

from symbolon.node.bootstrap.services import HubServices
from symbolon.node.domain.key_generations import in_use
from symbolon.node.errors import Forbidden, HubUnavailable, NodeError
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.handling import Verdict
from symbolon.protocol.messages import Sealed, card_fingerprint
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, key_id_of
from symbolon.protocol.sealing import HYBRID_SUITE

from .conftest import ADMINISTRATOR, FOCAL_POINT, NodeUnderTest, Pair


def rotate(node: NodeUnderTest, *, compromised: bool = False) -> None:
    node.hub_services.rotate_keys(ADMINISTRATOR, compromised=compromised, dry_run=False)


def sign(pair: Pair, *, compromised_of: NodeUnderTest | None = None) -> None:
    """Both members sign what is proposed; the new card was compared."""
    for node, other in ((pair.xa, pair.xb), (pair.xb, pair.xa)):
        newest = other.card(other.member_keys.generations()[-1].number)
        services: HubServices = node.hub_services
        services.sign_directory(ADMINISTRATOR, {other.code: card_fingerprint(newest)}, dry_run=False)
    del compromised_of


def learn(pair: Pair) -> None:
    for node in (pair.xa, pair.xb):
        node.hub_services.refresh_directory()


def signing_key_in_use(node: NodeUnderTest) -> int:
    return in_use(node.member_keys.generations(), node.directory().card_of(node.code)).number


def sealed_in_outbox(node: NodeUnderTest) -> Sealed:
    (row,) = [row for row in node.rows("outbox_message") if row["delivered_at"] is None]
    body = row["body"]
    assert isinstance(body, bytes)
    return from_wire(Sealed, parse_json(body))


def opened_votes(pair: Pair, hit_id: HitId) -> list[int]:
    return [len(node.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes) for node in (pair.xa, pair.xb)]


def test_new_keys_are_made_at_once_and_used_once_the_members_have_signed(pair: Pair) -> None:
    rotate(pair.xa)
    assert [key.in_use for key in pair.xa.services.show_keys()] == [True, False]
    assert signing_key_in_use(pair.xa) == 1
    sign(pair)
    learn(pair)
    assert signing_key_in_use(pair.xa) == 2
    assert pair.xa.directory().card_of(pair.xa.code) == pair.xa.card(2)
    reference = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    assert reference in pair.hub.live
    assert pair.hub.handed_in[-1].key_id == pair.xa.member_keys.generations()[1].signing_key.key_id


def test_rotating_again_makes_no_further_keys_until_the_members_have_signed(pair: Pair) -> None:
    rotate(pair.xa)
    rotate(pair.xa)
    assert len(pair.xa.member_keys.generations()) == 2


def test_a_rotation_whose_answer_was_lost_is_finished_by_repeating_it(pair: Pair) -> None:
    pair.hub.lose_answers = 1
    with pytest.raises(HubUnavailable):
        rotate(pair.xa)
    assert pair.xa.member_keys.certificate_fingerprint(2) is None
    pair.xa.restart()
    rotate(pair.xa)
    sign(pair)
    learn(pair)
    assert signing_key_in_use(pair.xa) == 2


def test_a_dry_run_makes_no_keys(pair: Pair) -> None:
    report = pair.xa.hub_services.rotate_keys(ADMINISTRATOR, compromised=False, dry_run=True)
    assert (report.generation, report.card_fingerprint) == (2, None)
    assert len(pair.xa.member_keys.generations()) == 1
    assert pair.xa.leaves(AuditAct.KEYS_ROTATED) == []


def test_only_the_administrator_rotates(pair: Pair) -> None:
    with pytest.raises(Forbidden):
        pair.xa.hub_services.rotate_keys(FOCAL_POINT, compromised=False, dry_run=False)


def test_what_was_signed_before_the_rotation_and_waited_is_still_taken(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.deliver()
    rotate(pair.xb)
    sign(pair)
    learn(pair)
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    assert opened_votes(pair, hit_id) == [1, 1]


def test_what_was_signed_with_a_compromised_key_is_refused_from_then_on(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.deliver()
    rotate(pair.xb, compromised=True)
    sign(pair)
    learn(pair)
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.deliver()
    pair.xa.receive()
    problems = [row["problem"] for row in pair.xa.rows("inbox_delivery") if row["state"] == "refused"]
    assert problems == [Problem.BAD_SIGNATURE]


def test_what_was_sealed_for_an_old_key_is_opened_with_it(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.deliver()
    rotate(pair.xb)
    sign(pair)
    learn(pair)
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    assert opened_votes(pair, hit_id) == [1, 1]


def test_a_vote_that_has_not_gone_out_is_sealed_again_for_the_recipients_new_key(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.hub.away = True
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.UNSURE, "I cannot tell")
    assert sealed_in_outbox(pair.xa).suite == HYBRID_SUITE
    old = sealed_in_outbox(pair.xa).recipient_key_id
    pair.hub.away = False
    rotate(pair.xb, compromised=True)
    sign(pair)
    learn(pair)
    pair.xa.deliver()
    new = key_id_of(pair.xb.card(2).hybrid_sealing_key or b"")
    vote = pair.hub.votes[hit_id, 1][pair.xa.code].read(Sealed)
    assert old != new == vote.recipient_key_id
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.UNSURE, "neither can I")
    pair.exchange()
    assert opened_votes(pair, hit_id) == [1, 1]
    assert pair.xb.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes[0].reason == "I cannot tell"


def test_a_message_sealed_again_after_its_answer_was_lost_counts_as_delivered(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.hub.lose_answers = 1
    pair.xa.deliver()
    rotate(pair.xb)
    sign(pair)
    learn(pair)
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    (row,) = pair.xa.rows("outbox_message")
    assert row["delivered_at"] is not None
    assert row["problem"] is None


def test_a_card_that_lists_foreign_keys_for_this_node_stops_it_from_speaking(pair: Pair) -> None:
    rotate(pair.xa)
    sign(pair)
    learn(pair)
    for part in ("signing", "sealing", "hybrid-sealing"):
        pair.xa.home.keys.remove(f"{part}-2")
    pair.xa.tools.keys._opened.clear()  # type: ignore[attr-defined]
    with pytest.raises(NodeError, match="restore its home"):
        pair.xa.correspondence.generation(pair.xa.directory())


def test_the_board_warns_of_own_and_others_ends_60_30_and_7_days_ahead(pair: Pair) -> None:
    assert pair.xa.services.show_status().warnings == ()
    pair.draws.later(days=335)
    notices = {(line.member, line.what.value): line.notice.value for line in pair.xa.services.show_expiry()}
    assert notices["XA", "certificate"] == notices["XB", "certificate"] == "within-60"
    assert notices["XA", "keys"] == "none"
    own, theirs = pair.xa.services.show_status().warnings
    assert "node keys rotate" in own
    assert "remind XB" in theirs
    pair.draws.later(days=50)
    assert {line.notice.value for line in pair.xa.services.show_expiry()[:2]} == {"within-7"}
