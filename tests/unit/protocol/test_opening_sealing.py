"""Shares of match bits, sealed to the member that may learn them."""

from dataclasses import replace

import pytest
from tests.vectors.samples import COMPARED, HYBRID_KEYS, XA, XB

from symbolon.protocol.opening_sealing import (
    OpeningContext,
    SealedShares,
    digest_of_job,
    open_opening,
    seal_opening,
)
from symbolon.protocol.problems import MalformedMessage, UnsealFailed

SESSION = bytes(range(16))
CONTEXT = OpeningContext("exercise-tests", SESSION, 1, XA, digest_of_job(COMPARED))


def test_what_is_sealed_for_a_member_opens_with_its_key_alone() -> None:
    sealed = seal_opening(b"shares", HYBRID_KEYS[XA].public, CONTEXT)
    assert open_opening(sealed, HYBRID_KEYS[XA], CONTEXT) == b"shares"
    with pytest.raises(UnsealFailed):
        open_opening(sealed, HYBRID_KEYS[XB], CONTEXT)


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTEXT, place=2),
        replace(CONTEXT, receiver=XB),
        replace(CONTEXT, session=bytes(16)),
        replace(CONTEXT, federation="another"),
        replace(CONTEXT, job=digest_of_job(replace(COMPARED, change=78))),
    ],
)
def test_it_opens_for_the_very_job_that_it_is_of_and_for_no_other(other: OpeningContext) -> None:
    sealed = seal_opening(b"shares", HYBRID_KEYS[XA].public, CONTEXT)
    with pytest.raises(UnsealFailed):
        open_opening(sealed, HYBRID_KEYS[XA], other)


def test_what_goes_over_a_channel_is_read_back_and_nothing_else_is() -> None:
    shares = SealedShares(SESSION, 7, 1, XA, HYBRID_KEYS[XA].key_id, b"sealed")
    content = shares.to_bytes()
    assert SealedShares.from_bytes(content) == shares
    for broken in (b"", content[:30], b"XXXX" + content[4:], content[:29] + b"\xff\xff\xff" + content[32:]):
        with pytest.raises(MalformedMessage):
            SealedShares.from_bytes(broken)
