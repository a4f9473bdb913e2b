"""The operator founds a federation: keys, a development authority, the hub's certificate, settings, tables."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from symbolon.hub.ports import Federation, Store
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.keys import KEY_BYTES, KeyPurpose, SigningKey
from symbolon.protocol.references import HUB
from symbolon.runtime import certificates
from symbolon.runtime.certificates import KeyAndCertificate
from symbolon.runtime.clock import Clock
from symbolon.runtime.home import PartyHome

ROLE = "hub"
AUTHORITY_CERTIFICATE = "authority.pem"
AUTHORITY_KEY = "authority-key.pem"
SERVER_CERTIFICATE = "hub.pem"
SERVER_KEY = "hub-key.pem"


@dataclass(frozen=True, slots=True)
class HubDraft:
    """What the operator gave: the lines of `hub.toml`, and the names under which nodes and browsers reach the hub."""

    federation: str
    settings: Mapping[str, str | int | bool]
    hosts: Sequence[str]


class PrepareHome:
    """Fills the hub's home. What is there already stays as it is, so that `hub init` may be repeated."""

    def __init__(self, home: PartyHome, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._home = home
        self._clock = clock
        self._random_bytes = random_bytes

    def __call__(self, draft: HubDraft) -> None:
        """Make what is missing: folders, signing key, authority, server certificate, settings."""
        self._home.create()
        if not self._home.keys.has(KeyPurpose.SIGNING):
            key = SigningKey.generate(self._random_bytes(KEY_BYTES))
            self._home.keys.write(KeyPurpose.SIGNING, key.to_bytes())
        seal_keys(self._home)
        tls = self._home.tls
        now = self._clock.now()
        if not tls.has(AUTHORITY_CERTIFICATE):
            authority = certificates.new_authority(f"Symbolon development authority of {draft.federation}", now)
            self._home.keys.write(AUTHORITY_KEY, authority.private_key_pem)
            tls.write(AUTHORITY_CERTIFICATE, authority.certificate_pem)
        if not tls.has(SERVER_CERTIFICATE):
            authority = KeyAndCertificate(self._home.keys.read(AUTHORITY_KEY), tls.read(AUTHORITY_CERTIFICATE))
            server = certificates.issue_server_certificate(authority, draft.hosts, now)
            tls.write(SERVER_KEY, server.private_key_pem)
            tls.write(SERVER_CERTIFICATE, server.certificate_pem)
        if not self._home.settings_file(ROLE).exists():
            # A JSON string, number or boolean is a TOML one.
            lines = [f"{name} = {json.dumps(value)}\n" for name, value in draft.settings.items()]
            self._home.write_settings(ROLE, "".join(lines))


def seal_keys(home: PartyHome) -> None:
    """Seal what an older release left open, the authority's key among it. May be broken off and repeated."""
    if home.tls.has(AUTHORITY_KEY):
        if not home.keys.has(AUTHORITY_KEY):
            home.keys.write(AUTHORITY_KEY, home.tls.read(AUTHORITY_KEY))
        home.tls.remove(AUTHORITY_KEY)
    home.keys.seal_what_lies_open()


class FoundFederation:
    """Writes down in the database which federation it serves, once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, federation: Federation) -> None:
        """Found the federation; a database that serves one already keeps it."""
        with self._store.work() as work:
            if work.members.found(federation):
                work.audit(AuditAct.PARTY_INITIALISED, HUB, None, {"exercise": federation.exercise})
