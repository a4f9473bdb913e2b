import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire, whole_milliseconds
from symbolon.protocol.handling import ComparableWith, ComparisonMode
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, HitId, MemberCode
from symbolon.protocol.wire_limits import between, entries, octets, one_of, text_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    hit: HitId
    colours: tuple[Colour, ...]


@dataclass(frozen=True, slots=True)
class Outer:
    text: str
    number: int
    truth: bool
    data: bytes
    instant: datetime
    day: date
    colour: Colour
    maybe: Colour | None
    inner: tuple[Inner, ...]
    limited: Annotated[int, between(1, 9)] = 1
    few: Annotated[tuple[Annotated[bytes, octets(1, 2)], ...], entries(0, 2)] = ()
    brief: Annotated[str, text_of(0, 5)] = ""
    red: Annotated[Colour, one_of(Colour.RED)] = Colour.RED


HIT = HitId("00000000-0000-4000-8000-000000000001")
INSTANT = datetime(2026, 1, 31, 9, 30, 0, 123_000, tzinfo=UTC)
OUTER = Outer(
    text="ห", number=-5, truth=True, data=b"\xfb\xff", instant=INSTANT, day=date(2026, 1, 31),
    colour=Colour.RED, maybe=None, inner=(Inner(HIT, (Colour.BLUE,)),),
)  # fmt: skip


def outer_with(**fields):
    return {**to_wire(OUTER), **fields}


def refusal_of(value, cls=Outer):
    with pytest.raises(MalformedMessage) as refusal:
        from_wire(cls, value)
    return str(refusal.value)


def test_each_type_has_its_one_form_on_the_wire():
    assert to_wire(OUTER) == {
        "text": "ห",
        "number": -5,
        "truth": True,
        "data": "-_8",
        "instant": "2026-01-31T09:30:00.123Z",
        "day": "2026-01-31",
        "colour": "red",
        "maybe": None,
        "inner": [{"hit": HIT, "colours": ["blue"]}],
        "limited": 1,
        "few": [],
        "brief": "",
        "red": "red",
    }


def test_what_was_written_is_read_back_equal():
    assert from_wire(Outer, to_wire(OUTER)) == OUTER


@given(st.binary(max_size=100))
def test_bytes_of_any_length_travel(data):
    assert from_wire(bytes, to_wire(data)) == data


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_instants_of_any_zone_travel_to_the_millisecond(instant):
    assert from_wire(datetime, to_wire(instant)) == whole_milliseconds(instant).astimezone(UTC)


@given(st.dates())
def test_days_travel(day):
    assert from_wire(date, to_wire(day)) == day


def test_an_instant_before_the_first_year_in_utc_is_not_written():
    with pytest.raises(MalformedMessage):
        to_wire(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", 1),
        ("text", None),
        ("number", True),
        ("number", "1"),
        ("number", 2**53),
        ("truth", 1),
        ("truth", None),
        ("data", "-_8="),
        ("data", "+/8"),
        ("data", "-_9"),
        ("data", "-"),
        ("data", "a a"),
        ("data", "é"),
        ("data", 5),
        ("instant", "2026-01-31T09:30:00Z"),
        ("instant", "2026-01-31T09:30:00.123+00:00"),
        ("instant", "2026-01-31 09:30:00.123Z"),
        ("instant", "2026-02-30T09:30:00.123Z"),
        ("instant", "2026-01-31T09:30:60.123Z"),
        ("instant", "٢٠٢٦-01-31T09:30:00.123Z"),
        ("instant", 1),
        ("day", "20260131"),
        ("day", "2026-W05-6"),
        ("day", "2026-02-30"),
        ("day", 1),
        ("colour", "RED"),
        ("colour", None),
        ("colour", []),
        ("maybe", "green"),
        ("inner", {}),
        ("inner", None),
        ("limited", 0),
        ("limited", 10),
        ("few", ["AA", "AA", "AA"]),
        ("few", [""]),
        ("few", ["AAAA"]),
        ("brief", "longer"),
        ("brief", "\x1b[0m"),
        ("brief", "\x9b"),
        ("red", "blue"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_place_and_is_not_repeated(field, wrong):
    message = refusal_of(outer_with(**{field: wrong}))
    assert message.startswith(field)
    assert message.endswith(".")


def test_the_place_of_a_nested_value_is_named():
    wrong = [{"hit": HIT, "colours": []}, {"hit": HIT, "colours": ["red", "secret"]}]
    message = refusal_of(outer_with(inner=wrong))
    assert message == "inner[1].colours[1]: must be one of red, blue."


def test_the_place_of_a_nested_value_is_named_when_writing_too():
    with pytest.raises(MalformedMessage, match=r"^inner\[0\]\.hit: An id is a UUID"):
        to_wire(Outer(**{name: getattr(OUTER, name) for name in Outer.__slots__} | {"inner": (Inner("x", ()),)}))


def test_a_missing_field_is_refused_by_name():
    value = to_wire(OUTER)
    del value["day"]
    assert refusal_of(value) == "day: is missing."


def test_an_unknown_field_is_refused_without_repeating_its_name():
    message = refusal_of(outer_with(nok_somchai=1))
    assert message == "holds a field that this version of the wire format does not have."


def test_an_absent_optional_field_is_refused_because_null_is_written_out():
    value = to_wire(OUTER)
    del value["maybe"]
    assert refusal_of(value) == "maybe: is missing."


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_something_else_than_an_object_is_no_message(value):
    assert refusal_of(value) == "must be an object."


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", 1),
        ("number", 1.5),
        ("truth", 1),
        ("data", "text"),
        ("instant", datetime(2026, 1, 1)),  # noqa: DTZ001 - the point of the case
        ("instant", "2026"),
        ("day", INSTANT),
        ("day", "2026-01-31"),
        ("colour", "red"),
        ("inner", [Inner(HIT, ())]),
        ("inner", ({},)),
        ("limited", 0),
        ("brief", "longer"),
        ("red", Colour.BLUE),
    ],
)
def test_a_value_that_others_would_refuse_is_not_written(field, wrong):
    fields = {name: getattr(OUTER, name) for name in Outer.__slots__}
    with pytest.raises(MalformedMessage, match=f"^{field}"):
        to_wire(Outer(**{**fields, field: wrong}))


@pytest.mark.parametrize(
    "kind", [float, object, list[int], dict[str, int], int | str, tuple[int, str], int | str | None, tuple[int, int]]
)
def test_a_type_without_a_form_on_the_wire_is_the_programmer_s_mistake(kind):
    with pytest.raises(TypeError, match="has no form on the wire"):
        from_wire(kind, None)


def test_whatever_is_written_has_canonical_bytes():
    assert parse_json(canonical_bytes(to_wire(OUTER))) == to_wire(OUTER)
    assert json.loads(canonical_bytes(to_wire(OUTER))) == to_wire(OUTER)


def test_a_contradictory_rule_of_comparison_is_refused_in_its_place():
    value = {"mode": "all", "members": ["XB"]}
    assert refusal_of(value, ComparableWith) == "A record comparable with all members lists none."


def test_members_travel_as_their_codes():
    assert to_wire(ComparableWith.only(MemberCode("XC"), MemberCode("XB"))) == {"mode": "only", "members": ["XB", "XC"]}
    assert refusal_of({"mode": "only", "members": [HUB]}, ComparableWith).startswith("The hub is not a member")
    assert refusal_of({"mode": "only", "members": ["xb"]}, ComparableWith).startswith("members[0]: ")
    codes = [f"{first}{second}" for first in "ABCDEFGHIJK" for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert refusal_of({"mode": "only", "members": codes[:251]}, ComparableWith).startswith("A record lists at most 250")
    assert len(from_wire(ComparableWith, {"mode": "only", "members": codes[:250]}).members) == 250
    assert from_wire(ComparableWith, {"mode": "all", "members": []}) == ComparableWith(ComparisonMode.ALL)
