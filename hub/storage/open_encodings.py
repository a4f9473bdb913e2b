"""Open comparison, the half that takes encodings: one envelope a record and epoch, kept as its owner sent it.

Needs no numpy: the web process has this half alone.
"""

from collections.abc import Collection, Sequence

from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.ports import HandleEnvelopes, Work
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.errors import MalformedEncoding
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "encodings")


class OpenEncodings:
    """See `symbolon.hub.ports.EncodingIntake`."""

    def __init__(self, schemas: LinkageSchemas) -> None:
        self._schemas = schemas

    def check(self, envelopes: Sequence[bytes], schema_digest: str) -> str | None:
        """A sentence that says what to do with an encoding that is not taken."""
        schema = self._schemas.of_digest(schema_digest)
        if schema is None:
            return "The hub does not have this linkage schema: encode again under the agreed one."
        if len(envelopes) != 1:
            return "Open comparison takes one envelope for each record."
        try:
            EncodedRecord.from_bytes(schema, envelopes[0])
        except MalformedEncoding as error:
            return f"The encoding does not fit the linkage schema: {error}."
        return None

    def takes_canaries(self) -> bool:
        """No: there is no operator whose answers would be checked."""
        return False

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked."""
        handles = [each.handle for each in encodings]
        work.transaction.execute(
            _QUERIES["insert_encodings"],
            handles=handles,
            partition_ids=[each.partition_id for each in encodings],
            key_epochs=[each.key_epoch for each in encodings],
            encodeds=[each.envelopes[0] for each in encodings],
        )
        work.transaction.execute(_QUERIES["note_additions"], handles=handles)

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> frozenset[RecordHandle]:
        """Erase encodings in the transaction; those that had one."""
        if not handles:
            return frozenset()
        rows = work.transaction.fetch_all(_QUERIES["delete_encodings"], handles=list(handles))
        erased = [RecordHandle(row["handle"]) for row in rows]
        work.transaction.execute(_QUERIES["note_removals"], handles=erased)
        work.transaction.execute(_QUERIES["forget_additions"], handles=erased)
        return frozenset(erased)
