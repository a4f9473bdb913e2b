from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from symbolon.node.domain.expiry import Expiring, expiry_board
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.messages import (
    FederationDirectory,
    FederationPolicies,
    LinkageEpoch,
    Member,
    MemberCard,
    MemberStanding,
)
from symbolon.protocol.references import MemberCode

TODAY = date(2031, 5, 4)


def member(code: str, keys: date, certificate: date, standing: MemberStanding = MemberStanding.ACTIVE) -> Member:
    card = MemberCard(MemberCode(code), code, bytes(32), bytes(32), None, "0" * 64)
    return Member(card, standing, datetime(2031, 1, 1, tzinfo=UTC), keys, certificate, ())


def directory(*members: Member) -> FederationDirectory:
    return FederationDirectory(
        federation="exercise-board",
        exercise=True,
        version=1,
        previous_digest=None,
        issued_at=datetime(2031, 1, 1, tzinfo=UTC),
        hub_signing_key=bytes(32),
        members=members,
        epochs=(LinkageEpoch(1, "symbolon-2026-2", "0" * 64),),
        policies=FederationPolicies(1, 730, 397),
    )


def test_the_nearest_end_comes_first() -> None:
    board = expiry_board(
        directory(
            member("XA", date(2032, 1, 1), date(2031, 12, 1)),
            member("XB", date(2031, 6, 1), date(2031, 5, 10)),
        ),
        MemberCode("XA"),
        TODAY,
    )
    assert [(line.member, line.what) for line in board] == [
        ("XB", Expiring.CERTIFICATE),
        ("XB", Expiring.KEYS),
        ("XA", Expiring.CERTIFICATE),
        ("XA", Expiring.KEYS),
    ]


def test_who_was_expelled_is_not_on_the_board() -> None:
    gone = member("XB", TODAY, TODAY, MemberStanding.EXPELLED)
    board = expiry_board(directory(member("XA", TODAY, TODAY), gone), MemberCode("XA"), TODAY)
    assert {line.member for line in board} == {"XA"}


@pytest.mark.parametrize(
    ("expires_on", "notice", "words"),
    [
        (date(2031, 5, 3), ExpiryNotice.EXPIRED, "expired on 2031-05-03"),
        (date(2031, 5, 4), ExpiryNotice.WITHIN_7, "end on 2031-05-04, in 0 days"),
        (date(2031, 6, 3), ExpiryNotice.WITHIN_30, "in 30 days"),
        (date(2031, 7, 3), ExpiryNotice.WITHIN_60, "in 60 days"),
        (date(2031, 7, 4), ExpiryNotice.NONE, "end on 2031-07-04"),
    ],
)
def test_each_notice_says_when_and_what_to_do(expires_on: date, notice: ExpiryNotice, words: str) -> None:
    line = expiry_board(directory(member("XA", expires_on, date(2040, 1, 1))), MemberCode("XA"), TODAY)[0]
    assert line.notice is notice
    assert words in line.text
    assert ("keys rotate" in line.text) is (notice is not ExpiryNotice.NONE)
    theirs = replace(line, is_own=False)
    assert ("remind XA" in theirs.text) is (notice is not ExpiryNotice.NONE)
