"""What a node says of pairs that are found past the hub: by what policy, and what is to be done."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.vectors.samples import BLIND_FOUNDING, RECEIVERS_FOUNDING

from symbolon.node.domain.pairs_standing import Contact, PairsStanding, policy_text, warnings_of
from symbolon.protocol.messages import Comparison
from symbolon.protocol.messages_comparison import OPEN_COMPARISON
from symbolon.protocol.references import MemberCode

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
EVERY = timedelta(minutes=15)
XB, XC = MemberCode("XB"), MemberCode("XC")


def standing(*contacts: Contact, unreadable: int = 0, complaints: int = 0) -> PairsStanding:
    return PairsStanding(0, 0, 0, unreadable, complaints, contacts)


@pytest.mark.parametrize(
    ("comparison", "words"),
    [
        (OPEN_COMPARISON, "openly"),
        (BLIND_FOUNDING.comparison, "opens at the hub"),
        (RECEIVERS_FOUNDING.comparison, "the hub learns no pair"),
    ],
)
def test_it_says_how_records_are_compared(comparison: Comparison, words: str) -> None:
    assert words in policy_text(comparison)


def test_a_member_that_falls_silent_is_named() -> None:
    quiet = Contact(XB, NOW, NOW - 5 * EVERY)
    (warning,) = warnings_of(standing(quiet, Contact(XC, NOW, NOW - EVERY)), [XB, XC], NOW, EVERY)
    assert warning.startswith("XB has told nothing of pairs since 2027-03-01 10:45 UTC")


def test_nobody_misses_who_is_a_member_no_more() -> None:
    assert warnings_of(standing(Contact(XB, NOW, NOW - 5 * EVERY)), [XC], NOW, EVERY) == ()


def test_a_short_interval_does_not_make_a_restart_an_alarm() -> None:
    quiet = standing(Contact(XB, NOW, NOW - timedelta(minutes=4)))
    assert warnings_of(quiet, [XB], NOW, timedelta(seconds=1)) == ()


def test_openings_that_cannot_be_read_or_cannot_be_true_come_with_what_to_do() -> None:
    unreadable, complaints = warnings_of(standing(unreadable=2, complaints=1), [], NOW, EVERY)
    assert unreadable.startswith("Openings that could not be opened: 2.")
    assert "deliveries retry" in unreadable
    assert complaints.startswith("Openings of the last 30 days that cannot be true: 1.")
    assert "resumes" in complaints
