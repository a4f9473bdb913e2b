"""An operator reads a record that the hub hands on: what its member signed, and nothing that the hub says otherwise.

The hub chooses where vectors lie; whose they are, how they may be compared, of which kind each is and under which
schema, the member signed. So a record lies in segments that were described so, or it is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from symbolon.hub.operators.domain.described import fits_schema
from symbolon.hub.operators.storage.shares import NewShares, Seat
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.messages_operators import AddedRecord, SegmentDescription
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.share_sealing import ShareContext, ShareTerms, open_shares

_WORD_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record's shares, its epoch, and the digest of all that its member signed."""

    shares: NewShares
    epoch: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the operator's seat and key, the directory by which signatures are believed, and the schemas."""

    seat: Seat
    key: HybridSealingKey = field(repr=False)
    directory: FederationDirectory
    schemas: Mapping[str, LinkageSchema]

    def __call__(self, handle: int, added: AddedRecord, described: Mapping[int, SegmentDescription]) -> ReadRecord:
        """The record's shares. Raises a `ProtocolError` for whatever its member did not sign so."""
        if not added.rows or any(row.segment not in described for row in added.rows):
            raise MalformedMessage("A record came without rows, or for rows that were never described.")
        segments = [described[row.segment] for row in added.rows]
        segment = segments[0]
        if segment.owner != added.sender or any(_terms_of(each) != _terms_of(segment) for each in segments):
            raise MalformedMessage("A record came for rows of other records' terms.")
        schema = self.schemas.get(segment.schema_digest)
        if schema is None or not all(fits_schema(schema, each) for each in segments):
            raise MalformedMessage("A record came for rows that were described otherwise than its schema has them.")
        filled = {each.what for each in segments if each.filled}
        if any(set(each.filled) != filled for each in segments if each.filled):
            raise MalformedMessage("A record came for rows of records that fill other profiles.")
        epoch = self.directory.epoch(segment.epoch)
        if epoch is None or epoch.schema_digest != segment.schema_digest:
            raise MalformedMessage("A record came under an epoch or a schema that the directory does not list.")
        context = ShareContext(
            federation=self.seat.federation,
            sender=added.sender,
            place=self.seat.place,
            reference=added.reference,
            version=added.version,
            schema_digest=segment.schema_digest,
            epoch=segment.epoch,
        )
        terms = ShareTerms(segment.namespace, segment.comparable_with, tuple(each.what for each in segments))
        signed = open_shares(added.sealed, self.key, context, terms, self.directory)
        if len(signed.bundle) != sum(each.bits * _WORD_BYTES for each in segments):
            raise MalformedMessage("The bundle has another length than its rows ask for.")
        shares = NewShares(handle, added.reference, added.version, added.sender, signed.bundle, added.rows)
        return ReadRecord(shares, segment.epoch, signed.digest)


def _terms_of(segment: SegmentDescription) -> tuple[object, ...]:
    """What all segments that a record lies in have in common."""
    return segment.owner, segment.epoch, segment.schema_digest, segment.namespace, segment.comparable_with
