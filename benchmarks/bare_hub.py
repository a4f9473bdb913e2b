"""A hub that trusts everybody, to measure what trust costs: `python benchmarks/bare_hub.py HOME PORT CERTIFICATE`.

The product has no such switch. Here its use cases are wired once more: envelopes are read and not verified, nonces and
times are not compared, receipts are not signed, nothing is written into the audit log, and requests come over plain
HTTP from whoever they say they are. All else is the product's: the routes, the authorisation table, the turn at the
records, the storage, the receipts, the wake-up.
"""

import secrets
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.broker import create_celery
from symbolon.hub.bootstrap.opening import CLOCK, open_hub
from symbolon.hub.domain.members import EnrolledMember
from symbolon.hub.jobs.wake_up import CeleryWakeUp
from symbolon.hub.ports import Work
from symbolon.hub.services.accept_submission import AcceptSubmission
from symbolon.hub.services.admit_batches import AdmitBatches
from symbolon.hub.services.answer_batch import AnswerBatch
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.reconsider_pair import ReconsiderPairs
from symbolon.hub.services.sign_message import ENVELOPE_LIFETIME, HubIdentity, SignMessage
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.hub.storage.unit_of_work import PostgresStore
from symbolon.hub.web.api_app import create_api
from symbolon.protocol.codec import to_wire, whole_milliseconds
from symbolon.protocol.envelope import WIRE_VERSION, Envelope, Message
from symbolon.protocol.references import HUB, KeyId, MemberCode, new_message_id
from symbolon.runtime.home import PartyHome
from symbolon.runtime.serving import Listener, serve

LOOPBACK = "127.0.0.1"
NO_KEY = KeyId("0" * 16)
M = TypeVar("M", bound=Message)


class NoLog:
    """An audit log that keeps nothing."""

    def record(self, *_leaf: object, **_more: object) -> None:
        """Do nothing."""


class TrustingOpenEnvelope(OpenEnvelope):
    """Reads envelopes without asking who signed them, when, and whether they came before."""

    def signed_by(self, sender: EnrolledMember | None, envelope: Envelope, kind: type[M], now: datetime) -> M:  # noqa: ARG002
        return envelope.read(kind)

    def admit(self, work: Work, envelope: Envelope, sender: MemberCode) -> None:  # noqa: ARG002
        self._hold(work, sender)


class NotSigning(SignMessage):
    """Answers in envelopes that nobody signed."""

    def __init__(self, identity: HubIdentity) -> None:
        super().__init__(identity, uuid4, secrets.token_bytes)
        self._federation = identity

    def __call__(self, message: Message, audience: MemberCode, now: datetime) -> Envelope:
        return unsigned(message, self._federation.federation, (HUB, audience), now, now + ENVELOPE_LIFETIME)


def unsigned(
    message: Message, federation: str, parties: tuple[MemberCode, MemberCode], issued_at: datetime, expires_at: datetime
) -> Envelope:
    """An envelope with a signature of zeros."""
    return Envelope(
        version=WIRE_VERSION,
        federation=federation,
        exercise=True,
        sender=parties[0],
        audience=parties[1],
        purpose=message.PURPOSE,
        message_id=new_message_id(uuid4()),
        nonce=uuid4().bytes,
        issued_at=whole_milliseconds(issued_at),
        expires_at=whole_milliseconds(expires_at),
        key_id=NO_KEY,
        body=to_wire(message),
        signature=bytes(64),
    )


def main() -> None:
    home, port, certificate = PartyHome(Path(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3]).read_text()
    trusted = open_hub(home, "bare", connections=16)
    hub = replace(trusted, store=PostgresStore(trusted.database, NoLog()))
    intake = OpenEncodings(hub.linkage_schemas())
    wake = CeleryWakeUp(create_celery(hub.settings))
    services = build_api_services(hub, intake, WakeUps(match=wake, clear_away=wake))
    opening = TrustingOpenEnvelope(hub.identity)
    answer = AnswerBatch(hub.store, AdmitBatches(), opening, NotSigning(hub.identity), CLOCK)
    bare = replace(
        services,
        accept_submission=AcceptSubmission(answer, intake, hub.change_hits(), ReconsiderPairs(hub.enter_step()), wake),
    )
    app = create_api(bare, PostgresDeliveryBell(hub.settings.database))

    async def as_a_member(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["extensions"] = {"tls": {"client_cert_chain": [certificate]}}
        await app(scope, receive, send)

    serve([Listener(as_a_member, LOOPBACK, port, None)])


if __name__ == "__main__":
    main()
