"""By which desk's hours a clock counts, and how much time it allows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from symbolon.protocol.acting_desks import (
    COMPETENCE_FOR,
    USUAL_OFFICE,
    acting_calendar,
    agreed_allowance,
    desk_to_act,
)
from symbolon.protocol.allowances import Allowance, Counting
from symbolon.protocol.clocks import OpenHours
from symbolon.protocol.handling import OffenceGroup, Urgency
from symbolon.protocol.lifecycle_times import DEFAULT_TIMES, ClockName
from symbolon.protocol.messages import (
    AgreedTime,
    ContactChannel,
    DeskHours,
    FocalPointDirectory,
    FocalPointEntry,
    PairProfile,
)
from symbolon.protocol.messages_focal_points import Competence, ContactKind, DeskKind
from symbolon.protocol.references import DeskId, MemberCode

XA, XB = MemberCode("XA"), MemberCode("XB")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def desk(name, kind=DeskKind.FOCAL_POINT, competence=Competence.GENERAL, opens=540):
    return FocalPointEntry(
        desk_id=DeskId(name),
        kind=kind,
        title=name,
        competences=(competence,),
        languages=("en",),
        zone="Asia/Bangkok",
        hours=(DeskHours(0, opens, 1020),),
        channels=(ContactChannel(ContactKind.PHONE, "+99 555 000 100", ""),),
        deputy=None,
    )


def directory(*desks):
    return FocalPointDirectory(XA, 1, NOW, date(2027, 1, 1), desks, (), (date(2026, 4, 13),))


def test_the_desk_for_the_subject_acts_then_the_one_for_anything_then_the_first():
    general, smuggling, finance = desk("general"), desk("s", competence=Competence.SMUGGLING), desk("f")
    finance = replace(finance, competences=(Competence.FINANCE,))
    listed = directory(finance, general, smuggling)
    assert desk_to_act(listed, Competence.SMUGGLING) == smuggling
    assert desk_to_act(listed, Competence.TRAFFICKING) == general
    assert desk_to_act(directory(finance), Competence.TRAFFICKING) == finance


def test_of_two_for_the_same_subject_the_focal_point_acts_before_the_one_on_duty_and_the_deputy():
    deputy, duty, first = desk("a", DeskKind.DEPUTY), desk("b", DeskKind.DUTY), desk("c")
    assert desk_to_act(directory(deputy, duty, first), Competence.GENERAL) == first
    assert desk_to_act(directory(deputy, duty), Competence.GENERAL) == duty


def test_a_minor_s_subject_is_that_of_a_desk_for_victims_too():
    victims = desk("v", competence=Competence.VICTIM_PROTECTION)
    assert desk_to_act(directory(desk("g"), victims), Competence.MINORS) == victims


def test_the_calendar_is_the_acting_desk_s_with_its_state_s_holidays():
    calendar = acting_calendar(directory(desk("late", opens=600)), Competence.GENERAL)
    assert calendar.hours == (OpenHours(0, 600, 1020),)
    assert calendar.holidays == frozenset({date(2026, 4, 13)})


def test_a_state_without_desks_is_taken_to_work_on_weekdays_from_nine_to_five():
    assert acting_calendar(None, Competence.GENERAL) is USUAL_OFFICE
    assert USUAL_OFFICE.is_open(NOW)
    assert not USUAL_OFFICE.is_open(NOW + timedelta(days=5))


def test_every_offence_group_has_its_desk():
    assert set(COMPETENCE_FOR) == set(OffenceGroup)


def test_a_clock_keeps_what_the_pair_had_agreed_on_when_it_began():
    times = (AgreedTime(ClockName.RESPOND, Urgency.U3, Counting.WORKING_DAYS, 10),)
    first = PairProfile((XA, XB), 1, None, date(2026, 3, 1), times)
    second = PairProfile((XA, XB), 2, "5f" * 32, date(2026, 5, 1), ())

    def allowed_from(began):
        return agreed_allowance((first, second), ClockName.RESPOND, Urgency.U3, began)

    default = DEFAULT_TIMES[ClockName.RESPOND][Urgency.U3]
    assert allowed_from(date(2026, 2, 28)) == default
    assert allowed_from(date(2026, 3, 1)) == allowed_from(date(2026, 4, 30)) == Allowance(Counting.WORKING_DAYS, 10)
    assert allowed_from(date(2026, 5, 1)) == default
