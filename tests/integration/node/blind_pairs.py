"""Two nodes of a federation that compares blind, and what its operators would hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.simulators.hub_in_memory import FEDERATION, HubInMemory
from tests.simulators.token_operators import TokenOperators

from symbolon.matching.blind.shared_record import Outline
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.domain.import_report import ImportChoices
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.share_sealing import ShareContext, ShareTerms, open_shares
from symbolon.runtime import certificates

from .conftest import FOCAL_POINT, HEADER, NodeUnderTest, SettableDraws, founded, new_hub, new_node

SCHEMA = LinkageSchema.from_bytes(schema_bytes())
SOMCHAI = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,+66811234567,AA1234567"


class BlindPair:
    """Two nodes of a federation that compares blind."""

    def __init__(self, hub: HubInMemory, operators: TokenOperators, xa: NodeUnderTest, xb: NodeUnderTest) -> None:
        self.hub = hub
        self.operators = operators
        self.xa = xa
        self.xb = xb

    def queue(self, node: NodeUnderTest, row: str) -> bytes:
        """Import and publish a row; the item that waits in the outbox."""
        node.import_text(f"{HEADER}\n{row}\n", choices=ImportChoices(revise_changed=True))
        node.services.publish_records(FOCAL_POINT)
        payloads = [each["payload"] for each in node.rows("outbox_item") if each["payload"] is not None]
        return bytes(payloads[-1])  # type: ignore[call-overload]  # a bytea column

    def outline(self, node: NodeUnderTest, local_id: str) -> Outline:
        return Outline.from_bytes(SCHEMA, self.hub.live[node.record(local_id).reference].envelopes[0])

    def opened(self, sender: NodeUnderTest, item: SubmissionItem, place: int) -> bytes:
        """What one operator finds in its bundle."""
        context = ShareContext(
            FEDERATION, sender.code, place, item.reference, item.version, item.schema_digest, item.key_epoch
        )
        outline = item.envelopes[0]
        vectors = tuple(each.what for each in Outline.from_bytes(SCHEMA, outline).places(SCHEMA))
        terms = ShareTerms(item.namespace, item.comparable_with, vectors)
        sealed, key = item.envelopes[1 + place], self.operators.sealing[place]
        return open_shares(sealed, key, context, terms, self.xb.directory()).bundle


@contextmanager
def blind_pair(
    node_databases: dict[str, str], folder: Path, authority: certificates.KeyAndCertificate
) -> Iterator[BlindPair]:
    """Both hold the linkage key of the first epoch."""
    draws = SettableDraws()
    hub = new_hub(draws)
    operators = hub.token_operators = TokenOperators()
    nodes = [new_node(code, hub, draws, node_databases[code], folder) for code in ("XA", "XB")]
    founded(hub, nodes, authority)
    for node in nodes:
        node.keys.add(LinkageKey.generate(1, bytes(32)))
    yield BlindPair(hub, operators, nodes[0], nodes[1])
    for node in nodes:
        node.database.close()
