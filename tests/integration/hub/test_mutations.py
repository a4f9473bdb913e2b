"""Whatever is done to a message on its way, the hub refuses it by a problem of its own, and nothing changes in it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from tests.simulators.desks import a_desk, desks_of
from tests.simulators.hub_members import SimulatedMember, item
from tests.simulators.members_over_http import MembersOverHttp, problem_of

from symbolon.hub.bootstrap.commands import change_policies
from symbolon.hub.services.begin_reconciliation import BeginReconciliation
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.web.api_app import create_api
from symbolon.matching.identifier_types import Phone, RecordIdentifiers
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.focal_points import sign_focal_points
from symbolon.protocol.handling import HoldRuling, Namespace, Urgency
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import (
    SEALED_PURPOSES,
    AttachmentOffer,
    AttachmentReceived,
    KnownHit,
    KnownHits,
    KnownRecords,
    PairProfile,
    ProofOfLifeAnswer,
    ProofOfLifePing,
    Purpose,
    ReconciliationDone,
    ReconciliationRecord,
    RedeliveryRequest,
    SignedPairProfile,
)
from symbolon.protocol.pair_profiles import sign_pair_profile
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, AttachmentId, DeskId, MemberCode, new_request_id
from symbolon.runtime.clock import SystemClock

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
NOT_THE_SENDERS = {Problem.BAD_SIGNATURE, Problem.MALFORMED_MESSAGE}
BYTES_TRIED = 32
MOST_PLACES = 60
ABOUT_CONNECTIONS = {"member_presence"}
RECEIVED = AttachmentId("00000000-0000-4000-8000-00000000000a")


@dataclass(slots=True)
class Stage:
    """A hub with an open and a held hit between XA and XB, and its members at its door."""

    bench: Any
    members: MembersOverHttp
    person: RecordIdentifiers
    alerts: dict[Namespace, Any]
    confirmed: int = 0

    @property
    def amara(self) -> SimulatedMember:
        return self.bench.amara

    def post(self, path: str, content: bytes | Envelope, sender: MemberCode | None = XA) -> Problem | None:
        return problem_of(self.members.post(sender, path, content))

    def rows(self) -> dict[str, list[str]]:
        """Everything that the hub holds, by table."""
        found = {}
        with psycopg.connect(self.bench.hub.settings.database) as connection:
            tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
            for (table,) in tables:
                if table not in ABOUT_CONNECTIONS:
                    query = sql.SQL("select t::text from {} t order by 1").format(sql.Identifier(table))
                    found[table] = [row[0] for row in connection.execute(query)]
        return found

    def confirmed_hit(self) -> Any:
        """One hit more, on which both sides have voted."""
        self.confirmed += 1
        person = RecordIdentifiers(phones=(Phone(f"+447700900{self.confirmed:03}"),))
        own = item(person)
        self.bench.submit(self.amara, own)
        self.bench.submit(self.bench.belanu, item(person))
        self.bench.worker.find_matches()
        (alert,) = (each for each in self.bench.alerts(self.amara) if each.own_reference == own.reference)
        for one, other in ((self.amara, self.bench.belanu), (self.bench.belanu, self.amara)):
            self.bench.api.deposit_vote(one.code, one.vote(alert.hit_id, other))
        belanu = self.bench.belanu
        follows = self.version_of(alert.hit_id)
        self.bench.api.take_step(belanu.code, belanu.step(belanu.notice(alert.hit_id, Event.CONFIRMED, follows)))
        return alert.hit_id

    def version_of(self, hit_id: Any) -> int:
        """How far the hub's own track of a hit is."""
        return int(self.bench.hit(hit_id).ledger.version)

    def reconcile(self) -> Any:
        """As after the hub was restored; the incarnation that it has then."""
        begin = BeginReconciliation(self.bench.hub.store, self.bench.hub.finish_reconciliation(), SystemClock(), uuid4)
        begin(datetime.now(UTC))
        with self.bench.hub.store.work() as work:
            return work.members.federation().incarnation


@pytest.fixture
def stage(bench: Any, person: Any, somebody_else: Any) -> Iterator[Stage]:
    certificates = {member.code: bench.welcomes[code].certificate_pem for code, member in bench.members.items()}
    bench.submit(bench.amara, item(person), item(somebody_else, namespace=Namespace.PROTECTED))
    bench.submit(bench.belanu, item(person), item(somebody_else))
    bench.worker.find_matches()
    alerts = {alert.namespace: alert for alert in bench.alerts(bench.amara)}
    app = create_api(bench.api, PostgresDeliveryBell(bench.hub.settings.database))
    with MembersOverHttp(app, certificates) as members:
        yield Stage(bench, members, person, alerts)


Occasion = Callable[[Stage], tuple[str, Envelope]]
"""Makes a message that XA may send now: where it goes, and the envelope as its node signs it."""


def submission(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/submissions", stage.amara.submission(item(stage.person))


def withdrawal(stage: Stage) -> tuple[str, Envelope]:
    own = item(stage.person)
    stage.bench.submit(stage.amara, own)
    return "/v1/withdrawals", stage.amara.withdrawal(own.reference)


def vote(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/votes", stage.amara.vote(stage.alerts[Namespace.GENERAL].hit_id, stage.bench.belanu)


def request(stage: Stage) -> tuple[str, Envelope]:
    hit_id = stage.confirmed_hit()
    notice = stage.amara.notice(hit_id, Event.REQUESTED, 0, exchange_id=new_request_id(uuid4()), urgency=Urgency.U2)
    return "/v1/messages", stage.amara.sealed(stage.bench.belanu, Purpose.REQUEST, hit_id, notice)


def note(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/messages", stage.amara.sealed(stage.bench.belanu, Purpose.NOTE, stage.confirmed_hit())


def step(stage: Stage) -> tuple[str, Envelope]:
    hit_id = stage.confirmed_hit()
    return "/v1/steps", stage.amara.step(stage.amara.notice(hit_id, Event.CLOSED, stage.version_of(hit_id)))


def side_notice(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/acknowledgements", stage.amara.side_notice(stage.confirmed_hit())


def safety_hold(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/safety-holds", stage.amara.safety_hold(stage.confirmed_hit(), holds=True)


def key_share(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/messages", stage.bench.sealed(stage.amara, stage.bench.belanu, Purpose.LINKAGE_KEY)


def hold_decision(stage: Stage) -> tuple[str, Envelope]:
    hit_id = stage.alerts[Namespace.PROTECTED].hit_id
    return "/v1/holds", stage.amara.hold_decision(hit_id, HoldRuling.RELEASE)


def acknowledgement(stage: Stage) -> tuple[str, Envelope]:
    waiting = [each.delivery_id for each in stage.bench.mail(stage.amara)]
    return "/v1/deliveries/acknowledgements", stage.amara.acknowledgement(*waiting)


def approval(stage: Stage) -> tuple[str, Envelope]:
    change_policies(stage.bench.hub)(key_lifetime_days=200)
    return "/v1/federation/approvals", stage.amara.approval(stage.bench.proposal())


def rotation(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/rotations", stage.amara.rotation(SimulatedMember(XA))


def progress(stage: Stage) -> tuple[str, Envelope]:
    return "/v1/epochs/progress", stage.amara.progress(1, total=2, encoded=1)


def redelivery(stage: Stage) -> tuple[str, Envelope]:
    since = RedeliveryRequest(since=datetime.now(UTC) - timedelta(days=1))
    return "/v1/reconciliation/deliveries", stage.amara.envelope(since, Purpose.REDELIVERY_REQUEST)


def known_records(stage: Stage) -> tuple[str, Envelope]:
    record = ReconciliationRecord(stage.alerts[Namespace.GENERAL].own_reference, 1, (1,), withdrawn=False)
    known = KnownRecords(stage.reconcile(), (record,))
    return "/v1/reconciliation/known-records", stage.amara.envelope(known, Purpose.KNOWN_RECORDS)


def known_hits(stage: Stage) -> tuple[str, Envelope]:
    alert = stage.alerts[Namespace.GENERAL]
    ledger = known_ledger(stage.bench.hit(alert.hit_id).ledger)
    hit = KnownHit(alert, ledger, 0, safety_hold=False, released=False)
    known = KnownHits(stage.reconcile(), (hit,))
    return "/v1/reconciliation/known-hits", stage.amara.envelope(known, Purpose.KNOWN_HITS)


def reconciled(stage: Stage) -> tuple[str, Envelope]:
    done = ReconciliationDone(stage.reconcile(), 0, 0)
    return "/v1/reconciliation/done", stage.amara.envelope(done, Purpose.RECONCILIATION_DONE)


def focal_points(stage: Stage) -> tuple[str, Envelope]:
    publication = sign_focal_points(desks_of(XA, version=3), stage.amara.signing_key)
    return "/v1/focal-points", stage.amara.envelope(publication, Purpose.FOCAL_POINT_PUBLICATION)


def proof_of_life(stage: Stage) -> tuple[str, Envelope]:
    publication = sign_focal_points(desks_of(XA, a_desk(DeskId("asked")), version=7), stage.amara.signing_key)
    envelope = stage.amara.envelope(publication, Purpose.FOCAL_POINT_PUBLICATION)
    stage.bench.api.desks.publish_focal_points(XA, envelope)
    stage.bench.worker.ask_desks()
    ping = next(each for each in stage.bench.messages(stage.amara, ProofOfLifePing) if each.desk_id == "asked")
    answer = ProofOfLifeAnswer(ping.ping_id, ping.desk_id, ping.asked_at)
    return "/v1/focal-points/answers", stage.amara.envelope(answer, Purpose.PROOF_OF_LIFE_ANSWER)


def pair_profile(stage: Stage) -> tuple[str, Envelope]:
    profile = PairProfile((XA, XB), 1, None, date(2026, 1, 1), ())
    signature = sign_pair_profile(profile, XA, stage.amara.signing_key)
    return "/v1/pair-profiles", stage.amara.envelope(SignedPairProfile(profile, (signature,)), Purpose.PAIR_PROFILE)


def attachment(stage: Stage) -> tuple[str, Envelope]:
    offer = AttachmentOffer(AttachmentId(str(uuid4())), stage.confirmed_hit(), None, 1, ("5f" * 32,))
    return "/v1/attachments", stage.amara.envelope(offer, Purpose.ATTACHMENT_OFFER)


def received(stage: Stage) -> tuple[str, Envelope]:
    offer = AttachmentOffer(RECEIVED, stage.confirmed_hit(), None, 1, ("5f" * 32,))
    stage.bench.api.attachments.offer(XB, stage.bench.belanu.envelope(offer, Purpose.ATTACHMENT_OFFER))
    envelope = stage.amara.envelope(AttachmentReceived(RECEIVED), Purpose.ATTACHMENT_RECEIVED)
    return f"/v1/attachments/{RECEIVED}/received", envelope


OCCASIONS: tuple[Occasion, ...] = (
    submission,
    withdrawal,
    vote,
    request,
    note,
    step,
    side_notice,
    safety_hold,
    key_share,
    hold_decision,
    acknowledgement,
    approval,
    rotation,
    progress,
    focal_points,
    proof_of_life,
    pair_profile,
    attachment,
    received,
    redelivery,
    known_records,
    known_hits,
    reconciled,
)
ADDRESSES = (
    "/v1/submissions",
    "/v1/withdrawals",
    "/v1/votes",
    "/v1/messages",
    "/v1/steps",
    "/v1/acknowledgements",
    "/v1/safety-holds",
    "/v1/holds",
    "/v1/deliveries/acknowledgements",
    "/v1/federation/approvals",
    "/v1/rotations",
    "/v1/epochs/progress",
    "/v1/reconciliation/deliveries",
    "/v1/reconciliation/known-records",
    "/v1/reconciliation/known-hits",
    "/v1/reconciliation/done",
    "/v1/focal-points",
    "/v1/focal-points/answers",
    "/v1/pair-profiles",
    "/v1/attachments",
    f"/v1/attachments/{RECEIVED}/received",
)
BLIND_ADDRESS = "/v1/tokens"
"""Takes nothing in a federation that compares openly, as this one: see `test_token_requests`."""
PAIR_ADDRESSES = ("/v1/pairs", "/v1/pairs/ends", "/v1/pairs/problems")
"""Take nothing where the hub finds its pairs itself: see `tests/integration/receivers`."""

Found = dict[tuple[str, str], Problem | None]
"""By the occasion and what was done to its message: why it was refused; None: it was taken."""


def occasions(stage: Stage) -> Iterator[tuple[str, str, Envelope]]:
    """One message after the other, each made when it is its turn: its name, its address, its envelope."""
    for occasion in OCCASIONS:
        yield occasion.__name__, *occasion(stage)


def signed(envelope: Envelope, key: SigningKey) -> Envelope:
    """The envelope under a key, as whoever holds the key could make it."""
    renamed = replace(envelope, key_id=key.key_id)
    return replace(renamed, signature=key.sign(renamed.signed_bytes()))


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    if isinstance(value, (dict, list)) and value:
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_in(inner, (*path, step))
    else:
        yield path


def changed_at(value: Any, path: tuple[Any, ...]) -> Any:
    """A JSON value with the one at that place changed to another of its type."""
    if not path:
        if value is None:
            return "00000000-0000-4000-8000-000000000001"
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + 1
        if isinstance(value, (dict, list)):
            return "something"
        return value[:-1] + ("B" if value.endswith("A") else "A")
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed_at(copy[path[0]], path[1:])
    return copy


def on_its_way(envelope: Envelope) -> dict[str, bytes]:
    """What somebody in between, who has no key, can make of a message."""
    content, data = envelope.to_json(), envelope.to_bytes()
    places = list(places_in(content))[:MOST_PLACES]
    changed = {".".join(map(str, path)): canonical_bytes(changed_at(content, path)) for path in places}
    for name in content:
        changed[f"without {name}"] = canonical_bytes({key: value for key, value in content.items() if key != name})
    draw = random.Random(len(data))  # noqa: S311 - which bytes are tried, the same in each run
    for place in draw.sample(range(len(data)), BYTES_TRIED):
        changed[f"byte {place}"] = bytes(
            [*data[:place], data[place] ^ draw.choice((1, 2, 32, 128)), *data[place + 1 :]]
        )
    for place in (0, 1, len(data) // 2, len(data) - 1):
        changed[f"cut at {place}"] = data[:place]
    return {**changed, "twice": data + data, "added": canonical_bytes({**content, "x": 1})}


def by_its_sender(envelope: Envelope, key: SigningKey) -> dict[str, tuple[Envelope, Problem]]:
    """What the sender itself may sign and still not send here and now."""
    now = datetime.now(UTC).replace(microsecond=0)
    sealed = envelope.purpose in SEALED_PURPOSES
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    nobody = Problem.UNKNOWN_MEMBER if sealed else Problem.WRONG_AUDIENCE
    changes: dict[str, tuple[dict[str, Any], Problem]] = {
        "another federation": ({"federation": "exercise-other"}, Problem.WRONG_FEDERATION),
        "live data": ({"exercise": False}, Problem.WRONG_FEDERATION),
        "another sender": ({"sender": XC}, Problem.WRONG_SENDER),
        "another audience": ({"audience": MemberCode("XD")}, nobody),
        "another purpose": ({"purpose": Purpose.ALERT}, Problem.WRONG_PURPOSE),
        "stale": ({"issued_at": now - 2 * hour, "expires_at": now - hour}, Problem.EXPIRED),
        "of the future": ({"issued_at": now + 10 * minute, "expires_at": now + 20 * minute}, Problem.NOT_YET_VALID),
    }
    if not sealed:
        long = {"issued_at": now - minute, "expires_at": now + 2 * hour}
        changes["valid for too long"] = (long, Problem.VALIDITY_TOO_LONG)
    return {name: (signed(replace(envelope, **change), key), problem) for name, (change, problem) in changes.items()}


def test_a_message_that_was_changed_on_its_way_is_refused_and_changes_nothing(stage: Stage) -> None:
    found: Found = {}
    for name, path, envelope in occasions(stage):
        before = stage.rows()
        found |= {(name, change): stage.post(path, content) for change, content in on_its_way(envelope).items()}
        assert stage.rows() == before, name
        # What was tried until now did not use the message up.
        assert stage.post(path, envelope) is None, name
    # Who is addressed is looked up before the signature of a relayed message is.
    expected = NOT_THE_SENDERS | {Problem.UNKNOWN_MEMBER}
    assert {change: problem for change, problem in found.items() if problem not in expected} == {}
    assert len(found) > 60 * len(OCCASIONS)


def test_a_message_that_may_not_be_sent_here_and_now_is_refused_by_its_problem(stage: Stage) -> None:
    for name, path, envelope in occasions(stage):
        before = stage.rows()
        changes = by_its_sender(envelope, stage.amara.signing_key)
        found = {change: stage.post(path, changed) for change, (changed, _problem) in changes.items()}
        assert found == {change: problem for change, (_changed, problem) in changes.items()}, name
        assert stage.rows() == before, name


def test_a_message_under_another_key_or_of_another_connection_is_refused(stage: Stage) -> None:
    for name, path, envelope in occasions(stage):
        before = stage.rows()
        theirs = signed(envelope, stage.bench.cassor.signing_key)
        found = {
            "their key": stage.post(path, theirs),
            "their key under our name for it": stage.post(path, replace(theirs, key_id=envelope.key_id)),
            "our key under their name for it": stage.post(path, replace(envelope, key_id=theirs.key_id)),
            "their connection": stage.post(path, envelope, XC),
            "their connection and key": stage.post(path, theirs, XC),
            "a connection without a certificate": stage.post(path, envelope, None),
        }
        assert found == {
            "their key": Problem.BAD_SIGNATURE,
            "their key under our name for it": Problem.BAD_SIGNATURE,
            "our key under their name for it": Problem.BAD_SIGNATURE,
            "their connection": Problem.BAD_SIGNATURE,
            "their connection and key": Problem.WRONG_SENDER,
            "a connection without a certificate": Problem.UNAUTHENTICATED,
        }, name
        assert stage.rows() == before, name


def test_a_message_at_an_address_for_others_is_refused(stage: Stage) -> None:
    found: Found = {}
    for name, path, envelope in occasions(stage):
        before = stage.rows()
        found |= {(name, address): stage.post(address, envelope) for address in ADDRESSES if address != path}
        assert stage.rows() == before, name
    refused = {Problem.WRONG_PURPOSE, Problem.WRONG_AUDIENCE}
    assert {place: problem for place, problem in found.items() if problem not in refused} == {}


def test_a_message_counts_once(stage: Stage) -> None:
    for name, path, envelope in occasions(stage):
        assert stage.post(path, envelope) is None, name
        before = stage.rows()
        assert stage.post(path, envelope) is Problem.REPLAYED, name
        assert stage.rows() == before, name


def test_a_message_to_the_hub_after_a_later_one_is_out_of_order(stage: Stage) -> None:
    for occasion in (submission, withdrawal, progress, redelivery):
        path, envelope = occasion(stage)
        before_it = {"issued_at": envelope.issued_at - timedelta(seconds=20), "nonce": bytes(16)}
        earlier = signed(replace(envelope, **before_it), stage.amara.signing_key)
        assert stage.post(path, envelope) is None
        before = stage.rows()
        assert stage.post(path, earlier) is Problem.OUT_OF_ORDER
        assert stage.rows() == before


def test_every_address_that_takes_a_message_is_tried(stage: Stage) -> None:
    described = stage.members.ask(XA, "GET", "/openapi.json").json()["paths"]
    posts = {path.replace("{attachment_id}", RECEIVED) for path, methods in described.items() if "post" in methods}
    assert {*ADDRESSES, BLIND_ADDRESS, *PAIR_ADDRESSES} == posts


def test_an_answer_of_the_hub_is_worth_nothing_when_it_is_sent_back(stage: Stage) -> None:
    response = stage.members.post(XA, *submission(stage))
    assert Envelope.from_bytes(response.content).sender == HUB
    assert stage.post("/v1/submissions", response.content) is Problem.BAD_SIGNATURE
