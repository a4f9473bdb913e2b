"""Everything that one operator stores, receives and puts together, as 16-bit words that ought to be uniform."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from tests.privacy.batch_views import BatchKey, BatchView, batch_views
from tests.privacy.federations import BlindFederationView, OperatorView
from tests.privacy.uniformity import Words

from symbolon.matching.blind.batch import FIRST_AND, INPUT, Gate
from symbolon.matching.blind.bit_proof import OPENED, SHARED
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.streams import NONCE_BYTES
from symbolon.protocol.messages_operators import Channel

_HEAD = 32 + NONCE_BYTES
"""Before the values: the digest of what is proved, and a nonce."""


def words_of(view: BlindFederationView, operator: OperatorView) -> Iterator[tuple[str, Words]]:
    """By what they are: rows of words, or one row where there is no order to be kept."""
    stored = defaultdict(list)
    for shares in operator.shares_by_reference().values():
        for what, share in shares.items():
            stored[what].append(share.view(np.uint16))
    yield from ((f"stored shares, {what}", np.array(rows)) for what, rows in stored.items())
    parts: dict[str, list[npt.NDArray[np.uint16]]] = defaultdict(list)
    for each in batch_views(view, operator):
        for name, words in _of_batch(each):
            parts[name].append(np.ascontiguousarray(words).reshape(-1).view(np.uint16))
    for name, found in proof_words(view, operator):
        parts[name].append(found)
    yield from ((name, np.concatenate(found)[None]) for name, found in parts.items())


def proof_words(view: BlindFederationView, operator: OperatorView) -> Iterator[tuple[str, npt.NDArray[np.uint16]]]:
    """What it received where records were proved to be bits, and this with what it sent itself."""
    compared = {(each.session, each.batch.number) for one in view.operators for each in one.computed}
    values: dict[BatchKey, dict[int, npt.NDArray[np.uint16]]] = defaultdict(dict)
    for other in view.operators:
        for message in other.received:
            frame = None if message.kind is not Channel.FRAME else Frame.from_bytes(message.payload)
            if frame is None or (frame.session, frame.batch) in compared:
                continue
            if frame.gate == OPENED and other is operator:
                yield "sums of proofs received", np.frombuffer(frame.words, dtype=np.uint16)
            if frame.gate == SHARED and len(frame.words) > _HEAD:
                found = np.frombuffer(frame.words[_HEAD:], dtype=np.uint16)
                values[frame.session, frame.batch][frame.sender] = found
    for found in values.values():
        received = found[(operator.place + 1) % 3]
        yield "values of proofs received", received
        yield "values of proofs, received and own added up", received + found[operator.place]
        yield "values of proofs, received and own by XOR", received ^ found[operator.place]


def segment_rows(operator: OperatorView) -> set[bytes]:
    """Every row of its memory-mapped files that is not empty."""
    bits = {each["segment"]: each["bits"] for each in operator.tables["segment"]}
    rows = set()
    for segment, content in operator.segments.items():
        size = 2 * bits[segment]
        rows |= {content[start : start + size] for start in range(0, len(content), size)}
    return {row for row in rows if any(row)}


def stored_rows(operator: OperatorView) -> set[bytes]:
    """Every share of its PostgreSQL."""
    bits = {each["segment"]: each["bits"] for each in operator.tables["segment"]}
    rows = set()
    for record in operator.tables["shared_record"]:
        at = 0
        for segment in record["segments"]:
            rows.add(record["bundle"][at : at + 2 * bits[segment]])
            at += 2 * bits[segment]
    return rows


def _of_batch(each: BatchView) -> Iterator[tuple[str, npt.NDArray[np.generic]]]:
    for (_, gate), words in each.received.items():
        yield f"frames received: {_kind(gate)}", words
        if gate >= FIRST_AND:
            yield "thirds of products, received and own by XOR", words ^ each.sent[gate]
    if each.openings is not None:
        scope = each.scope()
        for name, bits in (
            ("shares of match bits: own", each.openings[0]),
            ("shares of match bits: the following operator's", each.openings[1]),
            ("shares of match bits: both by XOR", each.openings[0] ^ each.openings[1]),
        ):
            chosen = bits[scope]
            yield name, np.packbits(chosen[: len(chosen) // 16 * 16])


def _kind(gate: Gate) -> str:
    if gate >= FIRST_AND:
        return "thirds of products"
    return "a number's masked bits" if gate == INPUT else "masked values"
