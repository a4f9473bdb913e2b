"""Makes a stored record an item that can be submitted: the one place where identifiers become an encoding."""

from collections.abc import Collection, Iterable

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.matching.readings import require_readings
from symbolon.node.domain.compare_list import unknown_states, what_to_do_about
from symbolon.node.domain.outbox import BatchEntry, OutboxKind
from symbolon.node.domain.records import Record
from symbolon.node.errors import NodeError, NoLinkageKey, NoLinkageSchema, UnknownState
from symbolon.node.ports.outside import LinkageKeys
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.messages import FederationDirectory, LinkageEpoch, MemberStanding, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode


def refuse_unknown_states(
    listed: ComparableWith, directory: FederationDirectory, expected_states: Collection[MemberCode]
) -> None:
    """Stop a list that names nobody's code, unless that state is expected to join.

    Raises:
        UnknownState: with the nearest member, and what to do.

    """
    members = {member.code for member in directory.members if member.standing is not MemberStanding.EXPELLED}
    unknown = unknown_states(listed, {*members, *expected_states})
    if unknown:
        raise UnknownState(what_to_do_about(unknown, members))


class EncodeRecord:
    """Encodes under the key and the schema of each epoch that the directory lists; keeps one warm encoder for each.

    An epoch names its schema by digest: it is looked for among the schemas that this program brings and whose reading
    tables are this program's.
    """

    def __init__(self, schemas: Collection[bytes], linkage_keys: LinkageKeys) -> None:
        self._schemas = {schema_digest(content): LinkageSchema.from_bytes(content) for content in schemas}
        for schema in self._schemas.values():
            require_readings(schema.readings)
        self._linkage_keys = linkage_keys
        self._warm: dict[LinkageEpoch, RecordEncoder] = {}

    def __call__(
        self,
        record: Record,
        directory: FederationDirectory,
        expected_states: Collection[MemberCode] = (),
        reconsider: tuple[HitId, ...] = (),
    ) -> tuple[BatchEntry, ...]:
        """The record's submission items, one for each epoch that this node can encode under, the oldest first.

        `expected_states` may be listed although they have not joined yet; `reconsider` names the judged hits that this
        version brings back.

        Raises:
            TooLittleToMatch: the record cannot be compared under any of them; says what to do.
            UnknownState: its list of states names one that is no member; says what to do.
            NodeError: neither epoch's schema and key are here, or no category is set.

        """
        refuse_unknown_states(record.content.comparable_with, directory, expected_states)
        usable = [epoch for epoch in directory.epochs if self.can_encode(epoch)]
        if not usable:
            self._encoder(directory.newest_epoch)
        entries: list[BatchEntry] = []
        too_little: TooLittleToMatch | None = None
        for epoch in usable:
            try:
                entries.append(self.under(record, epoch, reconsider))
            except TooLittleToMatch as refused:
                too_little = refused
        if not entries and too_little is not None:
            raise too_little
        return tuple(entries)

    def schema(self, digest: str) -> LinkageSchema | None:
        """A linkage schema that this program brings, by the SHA-256 of its bytes."""
        return self._schemas.get(digest)

    def has_schema(self, epoch: LinkageEpoch) -> bool:
        """Whether this program brings the epoch's linkage schema."""
        return epoch.schema_digest in self._schemas

    def can_encode(self, epoch: LinkageEpoch) -> bool:
        """Whether the epoch's schema and key are here."""
        return self.has_schema(epoch) and self._linkage_keys.find(epoch.epoch) is not None

    def under(self, record: Record, epoch: LinkageEpoch, reconsider: tuple[HitId, ...] = ()) -> BatchEntry:
        """The record's submission item under one epoch.

        Raises:
            TooLittleToMatch: the record cannot be compared under its schema; says what to do.
            NodeError: the schema or the key is not here, or no category is set.

        """
        namespace = record.content.namespace
        if namespace is None:
            raise NodeError(Problem.CATEGORY_NOT_SET, "Set the subject category first: such a record is not published.")
        encoded = self._encoder(epoch).encode(record.content.identifiers)
        item = SubmissionItem(
            reference=record.reference,
            version=record.version,
            record_kind=record.content.kind,
            namespace=namespace,
            offence_group=record.content.offence_group,
            urgency=record.content.urgency,
            comparable_with=record.content.comparable_with,
            review_date=record.review_date,
            schema_id=epoch.schema_id,
            schema_digest=epoch.schema_digest,
            key_epoch=epoch.epoch,
            envelopes=(encoded.to_bytes(),),
            reconsider=reconsider,
        )
        payload = canonical_bytes(to_wire(item))
        return BatchEntry(OutboxKind.SUBMISSION, record.reference, record.version, payload, epoch.epoch)

    def _encoder(self, epoch: LinkageEpoch) -> RecordEncoder:
        warm = self._warm.get(epoch)
        if warm is not None:
            return warm
        schema = self._schemas.get(epoch.schema_digest)
        if schema is None:
            raise NoLinkageSchema(epoch.epoch, epoch.schema_id)
        key = self._linkage_keys.find(epoch.epoch)
        if key is None:
            raise NoLinkageKey(epoch.epoch)
        encoder = RecordEncoder(schema, key.subkey)
        # At most two are open at a time: the older ones are done with.
        self._warm = {**dict(list(self._warm.items())[-1:]), epoch: encoder}
        return encoder


def by_epoch(entries: Iterable[BatchEntry]) -> list[BatchEntry]:
    """Submission items in the order in which they fill batches: a batch names no record twice."""
    return sorted(entries, key=lambda entry: entry.key_epoch or 0)
