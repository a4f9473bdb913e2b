"""The hub's own certificate, by which nodes and browsers know its API and its desk, begins anew before it lapses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from symbolon.hub.errors import NotPossible
from symbolon.hub.ports import Store
from symbolon.hub.services.initialise_hub import SERVER_CERTIFICATE, SERVER_KEY
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime import certificates
from symbolon.runtime.certificates import KeyAndCertificate
from symbolon.runtime.clock import Clock
from symbolon.runtime.home import SecretFolder


@dataclass(frozen=True, slots=True)
class Renewal:
    """The names that the certificate is for, and the last days of the one before and of the new one."""

    hosts: tuple[str, ...]
    ended_on: date
    ends_on: date


class RenewCertificate:
    """The use case of `symbolon hub certificate renew`."""

    def __init__(
        self, store: Store, tls: SecretFolder, authority: Callable[[], KeyAndCertificate], clock: Clock
    ) -> None:
        self._store = store
        self._tls = tls
        self._authority = authority
        self._clock = clock

    def __call__(self, *, dry_run: bool = False) -> Renewal:
        """A new key and certificate of the same authority and names. Raises `NotPossible`, or `BadCertificate`.

        They lie in two files: broken off between them, it is given again, since the names are in either certificate.
        """
        now = self._clock.now()
        authority, present = self._authority(), self._tls.read(SERVER_CERTIFICATE)
        if certificates.expires_at(authority.certificate_pem) <= now:
            raise NotPossible("The authority's own certificate is over: it issues none any more; found the hub anew.")
        hosts = certificates.hosts_of(present)
        server = certificates.issue_server_certificate(authority, hosts, now)
        with self._store.work(rehearse=dry_run) as work:
            work.audit(AuditAct.KEYS_ROTATED, HUB, None, {"certificate": True})
            if not dry_run:
                self._tls.replace(SERVER_KEY, server.private_key_pem)
                self._tls.replace(SERVER_CERTIFICATE, server.certificate_pem)
        return Renewal(
            hosts=hosts,
            ended_on=certificates.expires_at(present).date(),
            ends_on=certificates.expires_at(server.certificate_pem).date(),
        )
