"""What counts once, and in which order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.envelope import CLOCK_SKEW, Expectation, sign, verify
from symbolon.protocol.membership_problems import OutOfOrder, Replayed
from symbolon.protocol.messages import HoldDecision
from symbolon.protocol.problems import Expired
from symbolon.protocol.references import HUB, DeliveryId
from symbolon.protocol.replay import (
    NO_HIT,
    Arrival,
    HubSight,
    NodeSight,
    admit_at_hub,
    admit_at_node,
    hub_lane,
    keep_nonce_until,
    member_lane,
)

NOTHING = HubSight(nonce_seen=False, newest_issued_at=None)
MILLISECOND = timedelta(milliseconds=1)
DELIVERY, OTHER_DELIVERY = (DeliveryId(f"00000000-0000-4000-8000-00000000000{end}") for end in "12")


@pytest.fixture(scope="module")
def envelope(samples, generator):
    decision = next(message for message in samples.CLEAR if isinstance(message, HoldDecision))
    return sign(decision, generator.header_for(decision), samples.SIGNING_KEYS[samples.XA])


def test_the_first_envelope_of_a_lane_is_admitted(envelope):
    admit_at_hub(envelope, NOTHING)


def test_an_envelope_whose_nonce_was_seen_is_replayed_whatever_its_time(envelope):
    for newest in (None, envelope.issued_at, envelope.issued_at + MILLISECOND):
        with pytest.raises(Replayed):
            admit_at_hub(envelope, HubSight(True, newest))


def test_an_envelope_issued_before_the_newest_of_its_lane_is_out_of_order(envelope):
    admit_at_hub(envelope, HubSight(False, envelope.issued_at))
    with pytest.raises(OutOfOrder):
        admit_at_hub(envelope, HubSight(False, envelope.issued_at + MILLISECOND))


def test_a_second_try_signed_anew_is_admitted(samples, generator, envelope):
    decision = envelope.read(HoldDecision)
    header = generator.header_for(decision)
    later = replace(header, nonce=b"n" * 16, issued_at=header.issued_at + timedelta(seconds=5))
    again = sign(decision, later, samples.SIGNING_KEYS[samples.XA])
    assert again.message_id == envelope.message_id
    admit_at_hub(again, HubSight(False, envelope.issued_at))


def test_lanes_to_the_hub_are_by_sender_and_purpose(samples, envelope):
    assert hub_lane(envelope) == hub_lane(replace(envelope, nonce=bytes(16)))
    assert hub_lane(envelope) != hub_lane(replace(envelope, sender=samples.XB))


def test_lanes_between_members_are_by_sender_and_hit(samples):
    lanes = {member_lane(sender, hit) for sender in (samples.XA, samples.XB) for hit in (samples.HIT, None)}
    assert len(lanes) == 4
    assert member_lane(samples.XA, None).topic == NO_HIT


def test_a_nonce_is_kept_until_its_envelope_has_expired_on_every_clock(samples, envelope):
    until = keep_nonce_until(envelope)
    expected = Expectation(samples.FEDERATION, True, HUB, envelope.purpose, samples.XA)
    slow_clock = until - CLOCK_SKEW
    with pytest.raises(Expired):
        verify(envelope, samples.SIGNING_KEYS[samples.XA].public, expected, slow_clock)


def test_the_same_delivery_again_is_a_repetition(envelope):
    assert admit_at_node(envelope, DELIVERY, NodeSight(None, None)) is Arrival.NEW
    newest = envelope.issued_at + timedelta(days=1)
    assert admit_at_node(envelope, DELIVERY, NodeSight(DELIVERY, newest)) is Arrival.REPEATED


def test_a_message_under_another_delivery_is_replayed(envelope):
    with pytest.raises(Replayed):
        admit_at_node(envelope, OTHER_DELIVERY, NodeSight(DELIVERY, envelope.issued_at))


def test_a_message_issued_before_the_newest_of_its_lane_is_out_of_order_at_a_node(envelope):
    assert admit_at_node(envelope, DELIVERY, NodeSight(None, envelope.issued_at)) is Arrival.NEW
    with pytest.raises(OutOfOrder):
        admit_at_node(envelope, DELIVERY, NodeSight(None, envelope.issued_at + MILLISECOND))


@given(order=st.lists(st.integers(0, 5), max_size=30))
def test_whatever_comes_in_whatever_order_each_is_admitted_once_and_never_after_a_later_one(envelope, order):
    sent = [
        replace(envelope, nonce=bytes([number]) * 16, issued_at=envelope.issued_at + number * MILLISECOND)
        for number in range(6)
    ]
    nonces, newest, admitted = set(), None, []
    for number in order:
        try:
            admit_at_hub(sent[number], HubSight(sent[number].nonce in nonces, newest))
        except (Replayed, OutOfOrder):
            continue
        nonces.add(sent[number].nonce)
        newest = sent[number].issued_at
        admitted.append(number)
    assert admitted == sorted(set(admitted))
    assert bool(admitted) == bool(order)
