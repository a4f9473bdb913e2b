"""Somebody of a desk answers that it is there; whoever does not answer is marked stale everywhere."""

from datetime import timedelta

import pytest
from tests.integration.node.watch.conftest import DEPUTY, FOCAL_POINT, INVESTIGATOR, MONDAY

from symbolon.node.domain.desks import DeskQuery
from symbolon.node.errors import Forbidden, NotAllowedNow, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.focal_points import Liveness
from symbolon.protocol.references import DeskId, PingId


def liveness_of(node, desk):
    view = node.services.watch.show_focal_points(INVESTIGATOR, DeskQuery())
    return next(line.liveness for line in view.lines if line.desk.desk_id == desk)


@pytest.fixture
def asked(desk_pair):
    """The hub asked the national desk, at which the focal point works."""
    desk_pair.publish(desk_pair.xa)
    desk_pair.xa.services.watch.edit_focal_points.staff(FOCAL_POINT, DeskId("national"), ["mara"])
    ping_id = desk_pair.desks.ask("XA", "national")
    desk_pair.exchange()
    return ping_id


def test_an_answer_makes_the_desk_alive_at_every_node(desk_pair, asked):
    assert liveness_of(desk_pair.xb, "national") is Liveness.ASKED
    desk_pair.xa.services.watch.answer_ping(FOCAL_POINT, asked)
    desk_pair.xa.deliver()
    desk_pair.exchange()
    assert liveness_of(desk_pair.xb, "national") is Liveness.ALIVE
    assert desk_pair.xa.leaves(AuditAct.DESK_ANSWERED) == [{"desk": "national"}]


def test_without_an_answer_the_desk_is_stale(desk_pair, asked):
    desk_pair.at(MONDAY + timedelta(days=4))
    desk_pair.exchange()
    assert liveness_of(desk_pair.xb, "national") is Liveness.STALE


def test_the_question_is_put_to_those_who_work_there(desk_pair, asked):
    answer = desk_pair.xa.services.watch.answer_ping
    assert [each.ping_id for each in answer.open_to(FOCAL_POINT)] == [asked]
    assert answer.open_to(DEPUTY) == ()


def test_nobody_else_answers_for_a_desk(desk_pair, asked):
    with pytest.raises(Forbidden):
        desk_pair.xa.services.watch.answer_ping(DEPUTY, asked)


def test_a_question_is_answered_once(desk_pair, asked):
    desk_pair.xa.services.watch.answer_ping(FOCAL_POINT, asked)
    with pytest.raises(NotAllowedNow):
        desk_pair.xa.services.watch.answer_ping(FOCAL_POINT, asked)


def test_a_question_that_nobody_asked_has_no_answer(desk_pair):
    with pytest.raises(NotFound):
        desk_pair.xa.services.watch.answer_ping(FOCAL_POINT, PingId("00000000-0000-4000-8000-000000000000"))


def test_for_a_desk_without_people_any_officer_answers(desk_pair):
    desk_pair.publish(desk_pair.xa)
    ping_id = desk_pair.desks.ask("XA", "second")
    desk_pair.exchange()
    desk_pair.xa.services.watch.answer_ping(DEPUTY, ping_id)
    assert [row["answered_by"] for row in desk_pair.xa.rows("desk_ping")] == ["dina"]


def test_the_answer_waits_for_a_hub_that_is_away(desk_pair, asked):
    desk_pair.pair.hub.away = True
    desk_pair.xa.services.watch.answer_ping(FOCAL_POINT, asked)
    desk_pair.xa.deliver()
    desk_pair.pair.hub.away = False
    desk_pair.pair.draws.later(minutes=5)
    desk_pair.xa.deliver()
    desk_pair.exchange()
    assert liveness_of(desk_pair.xb, "national") is Liveness.ALIVE


def told_stale(node):
    return [row["audience_login"] for row in node.rows("notice") if row["kind"] == "desk-stale"]


def test_whoever_stands_in_is_told_once_that_a_desk_left_a_question_open(desk_pair, asked):
    desk_pair.xa.services.watch.edit_focal_points.staff(FOCAL_POINT, DeskId("second"), ["dina"])
    desk_pair.at(MONDAY + timedelta(days=2))
    assert desk_pair.xa.services.tell_stale_desks() == 0
    desk_pair.at(MONDAY + timedelta(days=4))
    assert desk_pair.xa.services.tell_stale_desks() == 1
    assert desk_pair.xa.services.tell_stale_desks() == 0
    assert told_stale(desk_pair.xa) == ["dina"]


def test_of_a_desk_that_answered_nobody_is_told(desk_pair, asked):
    desk_pair.xa.services.watch.answer_ping(FOCAL_POINT, asked)
    desk_pair.at(MONDAY + timedelta(days=4))
    assert desk_pair.xa.services.tell_stale_desks() == 0
