"""Similarity graphs that somebody could read off what they hold: of encodings, and of everything an operator has."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from tests.privacy.batch_views import BatchKey, BatchView, PairBits, batch_views
from tests.privacy.federations import BlindFederationView, OpenHubView, OperatorView
from tests.privacy.graph_matching import Similarities
from tests.simulators.hub_members import SCHEMA

from symbolon.matching.blind.dot_products import dot_products, query_vectors
from symbolon.matching.blind.questions import threshold_question
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.identifier_types import RecordIdentifiers

Values = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
JUDGED = SCHEMA.profiles[0]
"""The profile that all the attacked records fill, and that compares them."""
_LEAST_COLUMNS = 16
"""Of fewer queries no correlation is to be had."""


def of_people(people: Sequence[RecordIdentifiers], encoder: RecordEncoder) -> Similarities:
    """What an attacker computes of a register in clear, under a key of its own."""
    return _of_vectors([encoder.encode(person) for person in people])


def of_people_beside(
    people: Sequence[RecordIdentifiers], others: Sequence[RecordIdentifiers], encoder: RecordEncoder
) -> Similarities:
    """The same by how alike they are to another state's people: as those are who are compared with the same queries."""
    test = threshold_question(SCHEMA, JUDGED).test
    rows, queries = (_judged_bits([encoder.encode(person) for person in each]) for each in (people, others))
    asking = queries.sum(axis=1) > 0
    overlaps = rows @ queries[asking].T
    values = test.overlap * overlaps - test.record_weight * rows.sum(axis=1)[:, None]
    values -= test.query_weight * queries[asking].sum(axis=1)
    return correlation(values - values.mean(axis=0))


def of_open_hub(view: OpenHubView, references: Sequence[str]) -> Similarities:
    """What an open hub's operator reads in its table of encodings."""
    by_handle = {each["handle"]: each["encoded"] for each in view.tables["encoding"]}
    handles = {each["reference"]: each["handle"] for each in view.tables["encoded_version"]}
    return _of_vectors([EncodedRecord.from_bytes(SCHEMA, by_handle[handles[each]]) for each in references])


def of_shares(operator: OperatorView, references: Sequence[str]) -> Mapping[str, Similarities]:
    """Readings of one operator's stored shares."""
    held = operator.shares_by_reference()
    common = sorted(set.intersection(*(set(held[each]) for each in references)))
    words = np.array([np.concatenate([held[each][what] for what in common]) for each in references])
    judged = np.array([held[each][JUDGED.id] for each in references])
    return of_words(words, judged, operator.place)


def of_words(words: npt.NDArray[np.int16], judged: npt.NDArray[np.int16], place: int) -> Mapping[str, Similarities]:
    """Readings of shares: all words of each record, and those of the vector by which it is compared."""
    bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little").astype(np.float32)
    angles = words.astype(np.float32) * np.float32(np.pi / 2**15)
    planes = {f"bit {plane} of the words": agreement(bits[:, plane::16]) for plane in (0, 7, 15)}
    return {
        "Hamming distance of shares": agreement(bits),
        "Dice of shares' bits": dice(bits),
        "equal bytes": _equal_bytes(judged),
        "correlation of words": correlation(words.astype(np.float32)),
        "distance of words around the ring": np.cos(angles) @ np.cos(angles).T + np.sin(angles) @ np.sin(angles).T,
        "own part of the agreed question": _own_products(judged, place),
        **planes,
    }


def of_batches(
    view: BlindFederationView, operator: OperatorView, references: Sequence[str]
) -> Mapping[str, Similarities]:
    """Readings of what an operator sees and computes while it compares: records are alike if pairs with them are."""
    views = list(batch_views(view, operator))
    rows = _Rows(operator, references)
    return {
        "frames": rows.alike(views, lambda each: each.bits_received()),
        "frames and own messages by XOR": rows.alike(views, lambda each: each.bits_combined()),
        "masked values": rows.correlated(views, lambda each: each.masked_values()),
        "own products": rows.correlated(views, lambda each: each.computed.products.astype(np.float64)),
        "shares of match bits": rows.alike(views, lambda each: each.openings),
        "both shares of match bits by XOR": rows.alike(
            views, lambda each: None if each.openings is None else each.openings[:1] ^ each.openings[1:]
        ),
    }


def of_values_in_clear(view: BlindFederationView, references: Sequence[str]) -> Similarities:
    """What the reading of masked values would show without masks: nobody holds all three products. A control."""
    values: dict[BatchKey, npt.NDArray[np.int16]] = {}
    for operator in view.operators:
        for each in operator.computed:
            key = each.session, each.batch.number
            values[key] = values.get(key, np.int16(0)) + each.products
    first = view.operators[0]
    return _Rows(first, references).correlated(
        [*batch_views(view, first)],
        lambda each: values[each.computed.session, each.computed.batch.number].astype(np.float64),
    )


def dice(bits: Matrix) -> Similarities:
    """Dice coefficients of rows of bits."""
    counts = bits.sum(axis=1, dtype=np.float64)
    similar: Similarities = 2 * (bits @ bits.T) / np.maximum(counts[:, None] + counts[None, :], 1)
    return similar


def agreement(bits: Matrix) -> Similarities:
    """Bits in which two rows are equal, less those in which they are not."""
    signs = (2 * bits - 1).astype(np.float32)
    similar: Similarities = (signs @ signs.T).astype(np.float64)
    return similar


def correlation(numbers: Matrix) -> Similarities:
    """Pearson correlations of rows."""
    centred = numbers - numbers.mean(axis=1, keepdims=True)
    centred /= np.maximum(np.sqrt((centred**2).sum(axis=1, keepdims=True)), 1e-12)
    similar: Similarities = (centred @ centred.T).astype(np.float64)
    return similar


class _Rows:
    """Which rows of a batch hold the attacked records: told by the shares, which whoever holds them recognises."""

    def __init__(self, operator: OperatorView, references: Sequence[str]) -> None:
        held = operator.shares_by_reference()
        self._places = [held[each][JUDGED.id].tobytes() for each in references]

    def alike(self, views: Sequence[BatchView], bits: Callable[[BatchView], PairBits | None]) -> Similarities:
        """By the bits of the pairs that two records are in, with the same queries."""
        found = self._columns(views, bits)
        return self._nothing() if found is None else agreement(found)

    def correlated(self, views: Sequence[BatchView], values: Callable[[BatchView], Values | None]) -> Similarities:
        """By numbers of the pairs that two records are in, with the same queries."""
        found = self._columns(views, values)
        return self._nothing() if found is None else correlation(found - found.mean(axis=0))

    def _columns(
        self, views: Sequence[BatchView], read: Callable[[BatchView], PairBits | Values | None]
    ) -> Matrix | None:
        """What was read of each attacked record, side by side, of batches that compare all of them."""
        columns = []
        for each in views:
            rows = {row.tobytes(): number for number, row in enumerate(each.computed.records)}
            found = read(each) if rows.keys() >= set(self._places) else None
            if found is not None:
                here = [rows[share] for share in self._places]
                columns.append(found.reshape(-1, len(each.computed.records))[:, here].T.astype(np.float32))
        together = np.concatenate(columns, axis=1) if columns else None
        return together if together is not None and together.shape[1] >= _LEAST_COLUMNS else None

    def _nothing(self) -> Similarities:
        return np.zeros((len(self._places), len(self._places)))


def _of_vectors(records: Sequence[EncodedRecord]) -> Similarities:
    """Dice of the vectors that records are compared by, the first of each profile, side by side."""
    empty = bytes(SCHEMA.vector_bits // 8)
    rows = [b"".join(vectors[0] if vectors else empty for vectors in each.profiles.values()) for each in records]
    packed = np.array([np.frombuffer(row, dtype=np.uint8) for row in rows])
    return dice(np.unpackbits(packed, axis=1, bitorder="little").astype(np.float32))


def _judged_bits(records: Sequence[EncodedRecord]) -> Matrix:
    empty = bytes(SCHEMA.vector_bits // 8)
    rows = [np.frombuffer((each.profiles[JUDGED.id] or (empty,))[0], dtype=np.uint8) for each in records]
    return np.unpackbits(np.array(rows), axis=1, bitorder="little").astype(np.float32)


def _equal_bytes(words: npt.NDArray[np.int16]) -> Similarities:
    rows = words.view(np.uint8)
    return np.array([(rows == row).sum(axis=1) for row in rows], dtype=np.float64)


def _own_products(words: npt.NDArray[np.int16], place: int) -> Similarities:
    filled = np.zeros((-(-len(words) // 64) * 64, words.shape[1]), dtype=np.int16)
    filled[: len(words)] = words
    test = threshold_question(SCHEMA, JUDGED).test
    vectors, constants = query_vectors(RING_16, np.ascontiguousarray(words), test, place)
    products = dot_products(filled, vectors, constants)[:, : len(words)].astype(np.float64)
    return products + products.T
