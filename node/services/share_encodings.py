"""What leaves a node of a blind federation in the place of an encoding: an outline, and shares sealed to operators.

The outbox holds the encoding itself, since tokens and operators' keys are those of the moment at which a batch is
formed; from there on it is gone, and no part of it ever goes out in clear. Each bundle is signed by this node: an
operator takes no record that its member did not sign.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.shared_record import outline_of, share_bundles, with_numbers
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.domain.tokens import KeyedToken, TokenValue
from symbolon.node.errors import NodeError, NoLinkageSchema
from symbolon.node.ports.outside import Draws
from symbolon.node.services.correspondence import Correspondence
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire, whole_milliseconds
from symbolon.protocol.hybrid_keys import HybridSealingPublicKey
from symbolon.protocol.messages import Comparing, FederationDirectory, Opening, Submission, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.share_sealing import SEALED_LONGER, ShareContext, ShareSigner, ShareTerms, seal_shares

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

    @property
    def shared_bytes(self) -> int:
        """About how many bytes of a batch's body it takes once it is shared out: never fewer."""
        vectors = itertools.chain(*self.encoded.profiles.values(), *self.encoded.explanations.values())
        bundle = sum(RowOfElements(RING_16, 8 * len(vector)).size for vector in vectors)
        # In base64url a third more; beside the bundles an outline of little more than its tokens, and the fields.
        return 4 * (bundle + SEALED_LONGER) + 64 * len(self.tokens) + 8_192


class ShareEncodings:
    """Opens outbox items, and shares their encodings out among the operators."""

    def __init__(
        self,
        schema_of: Callable[[str], LinkageSchema | None],
        correspondence: Correspondence,
        draws: Draws,
    ) -> None:
        """`schema_of`: by digest; `draws`: their bytes are of the system's cryptographic source."""
        self._schema_of = schema_of
        self._correspondence = correspondence
        self._draws = draws

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
        bundles = share_bundles(encoded, self._draws.random_bytes, numbers)
        terms = ShareTerms(
            item.namespace,
            item.comparable_with,
            tuple(place.what for place in outline.places(opened.schema)),
        )
        signing_key = self._correspondence.generation(directory).signing_key
        signer = ShareSigner(signing_key, whole_milliseconds(self._draws.now()))
        sealed = tuple(
            seal_shares(
                bundle,
                HybridSealingPublicKey.from_bytes(card.sealing_key),
                ShareContext(
                    federation=directory.federation,
                    sender=self._correspondence.code,
                    place=card.place,
                    reference=item.reference,
                    version=item.version,
                    schema_digest=item.schema_digest,
                    epoch=item.key_epoch,
                ),
                terms,
                signer,
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
