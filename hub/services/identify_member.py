"""Who is at the other end of a connection: the certificate says so, and nothing else (invariant 10)."""

from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.domain.members import Caller, Standing
from symbolon.hub.errors import MemberExpelled, Unauthenticated
from symbolon.hub.ports import Store


class IdentifyMember:
    """Finds the member of a client certificate."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, common_name: str, fingerprint: CertificateFingerprint) -> Caller:
        """The member to whom exactly this certificate was issued; raises `Unauthenticated` or `MemberExpelled`."""
        with self._store.work() as work:
            caller = work.members.find_by_certificate(fingerprint)
        if caller is None or caller.member != common_name:
            raise Unauthenticated
        if caller.standing is Standing.EXPELLED:
            raise MemberExpelled
        return caller
