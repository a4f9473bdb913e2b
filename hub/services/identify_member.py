"""Who is at the other end of a connection: the certificate says so, and nothing else (invariant 10)."""

from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.errors import Unauthenticated
from symbolon.hub.ports import Store
from symbolon.protocol.references import MemberCode


class IdentifyMember:
    """Finds the member of a client certificate."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, common_name: str, fingerprint: CertificateFingerprint) -> MemberCode:
        """The member to whom exactly this certificate was issued; raises `Unauthenticated`."""
        with self._store.work() as work:
            member = work.members.find_by_certificate(fingerprint)
        if member is None or member != common_name:
            raise Unauthenticated
        return member
