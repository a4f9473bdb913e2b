"""Blind comparison, the half that takes encodings: an outline for the hub, and a sealed bundle for each operator.

The hub cannot look into a bundle: it checks the outline, and that each bundle is as long as the outline says. What an
operator then cannot read is not compared (`blind_unreadable`).
"""

from collections.abc import Collection, Sequence
from typing import Final

from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.ports import HandleEnvelopes, Work
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.matching.blind.errors import BlindError
from symbolon.matching.blind.shared_record import EXPLAINED, NUMBERED, Outline
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages_operators import OPERATORS
from symbolon.protocol.share_sealing import SEALED_LONGER
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "blind")
_INDEX = load_queries("symbolon.hub.storage", "encodings")
ENVELOPES: Final = 1 + OPERATORS
_BETWEEN: Final = "+"


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

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked, and give each vector its row."""
        for each in encodings:
            schema = self._schemas.of_epoch(work.transaction, each.key_epoch)
            outline = Outline.from_bytes(schema, each.envelopes[0])
            work.transaction.execute(
                _QUERIES["insert_record"],
                handle=each.handle,
                partition_id=each.partition_id,
                key_epoch=each.key_epoch,
                filled=filled_of(outline),
                outline=each.envelopes[0],
            )
            work.transaction.execute_many(
                _QUERIES["insert_bundle"],
                [
                    {"handle": each.handle, "place": place, "sealed": sealed}
                    for place, sealed in enumerate(each.envelopes[1:])
                ],
            )
            work.transaction.execute_many(
                _QUERIES["insert_token"],
                [
                    {"handle": each.handle, "kind": kind, "value": value}
                    for kind, values in outline.tokens.items()
                    for value in values
                ],
            )
            self._give_rows(work, each, outline, schema)
        work.transaction.execute(_INDEX["note_additions"], handles=[each.handle for each in encodings])

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> frozenset[RecordHandle]:
        """Erase in the transaction what the hub has; the operators follow with the next changes."""
        if not handles:
            return frozenset()
        rows = work.transaction.fetch_all(_QUERIES["delete_records"], handles=list(handles))
        erased = [RecordHandle(row["handle"]) for row in rows]
        work.transaction.execute(_INDEX["note_removals"], handles=erased)
        work.transaction.execute(_INDEX["forget_additions"], handles=erased)
        return frozenset(erased)

    def _give_rows(self, work: Work, record: HandleEnvelopes, outline: Outline, schema: LinkageSchema) -> None:
        filled = filled_of(outline)
        for number, place in enumerate(outline.places(schema)):
            segment = work.transaction.fetch_value(
                _QUERIES["find_segment"],
                key_epoch=record.key_epoch,
                partition_id=record.partition_id,
                filled="" if place.what.startswith((EXPLAINED, NUMBERED)) else filled,
                what=place.what,
                bits=place.bits,
            )
            wanted = {"segment": segment, "handle": record.handle, "number": number}
            if work.transaction.fetch_value(_QUERIES["take_free_row"], **wanted) is None:
                work.transaction.execute(_QUERIES["take_new_row"], **wanted)


def filled_of(outline: Outline) -> str:
    """The profiles that a record fills, as one text."""
    return _BETWEEN.join(profile for profile, count in outline.profiles.items() if count)


def profiles_in(filled: str) -> frozenset[str]:
    """The profiles of such a text."""
    return frozenset(filled.split(_BETWEEN)) - {""}
