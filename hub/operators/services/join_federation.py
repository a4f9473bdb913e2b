"""An operator begins with keys and a request, and joins with the welcome that the hub's facilitator hands back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from symbolon.hub.operators.errors import NotJoined
from symbolon.hub.operators.storage.secrets import OperatorSecrets
from symbolon.hub.operators.storage.shares import OperatorStore, Seat
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import KEY_BYTES, SealingKey, SigningKey
from symbolon.protocol.messages_comparison import OperatorCard, OperatorContact, OperatorRequest, OperatorWelcome
from symbolon.protocol.messages_sessions import OPERATORS
from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.references import HUB
from symbolon.protocol.ristretto import DRAWN_BYTES, scalar_of
from symbolon.runtime import certificates
from symbolon.runtime.clock import Clock
from symbolon.runtime.home import PartyHome

ROLE: Final = "operator"
SIGNING: Final = "signing"
SEALING: Final = "hybrid-sealing"
AGREEMENT: Final = "agreement"
TLS_KEY: Final = "operator-key.pem"
CERTIFICATE: Final = "operator.pem"
AUTHORITY: Final = "authority.pem"
_REQUEST: Final = "request.json"
_WELCOME: Final = "welcome.json"


@dataclass(frozen=True, slots=True)
class OperatorDraft:
    """What was given to begin with: whose operator this is, and the lines of `operator.toml`."""

    federation: str
    exercise: bool
    place: int
    name: str
    settings: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Joined:
    """What an operator knows of the three, by place, once it joined."""

    own: OperatorCard
    contacts: Mapping[int, OperatorContact]
    coordinator_fingerprint: str

    @property
    def is_complete(self) -> bool:
        """Whether all three know each other: before that, nothing runs."""
        return len(self.contacts) == OPERATORS

    @property
    def cards(self) -> tuple[OperatorCard, ...]:
        """The operators' cards, by place."""
        return tuple(contact.card for _place, contact in sorted(self.contacts.items()))


def begin_operator(home: PartyHome, draft: OperatorDraft, random_bytes: Callable[[int], bytes]) -> OperatorRequest:
    """Make what is missing of the home, and the request; again gives the same request."""
    home.create()
    if not home.settings_file(ROLE).exists():
        # A JSON string, number or boolean is a TOML one.
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in draft.settings.items()]
        home.write_settings(ROLE, "".join(lines))
    if home.tls.has(_REQUEST):
        return from_wire(OperatorRequest, parse_json(home.tls.read(_REQUEST)))
    keys, secrets = home.keys, OperatorSecrets(home.keys)
    for name in (SIGNING, SEALING, AGREEMENT):
        if not keys.has(name):
            keys.write(name, random_bytes(KEY_BYTES))
    line = secrets.line()
    if line is None:
        line = Line(scalar_of(random_bytes(DRAWN_BYTES)), scalar_of(random_bytes(DRAWN_BYTES)))
        secrets.keep_line(line)
    if not home.tls.has(TLS_KEY):
        home.tls.write(TLS_KEY, certificates.new_private_key())
    request = OperatorRequest(
        place=draft.place,
        name=draft.name,
        federation=draft.federation,
        exercise=draft.exercise,
        signing_key=SigningKey.from_bytes(keys.read(SIGNING)).public.to_bytes(),
        sealing_key=HybridSealingKey.from_bytes(keys.read(SEALING)).public.to_bytes(),
        agreement_key=SealingKey.from_bytes(keys.read(AGREEMENT)).public.to_bytes(),
        token_commitment=line.commitment,
        csr_pem=certificates.new_signing_request(home.tls.read(TLS_KEY), request_name(draft.place)).decode(),
    )
    home.tls.write(_REQUEST, canonical_bytes(to_wire(request)))
    return request


def request_name(place: int) -> str:
    """The common name of an operator's certificate."""
    return f"operator-{place}"


class JoinFederation:
    """Takes a welcome; a later one, with more operators or new cards, takes the place of an earlier one."""

    def __init__(self, home: PartyHome, store: OperatorStore, clock: Clock) -> None:
        self._home = home
        self._store = store
        self._clock = clock

    def __call__(self, welcome: OperatorWelcome) -> Joined:
        """Join. Raises `NotJoined` for a welcome that is not the answer to this operator's request."""
        home = self._home
        request = from_wire(OperatorRequest, parse_json(home.tls.read(_REQUEST)))
        own = next((each.card for each in welcome.operators if each.card.place == welcome.place), None)
        if own is None or (welcome.federation, welcome.exercise, welcome.place) != (
            request.federation,
            request.exercise,
            request.place,
        ):
            raise NotJoined("The welcome is another operator's, or another federation's.")
        keys = (own.signing_key, own.sealing_key, own.agreement_key)
        is_ours = certificates.is_for_request(welcome.certificate_pem.encode(), request.csr_pem.encode())
        printed = certificates.fingerprint(welcome.certificate_pem.encode())
        if keys != (request.signing_key, request.sealing_key, request.agreement_key) or not is_ours:
            raise NotJoined("The welcome answers another request than the one that lies here: ask for it again.")
        if printed != own.certificate_fingerprint:
            raise NotJoined("The welcome's certificate is not the one of its card: ask for the welcome again.")
        if len({each.card.place for each in welcome.operators}) != len(welcome.operators):
            raise NotJoined("The welcome lists two operators at one place: ask for it again.")
        with self._store.work() as work:
            seat = Seat(welcome.federation, welcome.exercise, welcome.place)
            if not work.take_seat(seat, self._clock.now()) and work.seat() != seat:
                raise NotJoined("The database is another operator's: check the setting 'database'.")
            work.audit(AuditAct.OPERATOR_JOINED, HUB, {"operators": len(welcome.operators)})
        home.tls.replace(AUTHORITY, welcome.ca_pem.encode())
        home.tls.replace(CERTIFICATE, welcome.certificate_pem.encode())
        home.tls.replace(_WELCOME, canonical_bytes(to_wire(welcome)))
        return joined(home)


def is_joined(home: PartyHome) -> bool:
    """Whether there was a welcome."""
    return home.tls.has(_WELCOME)


def joined(home: PartyHome) -> Joined:
    """What the welcome said. Raises `NotJoined` before there was one."""
    if not is_joined(home):
        raise NotJoined("This operator has not joined yet: hand its request to the hub, and join with the welcome.")
    welcome = from_wire(OperatorWelcome, parse_json(home.tls.read(_WELCOME)))
    contacts = {each.card.place: each for each in welcome.operators}
    return Joined(contacts[welcome.place].card, contacts, welcome.coordinator_fingerprint)
