"""Open comparison, the half that takes encodings: one envelope a record, kept as its owner sent it.

Needs no numpy: the web process has this half alone.
"""

from collections.abc import Collection, Mapping, Sequence

from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.ports import HandleEnvelopes, Work
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.errors import MalformedEncoding
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "encodings")


class OpenEncodings:
    """See `symbolon.hub.ports.EncodingIntake`."""

    def __init__(self, schema: LinkageSchema) -> None:
        self._schema = schema

    def check(self, envelopes: Sequence[bytes]) -> str | None:
        """A sentence that says what to do with an encoding that is not taken."""
        if len(envelopes) != 1:
            return "Open comparison takes one envelope for each record."
        try:
            EncodedRecord.from_bytes(self._schema, envelopes[0])
        except MalformedEncoding as error:
            return f"The encoding does not fit the linkage schema: {error}."
        return None

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked."""
        handles = [each.handle for each in encodings]
        work.transaction.execute(
            _QUERIES["insert_encodings"],
            handles=handles,
            partition_ids=[each.partition_id for each in encodings],
            encodeds=[each.envelopes[0] for each in encodings],
        )
        work.transaction.execute(_QUERIES["note_additions"], handles=handles)

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, int]:
        """Erase encodings in the transaction; one for each handle that had one."""
        if not handles:
            return {}
        rows = work.transaction.fetch_all(_QUERIES["delete_encodings"], handles=list(handles))
        erased = {RecordHandle(row["handle"]): 1 for row in rows}
        work.transaction.execute(_QUERIES["note_removals"], handles=list(erased))
        work.transaction.execute(_QUERIES["forget_additions"], handles=list(erased))
        return erased
