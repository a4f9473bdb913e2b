"""Blind comparison, the half that takes encodings: an outline for the hub, and a sealed bundle for each operator.

The hub cannot look into a bundle: it checks the outline, and that each bundle is as long as the outline says. What an
operator then cannot read is not compared (`blind_unreadable`).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.ports import HandleEnvelopes, Work
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.matching.blind.errors import BlindError
from symbolon.matching.blind.shared_record import EXPLAINED, NUMBERED, Outline
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages_sessions import OPERATORS
from symbolon.protocol.share_sealing import SEALED_LONGER
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "blind")
_INDEX = load_queries("symbolon.hub.storage", "encodings")
ENVELOPES: Final = 1 + OPERATORS
_BETWEEN: Final = "+"


class _SegmentKey(NamedTuple):
    """What vectors of one segment have in common."""

    epoch: int
    partition_id: PartitionId
    filled: str
    what: str
    bits: int


class BlindEncodings:
    """See `symbolon.hub.ports.EncodingIntake`."""

    def __init__(self, schemas: LinkageSchemas) -> None:
        self._schemas = schemas

    def check(self, envelopes: Sequence[bytes], schema_digest: str) -> str | None:
        """A sentence that says what to do with an encoding that is not taken."""
        schema = self._schemas.of_digest(schema_digest)
        if schema is None:
            return "The hub does not have this linkage schema: encode again under the agreed one."
        if len(envelopes) != ENVELOPES:
            return "Blind comparison takes an outline and one sealed bundle for each of three operators."
        try:
            outline = Outline.from_bytes(schema, envelopes[0])
        except BlindError as error:
            return f"The outline does not fit the linkage schema: {error}."
        if any(len(sealed) != outline.bundle_bytes(schema) + SEALED_LONGER for sealed in envelopes[1:]):
            return "A sealed bundle has another length than the outline asks for: share the encoding again."
        return None

    def takes_canaries(self) -> bool:
        """Yes: three operators answer."""
        return True

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked, and give each vector its row."""
        records, bundles, tokens = [], [], []
        vectors: defaultdict[_SegmentKey, list[tuple[RecordHandle, int]]] = defaultdict(list)
        for each in encodings:
            schema = self._schemas.of_epoch(work.transaction, each.key_epoch)
            outline = Outline.from_bytes(schema, each.envelopes[0])
            filled = filled_of(outline)
            owner = {"handle": each.handle}
            kept = {"partition_id": each.partition_id, "key_epoch": each.key_epoch, "filled": filled}
            records.append(owner | kept | {"outline": each.envelopes[0]})
            bundles += [owner | {"place": place, "sealed": sealed} for place, sealed in enumerate(each.envelopes[1:])]
            tokens += [
                owner | {"kind": kind, "value": value} for kind, values in outline.tokens.items() for value in values
            ]
            for number, place in enumerate(outline.places(schema)):
                filling = "" if place.what.startswith((EXPLAINED, NUMBERED)) else filled
                key = _SegmentKey(each.key_epoch, each.partition_id, filling, place.what, place.bits)
                vectors[key].append((each.handle, number))
        work.transaction.execute_many(_QUERIES["insert_record"], records)
        work.transaction.execute_many(_QUERIES["insert_bundle"], bundles)
        work.transaction.execute_many(_QUERIES["insert_token"], tokens)
        for key, wanted in vectors.items():
            _give_rows(work, key, wanted)
        work.transaction.execute(_INDEX["note_additions"], handles=[each.handle for each in encodings])

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> frozenset[RecordHandle]:
        """Erase in the transaction what the hub has; the operators follow with the next changes."""
        if not handles:
            return frozenset()
        rows = work.transaction.fetch_all(_QUERIES["delete_records"], handles=list(handles))
        erased = [RecordHandle(row["handle"]) for row in rows]
        work.transaction.execute(_QUERIES["note_removals"], handles=erased)
        work.transaction.execute(_INDEX["forget_additions"], handles=erased)
        return frozenset(erased)


def _give_rows(work: Work, key: _SegmentKey, vectors: Sequence[tuple[RecordHandle, int]]) -> None:
    """Rows for vectors of one kind: those that were freed, then new ones."""
    segment = work.transaction.fetch_value(
        _QUERIES["find_segment"],
        key_epoch=key.epoch,
        partition_id=key.partition_id,
        filled=key.filled,
        what=key.what,
        bits=key.bits,
    )
    handles, numbers = [handle for handle, _ in vectors], [number for _, number in vectors]
    freed = work.transaction.execute(
        _QUERIES["take_free_rows"], segment=segment, handles=handles, numbers=numbers, count=len(vectors)
    )
    if freed < len(vectors):
        work.transaction.execute(
            _QUERIES["take_new_rows"],
            segment=segment,
            handles=handles[freed:],
            numbers=numbers[freed:],
            count=len(vectors) - freed,
        )


def filled_of(outline: Outline) -> str:
    """The profiles that a record fills, as one text."""
    return _BETWEEN.join(profile for profile, count in outline.profiles.items() if count)


def profiles_in(filled: str) -> frozenset[str]:
    """The profiles of such a text."""
    return frozenset(filled.split(_BETWEEN)) - {""}


def judging_profile_of(schema: LinkageSchema, one: str, other: str) -> str | None:
    """The first profile that records with these profiles both fill, in the schema's order."""
    both = profiles_in(one) & profiles_in(other)
    return next((profile.id for profile in schema.profiles if profile.id in both), None)
