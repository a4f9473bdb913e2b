"""Clocks of this side that run out are noted once and told to who watches over them, whatever restarts."""

from datetime import timedelta

import pytest
from tests.integration.node.watch.conftest import (
    ADMINISTRATOR,
    AUDITOR,
    DESKS,
    FOCAL_POINT,
    INVESTIGATOR,
    MONDAY,
    PROTECTION_OFFICER,
)

from symbolon.node.bootstrap.services import build_services
from symbolon.node.errors import Forbidden
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_escalation import EscalationLevel, EscalationNotice
from symbolon.protocol.references import DeskId


@pytest.fixture
def hit(desk_pair):
    """An urgent hit of Monday, nine o'clock, at a node whose desks are open from eight to four, but not on Tuesday."""
    desk_pair.publish(desk_pair.xa)
    desk_pair.exchange()
    return desk_pair.pair.hit()


@pytest.fixture
def held(desk_pair):
    """A hit on a victim's record, held: told to its owner alone."""
    ours = desk_pair.xa.publish("A-2,C-2,Mali Jaidee,1992-05-03,victim,all,,")
    theirs = desk_pair.xb.publish("B-2,C-2,Mali Jaidee,1992-05-03,suspect,all,,")
    hub = desk_pair.pair.hub
    hit_id = hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ("XA",))
    desk_pair.exchange()
    return hit_id


def escalated(node, actor=FOCAL_POINT):
    """Clock, level and watcher of each escalation that somebody sees, oldest first."""
    lines = reversed(node.services.watch.list_escalations(actor))
    return [(each.escalation.clock, each.escalation.level, each.escalation.watcher) for each in lines]


ACKNOWLEDGE = (ClockName.ACKNOWLEDGE, EscalationLevel.THREE_QUARTERS, Watcher.DEPUTY)
ACKNOWLEDGE_OVER = (ClockName.ACKNOWLEDGE, EscalationLevel.OVER, Watcher.FACILITATOR)


def test_in_time_nobody_is_told(desk_pair, hit):
    assert desk_pair.xa.services.escalate_due_clocks() == 0
    assert escalated(desk_pair.xa) == []


def test_at_three_quarters_the_deputy_is_told_and_at_the_end_it_is_over(desk_pair, hit):
    # An urgent alert is to be acknowledged within eight hours in which somebody is there; Tuesday is a holiday.
    desk_pair.at(MONDAY + timedelta(hours=6, minutes=1))
    assert desk_pair.xa.services.escalate_due_clocks() == 1
    assert escalated(desk_pair.xa) == [ACKNOWLEDGE]
    desk_pair.at(MONDAY + timedelta(days=1, hours=5))
    assert desk_pair.xa.services.escalate_due_clocks() == 0
    desk_pair.at(MONDAY + timedelta(days=2, minutes=1))
    assert desk_pair.xa.services.escalate_due_clocks() == 1
    assert escalated(desk_pair.xa) == [ACKNOWLEDGE, ACKNOWLEDGE_OVER]


def test_after_a_restart_nobody_is_told_twice(desk_pair, hit):
    desk_pair.at(MONDAY + timedelta(hours=7))
    desk_pair.xa.services.escalate_due_clocks()
    desk_pair.xa.services = build_services(desk_pair.xa.tools)
    assert desk_pair.xa.services.escalate_due_clocks() == 0
    assert len(desk_pair.xa.leaves(AuditAct.CLOCK_ESCALATED)) == 1


def test_a_worker_that_was_away_catches_up_on_both_levels(desk_pair, hit):
    desk_pair.at(MONDAY + timedelta(days=2, hours=1))
    desk_pair.xa.services.escalate_due_clocks()
    assert escalated(desk_pair.xa)[:2] == [ACKNOWLEDGE, ACKNOWLEDGE_OVER]


def test_a_clock_that_ends_is_listed_no_longer(desk_pair, hit):
    desk_pair.at(MONDAY + timedelta(hours=7))
    desk_pair.xa.services.escalate_due_clocks()
    desk_pair.xa.services.acknowledge_hit(FOCAL_POINT, hit)
    desk_pair.xa.services.escalate_due_clocks()
    assert escalated(desk_pair.xa) == []


def test_who_works_at_the_deputys_desk_is_told(desk_pair, hit):
    desk_pair.xa.services.watch.edit_focal_points.staff(FOCAL_POINT, DeskId("second"), ["dina"])
    desk_pair.at(MONDAY + timedelta(hours=7))
    desk_pair.xa.services.escalate_due_clocks()
    told = [row for row in desk_pair.xa.rows("notice") if row["kind"] == "clock-runs-out"]
    assert [(row["audience_login"], row["audience_right"]) for row in told] == [("dina", None)]


def test_hours_that_a_state_publishes_anew_count_at_once(desk_pair, hit):
    desk_pair.at(MONDAY + timedelta(hours=7))
    desk_pair.publish(desk_pair.xa, DESKS.replace("Mon-Fri 08:00-16:00", "Mon-Fri 08:00-10:00"))
    assert desk_pair.xa.services.escalate_due_clocks() == 0


def test_a_held_hits_clock_is_the_protection_officers_and_then_oversights(desk_pair, held):
    desk_pair.at(MONDAY + timedelta(days=10))
    desk_pair.xa.services.escalate_due_clocks()
    assert escalated(desk_pair.xa, PROTECTION_OFFICER) == [
        (ClockName.HOLD, EscalationLevel.THREE_QUARTERS, Watcher.DEPUTY_PROTECTION_OFFICER),
        (ClockName.HOLD, EscalationLevel.OVER, Watcher.OVERSIGHT),
    ]
    assert escalated(desk_pair.xa, AUDITOR) == [(ClockName.HOLD, EscalationLevel.OVER, Watcher.OVERSIGHT)]


@pytest.mark.parametrize("actor", [FOCAL_POINT, INVESTIGATOR])
def test_nobody_else_learns_of_a_protected_hits_clock(desk_pair, held, actor):
    desk_pair.at(MONDAY + timedelta(days=10))
    desk_pair.xa.services.escalate_due_clocks()
    assert escalated(desk_pair.xa, actor) == []


def test_oversight_sees_no_general_hits_clock(desk_pair, hit):
    desk_pair.at(MONDAY + timedelta(days=10))
    desk_pair.xa.services.escalate_due_clocks()
    assert escalated(desk_pair.xa, AUDITOR) == []


def test_who_has_nothing_to_do_with_hits_sees_no_clock(desk_pair, hit):
    with pytest.raises(Forbidden):
        desk_pair.xa.services.watch.list_escalations(ADMINISTRATOR)


def test_the_hubs_word_on_a_clock_is_kept_once_beside_the_own(desk_pair, hit):
    moment = MONDAY + timedelta(days=2, hours=1)
    desk_pair.at(moment)
    notice = EscalationNotice(
        hit, None, ClockName.ACKNOWLEDGE, EscalationLevel.OVER, Watcher.FACILITATOR, moment.replace(microsecond=0)
    )
    desk_pair.pair.hub.deliver("XA", notice)
    desk_pair.xa.receive()
    desk_pair.xa.services.escalate_due_clocks()
    assert escalated(desk_pair.xa).count(ACKNOWLEDGE_OVER) == 1
    assert escalated(desk_pair.xa).count(ACKNOWLEDGE) == 1


def test_a_safety_hold_lets_the_clocks_stand_still(desk_pair, hit):
    with desk_pair.xa.unit_of_work.begin() as work:
        work.escalations.note_freeze(hit, MONDAY + timedelta(hours=1), holds=True)
    desk_pair.at(MONDAY + timedelta(days=3))
    with desk_pair.xa.unit_of_work.begin() as work:
        work.escalations.note_freeze(hit, MONDAY + timedelta(days=3), holds=False)
    assert desk_pair.xa.services.escalate_due_clocks() == 0


def test_a_deputy_who_may_not_know_of_a_protected_hit_does_not_keep_it_from_who_may(desk_pair):
    desk_pair.publish(desk_pair.xa)
    desk_pair.xa.services.watch.edit_focal_points.staff(FOCAL_POINT, DeskId("second"), ["dina"])
    ours = desk_pair.xa.publish("A-2,C-2,Mali Jaidee,1992-05-03,victim,all,,")
    theirs = desk_pair.xb.publish("B-2,C-2,Mali Jaidee,1992-05-03,suspect,all,,")
    desk_pair.pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ("XA",))
    desk_pair.exchange()
    desk_pair.at(MONDAY + timedelta(hours=6, minutes=30))
    desk_pair.xa.services.escalate_due_clocks()
    told = [row for row in desk_pair.xa.rows("notice") if row["kind"] == "clock-runs-out"]
    assert [(row["audience_login"], row["audience_right"]) for row in told] == [(None, "cast-vote")]
