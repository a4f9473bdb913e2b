"""What leaves a node of a blind federation in the place of an encoding: an outline, and shares sealed to operators.

The outbox holds the encoding itself, since tokens and operators' keys are those of the moment at which a batch is
formed; from there on it is gone, and no part of it ever goes out in clear.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from symbolon.matching.blind.shared_record import outline_of, share_bundles, with_numbers
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.domain.tokens import KeyedToken, TokenValue
from symbolon.node.errors import NodeError, NoLinkageSchema
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.hybrid_keys import HybridSealingPublicKey
from symbolon.protocol.messages import Comparing, FederationDirectory, Opening, Submission, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.protocol.share_sealing import ShareContext, seal_shares

BLIND_ENVELOPES = 4
"""An outline, and one bundle for each of the three operators."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A submission item as it lies in the outbox, with the encoding in clear."""

    item: SubmissionItem
    schema: LinkageSchema = field(repr=False)
    encoded: EncodedRecord = field(repr=False)

    @property
    def tokens(self) -> frozenset[KeyedToken]:
        """Every keyed token of it."""
        return frozenset(KeyedToken(token) for tokens in self.encoded.tokens.values() for token in tokens)


class ShareEncodings:
    """Opens outbox items, and shares their encodings out among the operators."""

    def __init__(
        self,
        schema_of: Callable[[str], LinkageSchema | None],
        own: MemberCode,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        """`schema_of`: by digest; `random_bytes`: of the system's cryptographic source."""
        self._schema_of = schema_of
        self._own = own
        self._random_bytes = random_bytes

    def open(self, entry: BatchEntry) -> OpenItem:
        """An outbox item of this node's own making.

        Raises:
            NoLinkageSchema: this program does not bring the schema that it was encoded by.

        """
        item = from_wire(SubmissionItem, parse_json(entry.payload))
        schema = self._schema_of(item.schema_digest)
        if schema is None:
            raise NoLinkageSchema(item.key_epoch, item.schema_id)
        (encoding,) = item.envelopes
        return OpenItem(item, schema, EncodedRecord.from_bytes(schema, encoding))

    def share(
        self, opened: OpenItem, directory: FederationDirectory, values: Mapping[KeyedToken, TokenValue]
    ) -> SubmissionItem:
        """The item as it may leave: for the operators of this directory, with these values of its tokens."""
        item, encoded = opened.item, opened.encoded
        of_kind = {
            (kind, token): values[KeyedToken(token)] for kind, tokens in encoded.tokens.items() for token in tokens
        }
        outline = outline_of(opened.schema, encoded, of_kind)
        numbers: tuple[bytes, ...] = ()
        if directory.comparison.opening is Opening.RECEIVERS:
            # By the values the hub would see which records share a number.
            outline, numbers = with_numbers(opened.schema, outline)
        bundles = share_bundles(encoded, self._random_bytes, numbers)
        sealed = tuple(
            seal_shares(
                bundle,
                HybridSealingPublicKey.from_bytes(card.sealing_key),
                ShareContext(
                    federation=directory.federation,
                    sender=self._own,
                    place=card.place,
                    reference=item.reference,
                    version=item.version,
                    schema_digest=item.schema_digest,
                    epoch=item.key_epoch,
                ),
            )
            for card, bundle in zip(directory.comparison.operators, bundles, strict=True)
        )
        return replace(item, envelopes=(outline.to_bytes(), *sealed))


def refuse_open_encodings(submission: Submission, directory: FederationDirectory) -> None:
    """The last gate before the line: in a blind federation nothing leaves that was not shared out.

    Raises:
        NodeError: something would.

    """
    if is_blind(directory) and any(len(item.envelopes) != BLIND_ENVELOPES for item in submission.items):
        raise NodeError(Problem.INTERNAL, "A batch holds an encoding that was not shared out: it is not sent.")


def is_blind(directory: FederationDirectory) -> bool:
    """Whether this federation compares blind."""
    return directory.comparison.mode is Comparing.BLIND
