"""Records that somebody follows, and times that two states agree on between themselves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.integration.node.watch.conftest import (
    ADMINISTRATOR,
    AUTHORISER,
    FOCAL_POINT,
    INVESTIGATOR,
    MONDAY,
    PROTECTION_OFFICER,
)

from symbolon.node.domain.agreements import PairDraft, read_amount
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import MemberCode

XA, XB = MemberCode("XA"), MemberCode("XB")
DAY = date(2031, 5, 5)


def notices(node, kind):
    return [row["audience_login"] for row in node.rows("notice") if row["kind"] == kind]


def test_who_follows_a_record_is_told_of_each_new_hit(desk_pair):
    desk_pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    desk_pair.xa.services.watch.follow_record.set(INVESTIGATOR, "A-1")
    desk_pair.pair.hit()
    assert notices(desk_pair.xa, "interest") == ["ivo"]


def test_an_interest_ends_by_itself(desk_pair):
    desk_pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    follow = desk_pair.xa.services.watch.follow_record
    follow.set(INVESTIGATOR, "A-1", MONDAY + timedelta(days=2))
    assert [line.local_id for line in follow.list(INVESTIGATOR)] == ["A-1"]
    desk_pair.at(MONDAY + timedelta(days=3))
    assert follow.list(INVESTIGATOR) == ()
    desk_pair.pair.hit()
    assert notices(desk_pair.xa, "interest") == []


def test_an_interest_is_ended_by_hand(desk_pair):
    desk_pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    follow = desk_pair.xa.services.watch.follow_record
    follow.set(INVESTIGATOR, "A-1")
    follow.end(INVESTIGATOR, "A-1")
    assert follow.list(INVESTIGATOR) == ()


def test_a_protected_record_is_no_record_to_anybody_but_its_officer(desk_pair):
    desk_pair.xa.publish("A-2,C-2,Mali Jaidee,1992-05-03,victim,all,,")
    follow = desk_pair.xa.services.watch.follow_record
    with pytest.raises(NotFound) as of_protected:
        follow.set(INVESTIGATOR, "A-2")
    with pytest.raises(NotFound) as of_none:
        follow.set(INVESTIGATOR, "A-9")
    assert str(of_protected.value) == str(of_none.value)
    follow.set(PROTECTION_OFFICER, "A-2")
    assert [line.local_id for line in follow.list(PROTECTION_OFFICER)] == ["A-2"]


def test_an_interest_for_ever_is_refused(desk_pair):
    desk_pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    with pytest.raises(InvalidDraft):
        desk_pair.xa.services.watch.follow_record.set(INVESTIGATOR, "A-1", MONDAY + timedelta(days=400))


def test_who_sees_no_hits_follows_no_record(desk_pair):
    with pytest.raises(Forbidden):
        desk_pair.xa.services.watch.follow_record.list(ADMINISTRATOR)


def acknowledge_within(text, effective_from=DAY):
    time = read_amount(text, ClockName.ACKNOWLEDGE, Urgency.U2)
    return PairDraft(effective_from, (time,))


def pair_at(node, other):
    return next(each for each in node.services.watch.agree_pair.show(AUTHORISER) if each.counterpart == other)


@pytest.fixture
def proposed(desk_pair):
    """The first state proposes that an urgent alert be acknowledged within two hours."""
    desk_pair.xa.services.watch.agree_pair.propose(AUTHORISER, XB, acknowledge_within("2 hours"))
    desk_pair.exchange()
    return pair_at(desk_pair.xb, XA).proposal


def test_a_proposal_waits_for_the_other_states_authoriser(desk_pair, proposed):
    assert pair_at(desk_pair.xa, XB).proposed_here
    assert not pair_at(desk_pair.xb, XA).proposed_here
    assert proposed.profile.version == 1
    assert [row["audience_right"] for row in desk_pair.xb.rows("notice") if row["kind"] == "pair-proposed"] == [
        "agree-pair"
    ]


def test_what_both_signed_is_in_effect_at_both(desk_pair, proposed):
    desk_pair.xb.services.watch.agree_pair.sign(AUTHORISER, XA, proposed.profile.digest())
    desk_pair.exchange()
    for node, other in ((desk_pair.xa, XB), (desk_pair.xb, XA)):
        in_effect = pair_at(node, other).in_effect
        assert (in_effect.profile.version, in_effect.signers) == (1, ("XA", "XB"))
        assert pair_at(node, other).proposal is None


def test_agreed_times_count_for_hits_between_the_two(desk_pair, proposed):
    hit = desk_pair.pair.hit()
    due = next(each.due_at for each in desk_pair.xa.services.list_hits(FOCAL_POINT) if each.hit_id == hit)
    desk_pair.xb.services.watch.agree_pair.sign(AUTHORISER, XA, proposed.profile.digest())
    desk_pair.exchange()
    agreed = next(each.due_at for each in desk_pair.xa.services.list_hits(FOCAL_POINT) if each.hit_id == hit)
    assert agreed < due
    assert agreed - MONDAY < timedelta(hours=2, minutes=1)


def test_a_day_to_come_is_waited_for(desk_pair):
    later = acknowledge_within("2 hours", DAY + timedelta(days=30))
    desk_pair.xa.services.watch.agree_pair.propose(AUTHORISER, XB, later)
    desk_pair.exchange()
    proposal = pair_at(desk_pair.xb, XA).proposal
    desk_pair.xb.services.watch.agree_pair.sign(AUTHORISER, XA, proposal.profile.digest())
    desk_pair.exchange()
    view = pair_at(desk_pair.xa, XB)
    assert view.in_effect is None
    assert view.to_come.profile.version == 1


def test_only_what_was_looked_at_is_signed(desk_pair, proposed):
    with pytest.raises(NotAllowedNow):
        desk_pair.xb.services.watch.agree_pair.sign(AUTHORISER, XA, "0" * 64)


def test_nobody_signs_their_own_proposal_twice(desk_pair, proposed):
    with pytest.raises(NotAllowedNow):
        desk_pair.xa.services.watch.agree_pair.sign(AUTHORISER, XB, proposed.profile.digest())


def test_where_a_life_is_at_risk_no_pair_takes_longer(desk_pair):
    longer = read_amount("2 hours", ClockName.ACKNOWLEDGE, Urgency.U1)
    with pytest.raises(InvalidDraft, match="life is at risk"):
        desk_pair.xa.services.watch.agree_pair.propose(AUTHORISER, XB, PairDraft(DAY, (longer,)))


@pytest.mark.parametrize("actor", [FOCAL_POINT, INVESTIGATOR])
def test_only_the_authoriser_agrees(desk_pair, actor):
    agree = desk_pair.xa.services.watch.agree_pair
    with pytest.raises(Forbidden):
        agree.propose(actor, XB, acknowledge_within("2 hours"))
    with pytest.raises(Forbidden):
        agree.sign(actor, XB, "")


def test_a_profile_that_the_other_state_did_not_sign_is_not_taken(desk_pair, proposed):
    changed = replace(proposed.profile, effective_from=DAY + timedelta(days=1))
    desk_pair.pair.hub.deliver("XB", replace(proposed.signed, profile=changed))
    desk_pair.xb.receive()
    assert pair_at(desk_pair.xb, XA).proposal.profile == proposed.profile
