"""Three holders share the key of the oblivious function: any two answer, one knows nothing, a wrong share is found."""

import itertools
import secrets

import pytest

from symbolon.protocol import oprf
from symbolon.protocol.oprf_sharing import (
    HOLDERS,
    Line,
    checked_share,
    combined,
    contribution_of,
    public_share,
    refresh_commitment,
    summed,
)
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.ristretto import ZERO, Element, Scalar, scalar_of


def scalar() -> Scalar:
    return scalar_of(secrets.token_bytes(64))


def are_of_one_key(first: Scalar, second: Scalar, public: Element) -> bool:
    """Whether the shares of holders 0 and 1 give the key of this public key."""
    parts = [contribution_of(0, 1, first), contribution_of(1, 0, second)]
    return oprf.public_key(summed(parts)) == public


class Holders:
    """Three holders after dealing: their shares, and what all know."""

    def __init__(self) -> None:
        lines = [Line(scalar(), scalar()) for _ in HOLDERS]
        self.commitments = [line.commitment for line in lines]
        self.shares = {
            holder: summed([checked_share(line.commitment, holder, line.share_for(holder)) for line in lines])
            for holder in HOLDERS
        }
        self.public = oprf.public_key(summed([line.contribution for line in lines]))

    def answer(self, data: bytes, pair: tuple[int, int]) -> bytes:
        blinded = oprf.blind(data, secrets.token_bytes(64))
        answers: dict[int, tuple[Element, ...]] = {}
        for holder in pair:
            evaluated, proof = oprf.evaluate(self.shares[holder], [blinded.element], secrets.token_bytes(64))
            assert oprf.check_proof(public_share(self.commitments, holder), [blinded.element], evaluated, proof)
            answers[holder] = evaluated
        return oprf.finalize(blinded, combined(answers)[0])


def test_any_two_holders_give_the_same_value() -> None:
    holders = Holders()
    values = {holders.answer(b"AB1234567", pair) for pair in itertools.permutations(HOLDERS, 2)}
    assert len(values) == 1


def test_two_holders_give_what_the_whole_key_would() -> None:
    lines = [Line(scalar(), scalar()) for _ in HOLDERS]
    key = summed([line.contribution for line in lines])
    shares = {holder: summed([line.share_for(holder) for line in lines]) for holder in HOLDERS}
    blinded = oprf.blind(b"x", secrets.token_bytes(64))
    whole, _ = oprf.evaluate(key, [blinded.element], secrets.token_bytes(64))
    parts = {holder: oprf.evaluate(shares[holder], [blinded.element], secrets.token_bytes(64))[0] for holder in (0, 2)}
    assert combined(parts) == whole


def test_one_share_alone_answers_otherwise() -> None:
    holders = Holders()
    blinded = oprf.blind(b"x", secrets.token_bytes(64))
    alone, _ = oprf.evaluate(holders.shares[0], [blinded.element], secrets.token_bytes(64))
    assert oprf.finalize(blinded, alone[0]) != holders.answer(b"x", (0, 1))


def test_a_share_of_another_line_is_found() -> None:
    line = Line(scalar(), scalar())
    with pytest.raises(MalformedMessage):
        checked_share(line.commitment, 0, line.share_for(1))


def test_a_refresh_keeps_the_key_and_parts_the_shares() -> None:
    holders = Holders()
    before, shares_before = holders.answer(b"x", (0, 1)), dict(holders.shares)
    lines = [Line(ZERO, scalar()) for _ in HOLDERS]
    for holder in HOLDERS:
        dealt = [checked_share(refresh_commitment(each.commitment), holder, each.share_for(holder)) for each in lines]
        holders.shares[holder] = summed([holders.shares[holder], *dealt])
    holders.commitments += [line.commitment for line in lines]
    assert holders.answer(b"x", (1, 2)) == before
    assert are_of_one_key(holders.shares[0], holders.shares[1], holders.public)
    assert not are_of_one_key(shares_before[0], holders.shares[1], holders.public)


def test_a_refresh_that_would_change_the_key_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        refresh_commitment(Line(scalar(), scalar()).commitment)


@pytest.mark.parametrize("lost", HOLDERS)
def test_two_holders_give_a_third_a_new_share_of_the_same_key(lost: int) -> None:
    holders = Holders()
    before = holders.answer(b"x", (0, 1))
    one, other = [holder for holder in HOLDERS if holder != lost]
    lines = [
        Line(contribution_of(one, other, holders.shares[one]), scalar()),
        Line(contribution_of(other, one, holders.shares[other]), scalar()),
    ]
    holders.commitments = [line.commitment for line in lines]
    holders.shares = {holder: summed([line.share_for(holder) for line in lines]) for holder in HOLDERS}
    assert {holders.answer(b"x", pair) for pair in itertools.combinations(HOLDERS, 2)} == {before}


def test_answers_of_one_or_of_different_lengths_are_not_combined() -> None:
    element = oprf.blind(b"x", secrets.token_bytes(64)).element
    for answers in ({0: [element]}, {0: [element], 1: []}, {0: [element], 3: [element]}):
        with pytest.raises(MalformedMessage):
            combined(answers)


def test_no_share_is_in_a_representation() -> None:
    line = Line(scalar(), scalar())
    assert line.contribution.hex() not in repr(line)
    assert repr(line) == "Line()"
