"""Makes a stored record an item that can be submitted: the one place where identifiers become an encoding."""

from collections.abc import Collection

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.matching.readings import require_readings
from symbolon.node.domain.compare_list import unknown_states, what_to_do_about
from symbolon.node.domain.outbox import BatchEntry, OutboxKind
from symbolon.node.domain.records import Record
from symbolon.node.errors import NodeError, NoLinkageKey, UnknownState
from symbolon.node.ports.outside import LinkageKeys
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.messages import FederationDirectory, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode


def refuse_unknown_states(
    listed: ComparableWith, directory: FederationDirectory, expected_states: Collection[MemberCode]
) -> None:
    """Stop a list that names nobody's code, unless that state is expected to join.

    Raises:
        UnknownState: with the nearest member, and what to do.

    """
    members = {card.code for card in directory.members}
    unknown = unknown_states(listed, {*members, *expected_states})
    if unknown:
        raise UnknownState(what_to_do_about(unknown, members))


class EncodeRecord:
    """Encodes under the federation's schema and the linkage key of its epoch; keeps the warm encoder of the epoch."""

    def __init__(self, schema_bytes: bytes, linkage_keys: LinkageKeys) -> None:
        self._schema = LinkageSchema.from_bytes(schema_bytes)
        require_readings(self._schema.readings)
        self._schema_digest = schema_digest(schema_bytes)
        self._linkage_keys = linkage_keys
        self._warm: tuple[int, RecordEncoder] | None = None

    def __call__(
        self, record: Record, directory: FederationDirectory, expected_states: Collection[MemberCode] = ()
    ) -> BatchEntry:
        """The record's submission item. `expected_states` may be listed although they have not joined yet.

        Raises:
            TooLittleToMatch: the record cannot be compared; says what to do.
            UnknownState: its list of states names one that is no member; says what to do.
            NodeError: the schema is another than the federation's, no linkage key is here, or no category is set.

        """
        namespace = record.content.namespace
        if namespace is None:
            raise NodeError(Problem.CATEGORY_NOT_SET, "Set the subject category first: such a record is not published.")
        refuse_unknown_states(record.content.comparable_with, directory, expected_states)
        encoder = self._encoder(directory)
        item = SubmissionItem(
            reference=record.reference,
            version=record.version,
            record_kind=record.content.kind,
            namespace=namespace,
            offence_group=record.content.offence_group,
            urgency=record.content.urgency,
            comparable_with=record.content.comparable_with,
            review_date=record.review_date,
            schema_id=self._schema.id,
            schema_digest=self._schema_digest,
            key_epoch=directory.key_epoch,
            envelopes=(encoder.encode(record.content.identifiers).to_bytes(),),
        )
        return BatchEntry(OutboxKind.SUBMISSION, record.reference, record.version, canonical_bytes(to_wire(item)))

    def _encoder(self, directory: FederationDirectory) -> RecordEncoder:
        if directory.schema_digest != self._schema_digest:
            raise NodeError(
                Problem.UNKNOWN_SCHEMA,
                "This program has another linkage schema than the federation: install the release that it agreed on.",
            )
        epoch = directory.key_epoch
        if self._warm is None or self._warm[0] != epoch:
            key = self._linkage_keys.find(epoch)
            if key is None:
                raise NoLinkageKey(epoch)
            self._warm = (epoch, RecordEncoder(self._schema, key.subkey))
        return self._warm[1]
