"""What a sealed message is a step of, and what the hub may see of it."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from symbolon.protocol.exchange_steps import (
    CARRIED_BY_MESSAGES,
    EVENTS_OF_PURPOSE,
    ExchangeStep,
    check_notice,
    check_sealed_notice,
    event_of,
    notice_for,
    step_from_hub,
    step_from_notice,
)
from symbolon.protocol.exchange_terms import ReplyExtent, RequestRuling
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import RELEASES, STEPS, Event, Party
from symbolon.protocol.messages import SEALED_PURPOSES, STEP_PURPOSES, Reply, RequestDecision, StateNotice, StepTaken
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, MemberCode
from symbolon.protocol.sealing import seal, unseal

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def steps(samples):
    return [message for message in samples.SEALABLE if isinstance(message, ExchangeStep)]


def test_every_step_that_a_side_takes_in_an_exchange_has_a_message_and_every_other_a_notice_alone(steps):
    decision = next(each for each in steps if isinstance(each, RequestDecision))
    reply = next(each for each in steps if isinstance(each, Reply))
    every = [
        *steps,
        replace(decision, ruling=RequestRuling.ACCEPT, ground=None),
        replace(reply, extent=ReplyExtent.FULL),
    ]
    by_a_side = {step.event for step in STEPS if step.parties & {Party.RECEIVER, Party.GIVER}}
    assert {event_of(each) for each in every} == by_a_side - {Event.CLOSED}
    assert {event_of(each) for each in every} >= RELEASES
    assert {each.PURPOSE for each in steps} == STEP_PURPOSES
    assert {type(each) for each in steps} == set(get_args(ExchangeStep))


def test_a_notice_says_step_version_and_an_opening_s_urgency_and_nothing_else(steps):
    assert {field.name for field in fields(StateNotice)} == {
        "hit_id", "exchange_id", "event", "follows", "urgency", "at",
    }  # fmt: skip
    for message in steps:
        notice = notice_for(message, 0, NOW)
        opens = notice.event in {Event.REQUESTED, Event.SPONTANEOUS}
        assert (notice.urgency is not None) is opens


def test_a_message_that_is_another_step_than_the_hub_was_told_is_refused(steps):
    for message in steps:
        notice = notice_for(message, 4, NOW)
        check_notice(message, notice)
        wrong = Event.RECALLED if notice.event is not Event.RECALLED else Event.RESPONDED
        for other in (
            None,
            replace(notice, event=wrong),
            replace(notice, hit_id="00000000-0000-4000-8000-000000000063"),
            replace(notice, exchange_id=None),
            replace(notice, urgency=Urgency.U3),
        ):
            with pytest.raises(MalformedMessage):
                check_notice(message, other)


def test_a_step_comes_from_whoever_signed_it_or_whom_the_hub_names(steps):
    notice = notice_for(steps[0], 0, NOW)
    step = step_from_notice(notice, MemberCode("XA"))
    assert (step.by, step.event, step.follows) == ("XA", Event.REQUESTED, 0)
    taken = StepTaken(notice.hit_id, None, Event.EXPIRED, 3, None, HUB, NOW)
    assert step_from_hub(taken).by == HUB


def test_the_notice_travels_beside_the_ciphertext(samples, generator, steps):
    message = steps[0]
    notice, context = notice_for(message, 0, NOW), generator.context_for(message)
    sealed = seal(message, samples.RECIPIENT_KEYS["XB"], context, sender_has_hybrid=True, notice=notice)
    assert sealed.notice == notice
    opened = unseal(type(message), sealed, samples.OWN_KEYS["XB"], context, sender_has_hybrid=True)
    check_notice(opened, sealed.notice)


def test_the_hub_takes_a_message_as_no_other_step_than_its_purpose_makes(steps):
    for message in steps:
        notice = notice_for(message, 0, NOW)
        assert notice.event in EVENTS_OF_PURPOSE[message.PURPOSE]
        check_sealed_notice(message.PURPOSE, notice)
        for wrong in (
            None,
            replace(notice, exchange_id=None),
            replace(notice, urgency=None if notice.urgency else Urgency.U1),
            replace(notice, event=Event.WITHDRAWN),
        ):
            with pytest.raises(MalformedMessage):
                check_sealed_notice(message.PURPOSE, wrong)


def test_a_message_that_is_no_step_has_no_notice_beside_it(steps):
    for purpose in SEALED_PURPOSES - STEP_PURPOSES:
        check_sealed_notice(purpose, None)
        with pytest.raises(MalformedMessage):
            check_sealed_notice(purpose, notice_for(steps[0], 0, NOW))


def test_each_step_is_carried_by_one_purpose_or_by_a_notice_alone():
    assert EVENTS_OF_PURPOSE.keys() == STEP_PURPOSES
    assert sum(map(len, EVENTS_OF_PURPOSE.values())) == len(CARRIED_BY_MESSAGES)
    assert CARRIED_BY_MESSAGES >= RELEASES
