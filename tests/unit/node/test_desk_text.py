"""A state's desks as people write them: what is written is read again, and a mistake says where it is."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.node.domain.agreements import amount_text, read_amount, time_lines
from symbolon.node.domain.desk_lines import channel_line, hours_lines, read_channel, read_hours, read_turn, turn_line
from symbolon.node.domain.desk_text import DirectoryDraft, read_toml, write_toml
from symbolon.node.domain.notices import Manner, Notice, NoticeKind, NoticePreference, is_due
from symbolon.node.errors import InvalidDraft
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import DEFAULT_TIMES, ClockName
from symbolon.protocol.messages_focal_points import (
    Competence,
    ContactChannel,
    ContactKind,
    DeskHours,
    DeskKind,
    DutyTurn,
    FocalPointEntry,
)
from symbolon.protocol.references import DeskId

TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30)
ADDRESSES = TEXTS.map(lambda text: text.replace("|", "-"))
CHANNELS = st.builds(ContactChannel, st.sampled_from(ContactKind), ADDRESSES, ADDRESSES | st.just(""))
STRETCHES = st.tuples(st.integers(0, 1438), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])
HOURS = st.dictionaries(st.integers(0, 6), STRETCHES, min_size=1).map(
    lambda days: tuple(DeskHours(day, *stretch) for day, stretch in sorted(days.items()))
)
DESKS = st.builds(
    FocalPointEntry,
    desk_id=st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True).map(DeskId),
    kind=st.sampled_from(DeskKind),
    title=TEXTS,
    competences=st.lists(st.sampled_from(Competence), min_size=1, unique=True).map(tuple),
    languages=st.just(("en", "zh-Hant")),
    zone=st.sampled_from(("UTC", "Asia/Dhaka")),
    hours=HOURS,
    channels=st.lists(CHANNELS, min_size=1, max_size=4).map(tuple),
    deputy=st.none(),
)
NOW = datetime(2031, 5, 5, 9, 0, tzinfo=UTC)


@given(st.lists(DESKS, min_size=1, max_size=4, unique_by=lambda desk: desk.desk_id), st.sets(st.dates(), max_size=5))
def test_a_directory_is_read_as_it_was_written(desks, holidays):
    turn = DutyTurn(desks[0].desk_id, NOW, NOW + timedelta(hours=12))
    draft = DirectoryDraft(date(2031, 12, 31), tuple(desks), (turn,), tuple(sorted(holidays)))
    again = read_toml(write_toml(draft))
    assert [sorted(desk.hours, key=str) for desk in again.desks] == [
        sorted(desk.hours, key=str) for desk in draft.desks
    ]
    assert write_toml(again) == write_toml(draft)
    assert (again.roster, again.holidays, again.valid_until) == (draft.roster, draft.holidays, draft.valid_until)


@given(HOURS)
def test_hours_are_read_as_they_were_written(hours):
    assert set(read_hours(hours_lines(hours), "hours")) == set(hours)


@given(CHANNELS)
def test_a_way_to_a_desk_is_read_as_it_was_written(channel):
    assert read_channel(channel_line(channel), "channels") == channel


def test_a_turn_is_read_as_it_was_written():
    turn = DutyTurn(DeskId("duty"), NOW, NOW + timedelta(hours=12))
    assert read_turn(turn_line(turn), "roster") == turn


GOOD = """
valid_until = 2031-12-31
[[desk]]
id = "desk"
kind = "focal-point"
title = "Desk"
competences = ["general"]
languages = ["en"]
zone = "UTC"
hours = ["Mon-Fri 09:00-17:00"]
channels = ["phone: 1"]
"""


@pytest.mark.parametrize(
    ("good", "bad", "where"),
    [
        ("valid_until = 2031-12-31", 'valid_until = "soon"', "valid_until"),
        ('id = "desk"', 'id = "Our Desk"', "desk 1, id"),
        ('"focal-point"', '"office"', "desk 1, kind"),
        ('["general"]', '["ships"]', "desk 1, competences"),
        ('"UTC"', '"Mars/Base"', "desk 1, zone"),
        ("Mon-Fri 09:00-17:00", "Mon-Fri 9 to 5", "desk 1, hours"),
        ("Mon-Fri 09:00-17:00", "Mon 17:00-09:00", "desk 1, hours"),
        ("Mon-Fri 09:00-17:00", "Mon 09:00-25:00", "desk 1, hours"),
        ("phone: 1", "pigeon: 1", "desk 1, channels"),
        ("phone: 1", "1", "desk 1, channels"),
        ('title = "Desk"', 'titel = "Desk"', "desk 1"),
        ('title = "Desk"', "title = 7", "desk 1, title"),
        ("[[desk]]", "[[duty]]\ndesk = 1\n[[desk]]", "duty 1"),
    ],
)
def test_a_mistake_says_where_it_is(good, bad, where):
    with pytest.raises(InvalidDraft) as mistake:
        read_toml(GOOD.replace(good, bad, 1))
    assert mistake.value.sentence.startswith(where)


def test_what_is_no_toml_is_said():
    with pytest.raises(InvalidDraft, match="not TOML"):
        read_toml("valid_until = ")


def test_a_turn_without_an_offset_is_refused():
    with pytest.raises(InvalidDraft, match="offset"):
        read_turn("desk 2031-05-05T08:00 2031-05-05T20:00", "Duty roster")


@pytest.mark.parametrize("clock", ClockName)
@pytest.mark.parametrize("urgency", Urgency)
def test_every_time_of_the_federation_can_be_written_and_read(clock, urgency):
    allowed = DEFAULT_TIMES[clock][urgency]
    time = read_amount(amount_text(allowed.counting, allowed.amount), clock, urgency)
    assert (time.counting, time.amount) == (allowed.counting, allowed.amount)


@pytest.mark.parametrize("text", ["soon", "0 hours", "-1 days", "1.5 hours", "5 minutes", "99999 days", "٣ days"])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(InvalidDraft):
        read_amount(text, ClockName.TRIAGE, Urgency.U2)


def test_no_pair_is_asked_for_times_that_none_may_change():
    assert {line.clock for line in time_lines(None)} == set(ClockName) - {
        ClockName.HOLD,
        ClockName.PURGE,
        ClockName.REOPEN,
    }


def wishes(**changes):
    values = {"manner": Manner.AT_ONCE, "digest_at": 480, "quiet_from": 1200, "quiet_until": 360, "zone": "UTC"}
    return NoticePreference(login="mara", address="m@a.test", wake_for_life=True, since=NOW, **{**values, **changes})


def a_notice(urgency=Urgency.U3, noted_at=NOW):
    return Notice(1, NoticeKind.NEW_HIT, None, "mara", protected=False, urgency=urgency, state=None, noted_at=noted_at)


@given(st.integers(0, 24 * 60 - 1))
def test_in_quiet_hours_over_midnight_nothing_is_told_but_what_is_at_risk_to_life(minute):
    moment = NOW.replace(hour=0) + timedelta(minutes=minute)
    is_quiet = minute >= 1200 or minute < 360
    assert is_due(wishes(), [a_notice()], None, moment) is not is_quiet
    assert is_due(wishes(), [a_notice(Urgency.U1)], None, moment)
    assert is_due(wishes(), [], None, moment) is False


@given(st.integers(0, 60 * 24 * 4), st.sampled_from(("UTC", "Pacific/Auckland", "America/St_Johns")))
def test_a_digest_comes_once_a_day_in_every_zone(minutes, zone):
    digest = wishes(manner=Manner.DIGEST, quiet_from=None, quiet_until=None, zone=zone)
    sent: list[datetime] = []
    for quarter in range(0, 60 * 24 * 5, 15):
        now = NOW + timedelta(minutes=minutes + quarter)
        if is_due(digest, [a_notice(noted_at=NOW - timedelta(days=3))], sent[-1] if sent else None, now):
            sent.append(now)
    assert len(sent) in (5, 6)
    assert all(later - earlier <= timedelta(hours=25) for earlier, later in pairwise(sent[1:]))
