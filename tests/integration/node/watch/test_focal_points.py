"""A state's desks: written, signed, handed out, believed by their signature, and read while the hub is away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.node.watch.conftest import (
    ADMINISTRATOR,
    DESKS,
    FOCAL_POINT,
    INVESTIGATOR,
    MONDAY,
    draft_until,
)

from symbolon.node.domain.desk_text import read_toml, write_toml
from symbolon.node.domain.desks import DeskQuery
from symbolon.node.errors import Forbidden, HubUnavailable, InvalidDraft, NotAllowedNow, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.focal_points import CallQuery, Reached
from symbolon.protocol.messages_focal_points import Competence
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode

XA = MemberCode("XA")


def calls(node, query, actor=INVESTIGATOR):
    return node.services.watch.who_to_call(actor, XA, query).calls


def test_a_published_directory_reaches_the_other_node_signed(desk_pair):
    assert desk_pair.publish(desk_pair.xa) == 1
    desk_pair.exchange()
    view = desk_pair.xb.services.watch.show_focal_points(INVESTIGATOR, DeskQuery())
    assert [(line.member, line.desk.title) for line in view.lines] == [
        ("XA", "National desk"),
        ("XA", "Second desk"),
        ("XA", "Children's desk"),
    ]
    assert desk_pair.xb.leaves(AuditAct.FOCAL_POINTS_TAKEN) == [{"member": "XA", "version": 1}]


def test_whom_to_call_depends_on_subject_and_language(desk_pair):
    desk_pair.publish(desk_pair.xa)
    desk_pair.exchange()
    desk_pair.at(MONDAY + timedelta(hours=2))
    assert calls(desk_pair.xb, CallQuery(Competence.MINORS))[0].desk.desk_id == "children"
    assert calls(desk_pair.xb, CallQuery(Competence.TRAFFICKING))[0].desk.desk_id == "national"
    assert calls(desk_pair.xb, CallQuery(Competence.SMUGGLING, ("bn",)))[0].desk.desk_id == "second"


def test_on_a_holiday_the_desk_on_duty_is_called(desk_pair):
    desk_pair.publish(desk_pair.xa)
    desk_pair.exchange()
    desk_pair.at(MONDAY + timedelta(days=1))
    first = calls(desk_pair.xb, CallQuery(Competence.TRAFFICKING))[0]
    assert (first.desk.desk_id, first.reached) == ("second", Reached.ON_DUTY)


def test_the_book_is_read_while_the_hub_is_away_and_says_how_old_it_is(desk_pair):
    desk_pair.publish(desk_pair.xa)
    desk_pair.exchange()
    desk_pair.pair.hub.away = True
    desk_pair.pair.draws.later(hours=25)
    with pytest.raises(HubUnavailable):
        desk_pair.xb.hub_services.keep_focal_points()
    answer = desk_pair.xb.services.watch.who_to_call(INVESTIGATOR, XA, CallQuery(Competence.GENERAL))
    assert answer.calls
    assert answer.is_old
    assert answer.age.heard_at < MONDAY + timedelta(minutes=1)


def test_a_directory_that_its_state_did_not_sign_is_not_used(desk_pair):
    desk_pair.publish(desk_pair.xa)
    desk_pair.exchange()
    forged = desk_pair.desks.directories[XA]
    first = replace(forged.directory.desks[0], title="Call us instead")
    directory = replace(forged.directory, version=2, desks=(first, *forged.directory.desks[1:]))
    desk_pair.desks.directories[XA] = replace(forged, directory=directory)
    desk_pair.xb.hub_services.keep_focal_points()
    view = desk_pair.xb.services.watch.show_focal_points(INVESTIGATOR, DeskQuery())
    assert "Call us instead" not in {line.desk.title for line in view.lines}
    assert [(each.member, each.version, each.problem) for each in view.refused] == [("XA", 2, Problem.BAD_SIGNATURE)]


def test_an_older_directory_takes_the_place_of_no_newer_one(desk_pair):
    desk_pair.publish(desk_pair.xa)
    older = desk_pair.desks.directories[XA]
    desk_pair.publish(desk_pair.xa, DESKS.replace("National desk", "New name"))
    desk_pair.exchange()
    desk_pair.desks.directories[XA] = older
    desk_pair.xb.hub_services.keep_focal_points()
    view = desk_pair.xb.services.watch.show_focal_points(INVESTIGATOR, DeskQuery())
    assert "New name" in {line.desk.title for line in view.lines}


def test_what_is_exported_is_what_was_published(desk_pair):
    desk_pair.publish(desk_pair.xa)
    text = desk_pair.xa.services.watch.edit_focal_points.show(FOCAL_POINT).toml
    assert read_toml(text) == read_toml(DESKS)
    assert write_toml(read_toml(text)) == text


def test_a_draft_is_nobodys_news_until_it_is_signed(desk_pair):
    desk_pair.publish(desk_pair.xa)
    changed = read_toml(DESKS.replace("National desk", "New name"))
    desk_pair.xa.services.watch.edit_focal_points.save(FOCAL_POINT, changed, "")
    desk_pair.exchange()
    view = desk_pair.xb.services.watch.show_focal_points(INVESTIGATOR, DeskQuery())
    assert "New name" not in {line.desk.title for line in view.lines}
    assert desk_pair.xa.services.watch.edit_focal_points.show(FOCAL_POINT).is_changed


def test_who_saves_saves_what_they_saw(desk_pair):
    edit = desk_pair.xa.services.watch.edit_focal_points
    edit.save(FOCAL_POINT, read_toml(DESKS), "")
    seen = edit.show(FOCAL_POINT).mark
    edit.save(FOCAL_POINT, read_toml(DESKS.replace("National desk", "New name")), seen)
    with pytest.raises(NotAllowedNow):
        edit.save(FOCAL_POINT, read_toml(DESKS), seen)


def test_a_directory_that_speaks_for_the_past_is_refused(desk_pair):
    with pytest.raises(InvalidDraft, match="last day"):
        desk_pair.xa.services.watch.edit_focal_points.save(FOCAL_POINT, draft_until(MONDAY.date().replace(day=1)), "")


def test_nothing_is_published_before_there_is_a_desk(desk_pair):
    with pytest.raises(InvalidDraft, match="no desk"):
        desk_pair.xa.services.watch.publish_focal_points(FOCAL_POINT)


@pytest.mark.parametrize("actor", [INVESTIGATOR, ADMINISTRATOR])
def test_only_the_focal_point_changes_desks(desk_pair, actor):
    watch = desk_pair.xa.services.watch
    for act in (
        lambda: watch.edit_focal_points.show(actor),
        lambda: watch.edit_focal_points.save(actor, read_toml(DESKS), ""),
        lambda: watch.publish_focal_points(actor),
        lambda: watch.edit_focal_points.staff(actor, "national", ["mara"]),
    ):
        with pytest.raises(Forbidden):
            act()


def test_whoever_sees_no_desks_is_told_of_none(desk_pair):
    desk_pair.publish(desk_pair.xa)
    with pytest.raises(Forbidden):
        desk_pair.xa.services.watch.show_focal_points(ADMINISTRATOR, DeskQuery())


def test_a_state_without_desks_is_said_plainly(desk_pair):
    with pytest.raises(NotFound):
        desk_pair.xa.services.watch.who_to_call(INVESTIGATOR, MemberCode("XB"), CallQuery(Competence.GENERAL))


def test_the_roster_shows_turns_that_have_not_ended(desk_pair):
    desk_pair.publish(desk_pair.xa)
    roster = desk_pair.xa.services.watch.show_focal_points.roster(INVESTIGATOR)
    assert [(line.member, line.desk.desk_id) for line in roster] == [("XA", "second")]
    desk_pair.at(MONDAY + timedelta(days=3))
    assert desk_pair.xa.services.watch.show_focal_points.roster(INVESTIGATOR) == ()


def test_the_own_page_knows_which_version_the_hub_hands_out(desk_pair):
    desk_pair.publish(desk_pair.xa)
    desk_pair.exchange()
    desk_pair.pair.hub.away = True
    desk_pair.publish(desk_pair.xa)
    own = desk_pair.xa.services.watch.edit_focal_points.show(FOCAL_POINT)
    assert (own.handed_out, own.published.directory.version) == (1, 2)
