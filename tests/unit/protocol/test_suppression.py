"""Dismissed stays dismissed until something material changed; and what an officer is told of the past."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.handling import Channel, IdentifierKind, Urgency
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HitId, MemberCode
from symbolon.protocol.suppression import (
    DECISIVE,
    DESCRIPTIVE,
    PastContact,
    StandingInterest,
    asked_before,
    hits_to_reconsider,
    interested,
    is_material_change,
    record_facts,
)

KEY = b"k" * 32
NAME, BIRTH_DATE, PHONE = IdentifierKind.NAME, IdentifierKind.BIRTH_DATE, IdentifierKind.PHONE
JUDGED = {
    NAME: ["dara sok"],
    BIRTH_DATE: ["1990-05"],
    IdentifierKind.SEX: ["f"],
    IdentifierKind.PLACE: ["port one"],
    PHONE: ["+99555000100"],
}
IDENTIFIERS = st.dictionaries(
    st.sampled_from(IdentifierKind), st.lists(st.sampled_from("abcd"), min_size=1, max_size=3)
)


def facts(urgency=Urgency.U3, **changed):
    said = JUDGED | {IdentifierKind(kind): values for kind, values in changed.items()}
    return record_facts({kind: values for kind, values in said.items() if values}, urgency, KEY)


@pytest.mark.parametrize(
    ("changed", "material"),
    [
        ({}, False),
        ({"name": ["dara sokh"]}, False),
        ({"birth_date": ["1990-06"]}, False),
        ({"name": ["dara sokh"], "birth_date": ["1990-06"]}, True),
        ({"name": ["dara sokh"], "sex": ["m"]}, True),
        ({"name": ["dara sok", "srey"]}, False),
        ({"place": ["port two"]}, False),
        ({"nationality": ["XA"]}, True),
        ({"phone": []}, False),
        ({"phone": ["+99555000200"]}, True),
        ({"phone": ["+99555000100", "+99555000200"]}, True),
        ({"document": ["XA|P1"]}, True),
        ({"name": [], "birth_date": [], "phone": []}, False),
    ],
)
def test_what_brings_a_dismissed_pair_back(changed, material):
    assert is_material_change(facts(), facts(**changed)) is material


def test_a_life_at_risk_brings_it_back_and_less_urgency_does_not():
    assert is_material_change(facts(), facts(Urgency.U1))
    assert not is_material_change(facts(), facts(Urgency.U2))
    assert not is_material_change(facts(Urgency.U1), facts(Urgency.U1))
    assert not is_material_change(facts(Urgency.U1), facts(Urgency.U3))


@given(IDENTIFIERS)
def test_a_record_sent_again_or_with_less_in_it_brings_nothing_back(said):
    judged = record_facts(said, Urgency.U3, KEY)
    assert not is_material_change(
        judged, record_facts({k: [*reversed(v), v[0]] for k, v in said.items()}, Urgency.U3, KEY)
    )
    for kind in said:
        less = {each: values for each, values in said.items() if each is not kind}
        assert not is_material_change(judged, record_facts(less, Urgency.U3, KEY))


@given(IDENTIFIERS, st.sampled_from(sorted(DECISIVE)))
def test_a_new_decisive_identifier_always_brings_it_back(said, kind):
    more = said | {kind: [*said.get(kind, []), "new"]}
    assert is_material_change(record_facts(said, Urgency.U3, KEY), record_facts(more, Urgency.U3, KEY))


@given(IDENTIFIERS, st.sampled_from(sorted(set(IdentifierKind) - DECISIVE - DESCRIPTIVE)))
def test_what_neither_decides_nor_describes_brings_nothing_back(said, kind):
    more = said | {kind: ["new"]}
    assert not is_material_change(record_facts(said, Urgency.U3, KEY), record_facts(more, Urgency.U3, KEY))


def test_small_changes_add_up_against_what_was_judged():
    once, twice = facts(name=["dara sokh"]), facts(name=["dara sokh"], birth_date=["1990-06"])
    assert not is_material_change(facts(), once)
    assert not is_material_change(once, twice)
    judged = {HitId("early"): facts(), HitId("late"): once}
    assert hits_to_reconsider(judged, once) == ()
    assert hits_to_reconsider(judged, twice) == (HitId("early"),)


def test_the_facts_show_nothing_without_the_record_s_own_key():
    said = record_facts(JUDGED, Urgency.U3, KEY)
    assert "dara" not in repr(said)
    other = record_facts(JUDGED, Urgency.U3, b"j" * 32)
    assert not any(said.values_of(kind) & other.values_of(kind) for kind in IdentifierKind)
    assert said.values_of(NAME) != record_facts({BIRTH_DATE: JUDGED[NAME]}, Urgency.U3, KEY).values_of(BIRTH_DATE)
    with pytest.raises(MalformedMessage):
        record_facts(JUDGED, Urgency.U3, b"short")


def test_hints_name_the_same_state_first_and_then_the_newest():
    xb, xc = MemberCode("XB"), MemberCode("XC")
    old = PastContact(xb, Channel.FORMAL, date(2020, 1, 1), answered=True)
    newer = PastContact(xb, Channel.INFORMAL, date(2024, 1, 1), answered=False)
    elsewhere = PastContact(xc, Channel.INFORMAL, date(2025, 1, 1), answered=True)
    assert asked_before([old, elsewhere, newer], xb) == (newer, old, elsewhere)


def test_a_standing_interest_ends_after_its_last_day():
    interests = [StandingInterest("ivo", date(2026, 3, 1)), StandingInterest("fenn", date(2026, 4, 1))]
    assert interested(interests, date(2026, 3, 1)) == {"ivo", "fenn"}
    assert interested(interests, date(2026, 3, 2)) == {"fenn"}
