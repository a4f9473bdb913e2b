"""What two states agree on between themselves: signed by both, version by version, within what all agreed on."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from symbolon.protocol.allowances import LONGEST_TIME_S, Allowance, Counting, usual_span
from symbolon.protocol.handling import Urgency
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.lifecycle_times import DEFAULT_TIMES, ClockName
from symbolon.protocol.membership_problems import BrokenSuccession, NotCoSigned
from symbolon.protocol.messages_pairs import PairProfile, PairSignature, SignedPairProfile
from symbolon.protocol.problems import BadSignature
from symbolon.protocol.references import MemberCode

FIXED_CLOCKS: Final = frozenset({ClockName.HOLD, ClockName.PURGE, ClockName.REOPEN})
"""What no pair may change: a hold is its owner's own affair, and purging and reopening are everybody's."""

MOST_TIMES_THE_DEFAULT: Final = 10
"""How much longer than the federation's a pair's time is at most, in the span that it takes at a usual office."""


def sign_pair_profile(profile: PairProfile, member: MemberCode, key: SigningKey) -> PairSignature:
    """Give a member's signature (Ed25519) over a profile: over its label and canonical bytes."""
    return PairSignature(member, key.key_id, key.sign(profile.signed_bytes()))


def verify_pair_profile(
    known: PairProfile | None, offered: SignedPairProfile, keys: Mapping[MemberCode, VerifyingKey], *, both: bool
) -> None:
    """Check that a profile may follow the known one (None: there is none yet), and who signed it.

    ``both`` False takes a proposal that one of the two signed. Raises :class:`BrokenSuccession` for a version that does
    not follow, or times that no pair may agree on; :class:`BadSignature`; :class:`NotCoSigned`.
    """
    profile = offered.profile
    if profile.version != (1 if known is None else known.version + 1):
        raise BrokenSuccession("A version of the pair's profile is left out, or this one is known.")
    if known is not None and (profile.members, profile.previous_digest) != (known.members, known.digest()):
        raise BrokenSuccession("The pair's profile follows another one than the known one.")
    _check_times(profile)
    signers = [signature.member for signature in offered.signatures]
    if len(set(signers)) != len(signers) or not set(signers) <= set(profile.members):
        raise NotCoSigned("Somebody signed the pair's profile twice, or has no say in it.")
    for signature in offered.signatures:
        key = keys.get(signature.member)
        if key is None or signature.key_id != key.key_id:
            raise BadSignature("A member signed the pair's profile with another key than the one of its card.")
        key.verify(signature.signature, profile.signed_bytes())
    if both and len(signers) < len(profile.members):
        raise NotCoSigned("The other state has not signed the pair's profile yet.")


def allowance(profile: PairProfile | None, clock: ClockName, urgency: Urgency, today: date) -> Allowance:
    """Give how much time a clock allows between a pair: what they agreed on once it is in effect, else the default."""
    if profile is not None and today >= profile.effective_from:
        for agreed in profile.times:
            if (agreed.clock, agreed.urgency) == (clock, urgency):
                return Allowance(agreed.counting, agreed.amount)
    return DEFAULT_TIMES[clock][urgency]


def _check_times(profile: PairProfile) -> None:
    for agreed in profile.times:
        if agreed.clock in FIXED_CLOCKS:
            raise BrokenSuccession("No pair changes the times of holds, of purging or of reopening.")
        default = DEFAULT_TIMES[agreed.clock][agreed.urgency]
        if agreed.urgency is Urgency.U1 and (
            agreed.counting is not Counting.ROUND_THE_CLOCK or agreed.amount > default.amount
        ):
            raise BrokenSuccession("Where a life is at risk, the clock runs day and night and no longer than for all.")
        span = usual_span(Allowance(agreed.counting, agreed.amount))
        if span > min(MOST_TIMES_THE_DEFAULT * usual_span(default), LONGEST_TIME_S):
            raise BrokenSuccession(
                f"The time of the clock {agreed.clock.value} at {agreed.urgency.value} is too long: at most"
                f" {MOST_TIMES_THE_DEFAULT} times that of the federation, and a year. Was a day meant where a second is"
                " counted, or the other way round?"
            )
