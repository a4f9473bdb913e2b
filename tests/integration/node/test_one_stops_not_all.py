"""What cannot go out now, to a hub that answers or to a member whose keys are no good, keeps nothing else waiting."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.simulators.lying_hub import BusyClient, followed_by, signed_by, with_card

from symbolon.hub.domain.directory_drafts import with_standing
from symbolon.node.bootstrap.services import build_hub_services
from symbolon.node.domain.outbox import next_attempt
from symbolon.node.domain.records import Publication
from symbolon.node.storage.directory import PostgresDirectory
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Verdict
from symbolon.protocol.messages import FederationDirectory, MemberCard, MemberStanding
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode

from .conftest import ADMINISTRATOR, FOCAL_POINT, HEADER, NodeUnderTest, Pair, Trio

NEW_ROW = "A-9,C-9,Nguyen Van Anh,1970-12-03,suspect,all,,"
UNUSABLE = b"\xff" * 1216


def let_worker_deliver(node: NodeUnderTest, seconds: float) -> None:
    """What the worker's outbound loop does, with its own pauses."""
    failures, until = 0, node.draws.moment + timedelta(seconds=seconds)
    while node.draws.moment < until:
        outcome = node.hub_services.deliver_outbox()
        if outcome.hub_away:
            failures += 1
            node.draws.moment = next_attempt(node.draws.now(), failures, node.draws.jitter())
            continue
        failures = 0
        if outcome.due_at is None:
            return
        node.draws.moment = max(outcome.due_at, node.draws.moment + timedelta(milliseconds=1))


def vote_on(pair: Pair, hits: int) -> None:
    """Vote on some hits, at a hub that takes no votes now."""
    ours = [pair.xa.publish(f"A-{n},C-1,Somchai Jaidee {n},1990-05-03,suspect,all,,") for n in range(hits)]
    theirs = [pair.xb.publish(f"B-{n},C-1,Somchai Jaidee {n},1990-05-03,suspect,all,,") for n in range(hits)]
    found = [pair.hub.match(("XA", one), ("XB", other)) for one, other in zip(ours, theirs, strict=True)]
    pair.exchange()
    for hit_id in found:
        pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")


def busy(pair: Pair, problem: Problem) -> BusyClient:
    client = BusyClient(pair.hub, pair.xa.code, {"/v1/votes": problem, "/v1/messages": problem})
    pair.xa.hub_services = build_hub_services(pair.xa.tools, client)
    return client


def states_of_messages(node: NodeUnderTest) -> list[object]:
    return [row["problem"] for row in node.rows("outbox_message") if row["delivered_at"] is not None]


@pytest.mark.parametrize("problem", [Problem.UNKNOWN_MEMBER, Problem.SERVICE_UNAVAILABLE, Problem.INTERNAL])
def test_votes_that_cannot_be_taken_now_do_not_keep_records_from_going_out(pair: Pair, problem: Problem) -> None:
    vote_on(pair, hits=3)
    pair.draws.jitter = random.Random(7).random  # type: ignore[method-assign]  # noqa: S311 - pauses of a test
    client = busy(pair, problem)
    pair.xa.import_text(f"{HEADER}\n{NEW_ROW}\n")
    pair.xa.services.publish_records(FOCAL_POINT)
    pair.xa.deliver()
    assert pair.xa.record("A-9").publication is Publication.PUBLISHED
    let_worker_deliver(pair.xa, seconds=600)
    client.not_now.clear()
    let_worker_deliver(pair.xa, seconds=600)
    assert states_of_messages(pair.xa) == [None, None, None]


def test_a_round_at_a_hub_that_answers_is_no_round_at_a_hub_that_is_away(pair: Pair) -> None:
    vote_on(pair, hits=1)
    busy(pair, Problem.SERVICE_UNAVAILABLE)
    outcome = pair.xa.hub_services.deliver_outbox()
    assert not outcome.hub_away
    assert outcome.due_at is not None
    assert outcome.due_at > pair.draws.moment


def test_a_batch_that_cannot_be_taken_now_waits_and_votes_go_on(pair: Pair) -> None:
    vote_on(pair, hits=2)
    client = busy(pair, Problem.SERVICE_UNAVAILABLE)
    client.not_now = {"/v1/submissions": Problem.SERVICE_UNAVAILABLE}
    pair.xa.import_text(f"{HEADER}\n{NEW_ROW}\n")
    pair.xa.services.publish_records(FOCAL_POINT)
    assert not pair.xa.hub_services.deliver_outbox().hub_away
    assert states_of_messages(pair.xa) == [None, None]
    (batch,) = [row for row in pair.xa.rows("outbox_batch") if row["delivered_at"] is None]
    assert batch["attempts"] == 1


def test_a_sealed_message_to_an_expelled_state_ends_once_the_directory_says_so(pair: Pair) -> None:
    vote_on(pair, hits=1)
    busy(pair, Problem.UNKNOWN_MEMBER)
    pair.xa.deliver()
    assert states_of_messages(pair.xa) == []
    pair.hub.enrol_on_paper(MemberCode("XC"))
    pair.hub.propose(with_standing(pair.hub.directory(), pair.xb.code, MemberStanding.EXPELLED, pair.draws.now()))
    pair.hub.co_sign()
    pair.xa.hub_services.refresh_directory()
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    assert states_of_messages(pair.xa) == [Problem.UNKNOWN_MEMBER]


def take_unchecked(node: NodeUnderTest, directory: FederationDirectory, *signers: NodeUnderTest) -> None:
    """Put a version into a node's chain as a program of before, which checked no card, took it."""
    keys = {str(each.code): each.member_keys.generations()[0].signing_key for each in signers}
    with node.database.transaction() as tx:
        assert PostgresDirectory(tx).append(signed_by(directory, **keys), node.draws.now())


def with_unusable_keys(card: MemberCard) -> MemberCard:
    return replace(card, hybrid_sealing_key=UNUSABLE)


def test_a_card_with_an_unusable_key_stops_no_ceremony_of_the_others(trio: Trio) -> None:
    bad = followed_by(trio.xa.directory(), trio.hub)
    bad = with_card(bad, with_unusable_keys(trio.xc.card()))
    for node in (trio.xa, trio.xb):
        take_unchecked(node, bad, trio.xa, trio.xb)
        node.services.ceremony.join(ADMINISTRATOR, None, dry_run=False)
        node.services.ceremony.proceed(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=False)
    trio.exchange(trio.xa, trio.xb, times=5)
    assert trio.xa.keys.find(1) is not None
    refused = [leaf for leaf in trio.xa.leaves(AuditAct.KEY_REFUSED) if leaf["member"] == "XC"]  # type: ignore[index]
    assert len(refused) == 2, "one for the commitment, one for the confirmation, and no more at every step"


@pytest.fixture
def rekeyed(pair: Pair) -> Pair:
    """XA's vote waits while XB's card comes to hold a key that is none."""
    hit_id = pair.hit()
    pair.hub.away = True
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.deliver()
    pair.hub.away = False
    bad = with_card(followed_by(pair.xa.directory(), pair.hub), with_unusable_keys(pair.xb.card()))
    take_unchecked(pair.xa, bad, pair.xa, pair.xb)
    return pair


def test_a_counterpart_with_an_unusable_new_key_does_not_stop_the_whole_outbox(rekeyed: Pair) -> None:
    rekeyed.xa.import_text(f"{HEADER}\n{NEW_ROW}\n")
    rekeyed.xa.services.publish_records(FOCAL_POINT)
    let_worker_deliver(rekeyed.xa, seconds=600)
    assert rekeyed.xa.record("A-9").publication is Publication.PUBLISHED
    assert len(rekeyed.xa.leaves(AuditAct.MESSAGE_REFUSED)) == 1, "and it is told once"


def test_the_vote_goes_out_once_its_addressee_has_a_usable_key_again(rekeyed: Pair) -> None:
    rekeyed.xa.deliver()
    good = with_card(followed_by(rekeyed.xa.directory(), rekeyed.hub), rekeyed.xb.card())
    take_unchecked(rekeyed.xa, good, rekeyed.xa, rekeyed.xb)
    rekeyed.draws.later(minutes=2)
    rekeyed.xa.deliver()
    assert states_of_messages(rekeyed.xa) == [None]


def test_the_directory_is_read_anew_for_each_message(pair: Pair) -> None:
    """A rotation that comes into effect amid a long round is heeded by the messages after it."""
    vote_on(pair, hits=2)
    seen: list[int] = []
    sign_for = pair.xa.correspondence.sign_for

    def watch(audience: object, message: object, purpose: object, federation: object, stamp: object) -> object:
        seen.append(federation.version)  # type: ignore[attr-defined]
        version = followed_by(pair.xa.directory(), pair.hub)
        take_unchecked(pair.xa, version, pair.xa, pair.xb)
        return sign_for(audience, message, purpose, federation, stamp)  # type: ignore[arg-type]

    pair.xa.correspondence.sign_for = watch  # type: ignore[assignment,method-assign]
    pair.xa.deliver()
    assert seen == [1, 2]
