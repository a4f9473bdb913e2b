"""What is signed for somebody else to see: onward use by its originator, a pair's profile by both."""

from dataclasses import replace
from datetime import date

import pytest

from symbolon.protocol.allowances import LONGEST_TIME_S, Counting, elapsed, usual_span, working_days
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import DEFAULT_TIMES, ClockName
from symbolon.protocol.membership_problems import BrokenSuccession, NotCoSigned
from symbolon.protocol.messages import AgreedTime, PairProfile, SignedPairProfile
from symbolon.protocol.onward_use import verify_onward_use
from symbolon.protocol.pair_profiles import FIXED_CLOCKS, allowance, sign_pair_profile, verify_pair_profile
from symbolon.protocol.problems import BadSignature, Expired, MalformedMessage
from symbolon.protocol.references import MemberCode

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
TODAY = date(2026, 3, 1)


def test_a_token_counts_by_its_originator_s_key_until_its_last_day(samples):
    signed, key = samples.ONWARD_USE_TOKEN, samples.SIGNING_KEYS[XA].public
    verify_onward_use(signed, key, signed.token.expires_on)
    with pytest.raises(Expired):
        verify_onward_use(signed, key, date(2026, 5, 1))
    with pytest.raises(BadSignature):
        verify_onward_use(signed, samples.SIGNING_KEYS[XB].public, TODAY)
    for change in ({"recipients": (XB,)}, {"as_evidence": True}, {"expires_on": date(2030, 1, 1)}, {"holder": XC}):
        with pytest.raises(BadSignature):
            verify_onward_use(replace(signed, token=replace(signed.token, **change)), key, TODAY)


@pytest.fixture
def keys(samples):
    return {code: samples.SIGNING_KEYS[code].public for code in (XA, XB)}


def signed_by(samples, profile, *members):
    return SignedPairProfile(
        profile, tuple(sign_pair_profile(profile, member, samples.SIGNING_KEYS[member]) for member in members)
    )


def test_a_profile_is_a_proposal_with_one_signature_and_agreed_with_both(samples, keys):
    profile = samples.PAIR_PROFILE
    verify_pair_profile(None, signed_by(samples, profile, XB), keys, both=False)
    verify_pair_profile(None, signed_by(samples, profile, XA, XB), keys, both=True)
    for signers in ((XA,), (XA, XA), (XA, XC)):
        with pytest.raises(NotCoSigned):
            verify_pair_profile(None, signed_by(samples, profile, *signers), keys, both=True)


def test_a_profile_that_was_changed_after_it_was_signed_is_refused(samples, keys):
    signed = signed_by(samples, samples.PAIR_PROFILE, XA, XB)
    later = replace(signed, profile=replace(signed.profile, effective_from=date(2030, 1, 1)))
    swapped = replace(
        signed, signatures=(replace(signed.signatures[0], member=XB), replace(signed.signatures[1], member=XA))
    )
    for wrong in (later, swapped):
        with pytest.raises(BadSignature):
            verify_pair_profile(None, wrong, keys, both=True)


def test_profiles_follow_one_another(samples, keys):
    first = samples.PAIR_PROFILE
    second = replace(first, version=2, previous_digest=first.digest(), times=())
    verify_pair_profile(first, signed_by(samples, second, XA, XB), keys, both=True)
    for known, offered in (
        (first, first),
        (None, second),
        (first, replace(second, version=3)),
        (first, replace(second, previous_digest="00" * 32)),
    ):
        with pytest.raises(BrokenSuccession):
            verify_pair_profile(known, signed_by(samples, offered, XA, XB), keys, both=True)


@pytest.mark.parametrize(
    "agreed",
    [
        *(AgreedTime(clock, Urgency.U2, Counting.WORKING_DAYS, 1) for clock in sorted(FIXED_CLOCKS)),
        AgreedTime(ClockName.RESPOND, Urgency.U1, Counting.WORKING_DAYS, 1),
        AgreedTime(ClockName.RESPOND, Urgency.U1, Counting.OFFICE_HOURS, 3600),
        AgreedTime(ClockName.RESPOND, Urgency.U1, Counting.ROUND_THE_CLOCK, 8 * 3600 + 1),
    ],
)
def test_no_pair_agrees_on_less_care_than_all(samples, keys, agreed):
    profile = replace(samples.PAIR_PROFILE, times=(agreed,))
    with pytest.raises(BrokenSuccession):
        verify_pair_profile(None, signed_by(samples, profile, XA, XB), keys, both=True)


@pytest.mark.parametrize(
    ("counting", "most"),
    [
        (Counting.WORKING_DAYS, 70),
        (Counting.OFFICE_HOURS, 70 * 8 * 3600),
        (Counting.ROUND_THE_CLOCK, 98 * 86_400),
    ],
)
def test_a_pair_waits_ten_times_as_long_as_all_others_at_the_most(samples, keys, counting, most):
    def verify(amount):
        agreed = AgreedTime(ClockName.RESPOND, Urgency.U3, counting, amount)
        profile = replace(samples.PAIR_PROFILE, times=(agreed,))
        verify_pair_profile(None, signed_by(samples, profile, XA, XB), keys, both=True)

    verify(most)
    for amount in (most + 7, 2**31 - 1):
        with pytest.raises(BrokenSuccession, match="too long"):
            verify(amount)


def test_no_pair_waits_longer_than_a_year(samples, keys):
    # Ten times thirty days are less than a year, and ten times ninety would not be.
    assert all(usual_span(each) < LONGEST_TIME_S for times in DEFAULT_TIMES.values() for each in times.values())
    agreed = AgreedTime(ClockName.FEEDBACK, Urgency.U3, Counting.ROUND_THE_CLOCK, 301 * 86_400)
    with pytest.raises(BrokenSuccession):
        verify_pair_profile(
            None, signed_by(samples, replace(samples.PAIR_PROFILE, times=(agreed,)), XA, XB), keys, both=True
        )


def test_a_pair_may_be_quicker_where_a_life_is_at_risk(samples, keys):
    quicker = AgreedTime(ClockName.RESPOND, Urgency.U1, Counting.ROUND_THE_CLOCK, 3600)
    profile = replace(samples.PAIR_PROFILE, times=(quicker,))
    verify_pair_profile(None, signed_by(samples, profile, XA, XB), keys, both=True)
    assert allowance(profile, ClockName.RESPOND, Urgency.U1, TODAY) == elapsed(hours=1)


def test_what_a_pair_did_not_agree_on_is_as_for_all_and_nothing_counts_before_its_day(samples):
    profile = samples.PAIR_PROFILE
    assert allowance(profile, ClockName.RESPOND, Urgency.U3, TODAY) == working_days(10)
    default = DEFAULT_TIMES[ClockName.RESPOND][Urgency.U3]
    assert allowance(profile, ClockName.RESPOND, Urgency.U3, date(2026, 2, 28)) == default
    assert allowance(None, ClockName.RESPOND, Urgency.U3, TODAY) == default
    assert allowance(profile, ClockName.ACCEPT, Urgency.U3, TODAY) == DEFAULT_TIMES[ClockName.ACCEPT][Urgency.U3]


@pytest.mark.parametrize(
    "fields",
    [
        {"members": (XB, XA)},
        {"members": (XA, XA)},
        {"version": 2},
        {"previous_digest": "00" * 32},
        {"times": (AgreedTime(ClockName.USE, Urgency.U2, Counting.WORKING_DAYS, 1),) * 2},
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(samples, fields):
    with pytest.raises(MalformedMessage):
        replace(samples.PAIR_PROFILE, **fields)
    assert isinstance(samples.PAIR_PROFILE, PairProfile)
