"""What a member reads of sealed openings: the same as a hub would, without numpy, and no contradiction."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.blind_operators import OPERATORS, SUBJECT

from symbolon.matching.blind.batch import Batch, Rotation
from symbolon.matching.blind.errors import MalformedFrame, OpeningDisagrees
from symbolon.matching.blind.opening import OpeningShare, opened_records, scope_planes
from symbolon.matching.blind.received import rows_received
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import BatchNumber, SessionId

SESSION = SessionId(bytes(range(16)))


def openings(batch: Batch, said: "np.typing.NDArray[np.bool_]") -> dict[int, list[OpeningShare]]:
    """Each operator's shares of these bits, as random as any."""
    planes = scope_planes(RING_16, said)
    by_role = [np.frombuffer(os.urandom(planes.nbytes), dtype=np.uint64).reshape(planes.shape) for _ in range(2)]
    by_role.append(planes ^ by_role[0] ^ by_role[1])
    return {
        operator: [
            OpeningShare(
                SESSION,
                batch.number,
                query,
                operator,
                by_role[batch.role_of(operator)][query],
                by_role[(batch.role_of(operator) + 1) % 3][query],
            )
            for query in range(batch.queries)
        ]
        for operator in OPERATORS
    }


def as_bytes(shares: dict[int, list[OpeningShare]], queries: list[int]) -> dict[int, bytes]:
    return {operator: b"".join(each[query].to_bytes() for query in queries) for operator, each in shares.items()}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 6), st.sampled_from(list(Rotation)), st.integers(0, 2**32))
def test_a_member_reads_the_rows_that_a_hub_would(queries: int, words: int, rotation: Rotation, seed: int) -> None:
    said = np.random.default_rng(seed).random((queries, 64 * words)) < 0.05
    batch = Batch(BatchNumber(9), queries, 64 * words, 12, SUBJECT, rotation)
    shares = openings(batch, said)
    own = [query for query in range(queries) if query % 2 == 0]
    received = rows_received(SESSION, 9, rotation, own, as_bytes(shares, own))
    for query, rows in zip(own, received, strict=True):
        at_hub = opened_records(RING_16, batch, SESSION, [shares[operator][query] for operator in OPERATORS])
        assert rows == tuple(at_hub.tolist()) == tuple(np.flatnonzero(said[query]).tolist())


def opened() -> tuple[Batch, dict[int, bytes]]:
    batch = Batch(BatchNumber(9), 2, 64, 12, SUBJECT)
    return batch, as_bytes(openings(batch, np.eye(2, 64, dtype=bool)), [0, 1])


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_copy_that_differs_is_noticed_whoever_sent_it(operator: int) -> None:
    _batch, shares = opened()
    shares[operator] = shares[operator][:-1] + bytes([shares[operator][-1] ^ 1])
    with pytest.raises(OpeningDisagrees):
        rows_received(SESSION, 9, 0, [0, 1], shares)


def test_an_opening_of_another_batch_query_or_length_is_refused() -> None:
    _batch, shares = opened()
    for session, number, queries in ((SESSION, 8, [0, 1]), (bytes(16), 9, [0, 1]), (SESSION, 9, [1, 0])):
        with pytest.raises(MalformedFrame):
            rows_received(session, number, 0, queries, shares)
    with pytest.raises(MalformedFrame):
        rows_received(SESSION, 9, 0, [0, 1, 2], shares)
    with pytest.raises(MalformedFrame):
        rows_received(SESSION, 9, 0, [], shares)
    with pytest.raises(MalformedFrame):
        rows_received(SESSION, 9, 0, [0, 1], {place: shares[place] for place in (0, 1)})
