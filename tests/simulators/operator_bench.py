"""Three operators over real TLS and PostgreSQL in one process, a coordinator's lines, and records in shares."""

import contextlib
import hashlib
import os
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from uuid import uuid4

from tests.simulators.signed_federation import SignedFederation

from symbolon.exercise.ports import free_ports
from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.gateway.operator_calls import OperatorAddress, RoomSettings
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.operators.bootstrap.running import OperatorKeys, OperatorPlace, RunningOperator
from symbolon.hub.operators.domain.budgets import DailyBudgets
from symbolon.hub.operators.gateway.peers import PeerAddress
from symbolon.hub.operators.storage.secrets import OperatorSecrets
from symbolon.hub.operators.storage.shares import OperatorStore, Seat
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.shared_record import outline_of, share_bundles, with_numbers
from symbolon.matching.blind.sharing import share
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.errors import MalformedEncoding
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.handling import ComparableWith, ComparisonMode, Namespace
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.messages_comparison import OperatorCard
from symbolon.protocol.messages_membership import LinkageEpoch
from symbolon.protocol.messages_operators import AddedRecord, Fed, Feed, RecordChange, SegmentDescription
from symbolon.protocol.messages_sessions import Proved, ProveRecords, RowAddress
from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.references import MemberCode, new_record_reference
from symbolon.protocol.ristretto import Element, Scalar, scalar_of
from symbolon.protocol.share_sealing import ShareContext, ShareSigner, ShareTerms, seal_shares
from symbolon.runtime import certificates
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.home import SecretFolder
from symbolon.runtime.migrations import migrate
from symbolon.runtime.tls import TlsFiles, client_context, mutual_server_context

HOST = "127.0.0.1"
PLACES = (0, 1, 2)
FEDERATION = "test-federation"


def shipped_schema() -> bytes:
    package, name = DEFAULT_SCHEMA_RESOURCE
    return resources.files(package).joinpath(name).read_bytes()


SCHEMA_BYTES = shipped_schema()
SCHEMA = LinkageSchema.from_bytes(SCHEMA_BYTES)
DIGEST = schema_digest(SCHEMA_BYTES)


def random_scalar() -> Scalar:
    return scalar_of(secrets.token_bytes(64))


@dataclass
class OperatorBench:
    """Three operators; each can be stopped and started again over the same database and files."""

    folder: Path
    conninfos: Sequence[str]
    federation: str = FEDERATION
    sealing: dict[int, HybridSealingKey] = field(default_factory=dict)
    signing: dict[int, SigningKey] = field(default_factory=dict)
    token_commitments: list[tuple[Element, Element]] = field(default_factory=list)
    running: dict[int, RunningOperator] = field(default_factory=dict)
    databases: dict[int, Database] = field(default_factory=dict)
    cards: tuple[OperatorCard, ...] = ()
    """As the directory lists them; none where the hub's directory says that it compares openly."""
    members: SignedFederation = field(init=False)
    """Who signs records that no hub relays (:meth:`add`)."""
    changes: int = 0
    budgets: DailyBudgets = field(default_factory=DailyBudgets)
    daily_tokens: int = 1_000

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        authority = certificates.new_authority("operators", now)
        (self.folder / "authority.pem").write_bytes(authority.certificate_pem)
        for party in ("operator0", "operator1", "operator2"):
            issued = certificates.issue_server_certificate(authority, [HOST], now)
            self._write(party, issued.private_key_pem, issued.certificate_pem)
        for party in ("operator0-client", "operator1-client", "operator2-client", "coordinator"):
            key = certificates.new_private_key()
            request = certificates.new_signing_request(key, party)
            self._write(party, key, certificates.issue_client_certificate(authority, request, party, now))
        self.ports = free_ports(3)
        self.card_secrets = {frozenset(pair): os.urandom(32) for pair in ((0, 1), (1, 2), (2, 0))}
        self.sealing = {place: HybridSealingKey.generate(secrets.token_bytes(32)) for place in PLACES}
        lines = [Line(random_scalar(), random_scalar()) for _ in PLACES]
        self.token_commitments = [line.commitment for line in lines]
        self.members = SignedFederation(self.federation, LinkageEpoch(1, "symbolon-2026-2", DIGEST), self.cards)
        self.signing = {place: SigningKey.generate(secrets.token_bytes(32)) for place in PLACES}
        for place in PLACES:
            self.secrets(place).keep_line(lines[place])
            migrate(self.conninfos[place], "symbolon.hub.operators")
            self.databases[place] = Database(self.conninfos[place], max_size=6)
            with self.store(place).work() as work:
                work.take_seat(Seat(self.federation, True, place), now)
                work.keep_schema(DIGEST, SCHEMA_BYTES)

    def store(self, place: int) -> OperatorStore:
        return OperatorStore(self.databases[place], HashChainAuditLog(SystemClock(), uuid4))

    def secrets(self, place: int) -> OperatorSecrets:
        folder = SecretFolder(self.folder / f"secrets{place}")
        folder.path.mkdir(mode=0o700, exist_ok=True)
        return OperatorSecrets(folder)

    def start(self, place: int) -> None:
        """Start an operator over what it has."""
        peers = {
            other: PeerAddress(HOST, self.ports[other], self.fingerprint(certificate))
            for other in PLACES
            if other != place
            # An operator calls those of lower places with its client certificate.
            for certificate in (f"operator{other}" if other < place else f"operator{other}-client",)
        }
        operator = RunningOperator(
            OperatorPlace(
                place=place,
                listen=(HOST, self.ports[place]),
                peers=peers,
                server_context=mutual_server_context(self._files(f"operator{place}"), self.folder / "authority.pem"),
                client_context=client_context(self._files(f"operator{place}-client"), self.folder / "authority.pem"),
                segments=self.folder / f"segments{place}",
                budgets=self.budgets,
                daily_tokens=self.daily_tokens,
            ),
            OperatorKeys(
                sealing_key=self.sealing[place],
                signing_key=self.signing[place],
                card_secrets={
                    other: self.card_secrets[frozenset((place, other))] for other in PLACES if other != place
                },
                commitments=dict(enumerate(self.token_commitments)),
                secrets=self.secrets(place),
                coordinator_fingerprint=self.fingerprint("coordinator"),
                cards=self.cards,
            ),
            self.store(place),
            SystemClock(),
        )
        self.running[place] = operator
        threading.Thread(target=operator.serve, daemon=True).start()

    def wait_until_they_agree(self) -> None:
        """Until each two of them found each other and have a key."""
        for _ in range(200):
            if all(len(operator._status().reaches) == len(PLACES) - 1 for operator in self.running.values()):
                return
            time.sleep(0.1)
        raise AssertionError("the operators do not find each other")

    def stop(self, place: int) -> None:
        """Stop an operator as if its process had ended."""
        self.running.pop(place).stop()

    def lines(self, patience_s: float = 20.0) -> OperatorLines:
        """A coordinator's session with all three."""
        context = client_context(self._files("coordinator"), self.folder / "authority.pem")
        addresses = {
            place: OperatorAddress(HOST, self.ports[place], self.fingerprint(f"operator{place}")) for place in PLACES
        }
        return OperatorLines(addresses, context, patience_s)

    def add(self, lines: OperatorLines, segment: SegmentDescription, rows: dict[int, bytes]) -> dict[int, Fed]:
        """Feed all three a record for each row: its vector in shares, each sealed to its operator."""
        feeds: dict[int, list[RecordChange]] = {place: [] for place in PLACES}
        for number, vector in rows.items():
            self.changes += 1
            reference = new_record_reference(uuid4())
            width = RowOfElements(RING_16, segment.bits)
            parts = share(width, vector, secrets.token_bytes(width.size))
            for place, part in zip(PLACES, parts, strict=True):
                context = ShareContext(
                    self.federation, segment.owner, place, reference, 1, segment.schema_digest, segment.epoch
                )
                terms = ShareTerms(segment.namespace, segment.comparable_with, (segment.what,))
                signer = signing_now(self.members.keys[segment.owner])
                sealed = seal_shares(part, self.sealing[place].public, context, terms, signer)
                address = RowAddress(segment.segment, number)
                added = AddedRecord(reference, 1, segment.owner, (address,), sealed)
                feeds[place].append(RecordChange(self.changes, self.changes, added))
        versions = self.members.on_the_wire()
        fed = lines.call_all(
            {place: Feed((), (segment,), tuple(feeds[place]), versions=versions) for place in PLACES}, Fed
        )
        self.prove()
        return fed

    def prove(self, after: int = 0) -> dict[int, Proved]:
        """Have what is there proved to be bits, in a session of its own."""
        for _ in range(100):
            proving = self.lines()
            try:
                generation = self.running[0]._status().generation
                return proving.answers(proving.ask_all(ProveRecords(0, self.changes, generation, after)), Proved)
            except OperatorRefused as refused:
                if refused.code != "standing-still":
                    raise
                time.sleep(0.1)
            finally:
                proving.close()
        raise AssertionError("the operators stand still")

    @property
    def rows(self) -> bytes:
        """The name of the records that lie in rows."""
        return self.running[0]._status().rows

    def room(self) -> OperatorRoom:
        """A hub's room with these three, made when it is first used."""

        def context() -> ssl.SSLContext:
            return client_context(self._files("coordinator"), self.folder / "authority.pem")

        addresses = {
            place: OperatorAddress(HOST, self.ports[place], self.fingerprint(f"operator{place}")) for place in PLACES
        }
        return OperatorRoom(RoomSettings(addresses, context, 20.0, tree=False))

    def share_item(self, sender: MemberCode, item: SubmissionItem, key: SigningKey) -> SubmissionItem:
        """What a node of a blind federation submits."""
        return shared_item(self.federation, [self.sealing[place].public for place in PLACES], sender, item, key)

    def share_numbered_item(self, sender: MemberCode, item: SubmissionItem, key: SigningKey) -> SubmissionItem:
        """What a node submits where match bits open towards members alone."""
        operators = [self.sealing[place].public for place in PLACES]
        return shared_item(self.federation, operators, sender, item, key, numbers=True)

    def listed_cards(self) -> tuple[OperatorCard, ...]:
        """The three as a directory lists them that says to compare blind."""
        return tuple(
            OperatorCard(
                place=place,
                name=f"Body {place}",
                signing_key=self.signing[place].public.to_bytes(),
                sealing_key=self.sealing[place].public.to_bytes(),
                agreement_key=SealingKey.generate(secrets.token_bytes(32)).public.to_bytes(),
                token_commitment=self.token_commitments[place],
                certificate_fingerprint=self.fingerprint(f"operator{place}"),
            )
            for place in PLACES
        )

    def remove(self, lines: OperatorLines, handle: int) -> None:
        """A record is gone."""
        self.changes += 1
        feed = Feed((), (), (RecordChange(self.changes, handle, None),))
        lines.call_all(dict.fromkeys(PLACES, feed), Fed)

    def fingerprint(self, party: str) -> str:
        return certificates.fingerprint((self.folder / f"{party}.pem").read_bytes())

    def close(self) -> None:
        for place in list(self.running):
            self.stop(place)
        for database in self.databases.values():
            database.close()

    def _files(self, party: str) -> TlsFiles:
        return TlsFiles(self.folder / f"{party}.pem", self.folder / f"{party}.key")

    def _write(self, party: str, key: bytes, certificate: bytes) -> None:
        (self.folder / f"{party}.key").write_bytes(key)
        (self.folder / f"{party}.key").chmod(0o600)
        (self.folder / f"{party}.pem").write_bytes(certificate)


def shared_item(
    federation: str,
    operators: Sequence[HybridSealingPublicKey],
    sender: MemberCode,
    item: SubmissionItem,
    key: SigningKey,
    *,
    numbers: bool = False,
) -> SubmissionItem:
    """What a node submits in the place of an encoding; what is no encoding stays as it is."""
    try:
        (content,) = item.envelopes
        record = EncodedRecord.from_bytes(SCHEMA, content)
    except (ValueError, MalformedEncoding):
        return item
    # The oblivious function itself is driven in tests of operators and nodes: here any other will do.
    values = {
        (kind, token): hashlib.sha256(b"value" + token).digest()[:16]
        for kind, tokens in record.tokens.items()
        for token in tokens
    }
    outline = outline_of(SCHEMA, record, values)
    numbered: tuple[bytes, ...] = ()
    if numbers:
        outline, numbered = with_numbers(SCHEMA, outline)
    bundles = share_bundles(record, secrets.token_bytes, numbered)
    vectors = tuple(place.what for place in outline.places(SCHEMA))
    terms = ShareTerms(item.namespace, item.comparable_with, vectors)
    sealed = (
        seal_shares(
            bundle,
            operators[place],
            ShareContext(federation, sender, place, item.reference, item.version, item.schema_digest, item.key_epoch),
            terms,
            signing_now(key),
        )
        for place, bundle in enumerate(bundles)
    )
    return replace(item, envelopes=(outline.to_bytes(), *sealed))


def signing_now(key: SigningKey) -> ShareSigner:
    return ShareSigner(key, whole_milliseconds(datetime.now(UTC)))


def segment(number: int, owner: str, what: str, **changed: object) -> SegmentDescription:
    """Rows of one owner that may be compared with everybody's."""
    bits = (
        SCHEMA.explanations[what.removeprefix("explain/")].bits if what.startswith("explain/") else SCHEMA.vector_bits
    )
    described = {
        "segment": number, "epoch": 1, "schema_digest": DIGEST, "what": what, "bits": bits,
        "owner": MemberCode(owner), "namespace": Namespace.GENERAL,
        "comparable_with": ComparableWith(ComparisonMode.ALL),
        "filled": () if what.startswith("explain/") else (what,),
    }  # fmt: skip
    return SegmentDescription(**{**described, **changed})  # type: ignore[arg-type]  # a test's shorthand


@contextlib.contextmanager
def three_operators(
    folder: Path, fresh_database: Callable[[str], str], federation: str = FEDERATION, *, listed: bool = False
) -> Iterator[OperatorBench]:
    """Three operators that run; `listed`: with cards, for a hub whose directory says to compare blind."""
    bench = OperatorBench(folder, [fresh_database(f"operator{place}") for place in PLACES], federation)
    if listed:
        bench.cards = bench.listed_cards()
    for place in PLACES:
        bench.start(place)
    try:
        bench.wait_until_they_agree()
        yield bench
    finally:
        bench.close()
