"""The federation and its members."""

from datetime import datetime

from symbolon.hub.domain.acceptance import LinkageTerms
from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.errors import NotInitialised
from symbolon.hub.ports import Enrolment, Federation
from symbolon.protocol.messages import MemberCard
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "members")


class PostgresMembers:
    """See `symbolon.hub.ports.MemberStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def found(self, federation: Federation) -> bool:
        """Write down the one federation of this hub; False, and nothing happens, where there is one."""
        written = self._transaction.execute(
            _QUERIES["insert_federation"],
            name=federation.name,
            exercise=federation.exercise,
            directory_version=federation.directory_version,
            schema_id=federation.terms.schema_id,
            schema_digest=federation.terms.schema_digest,
            key_epoch=federation.terms.key_epoch,
        )
        return written > 0

    def federation(self) -> Federation:
        """The federation; raises `NotInitialised`."""
        row = self._transaction.fetch_one(_QUERIES["find_federation"])
        if row is None:
            raise NotInitialised
        return Federation(
            name=row["name"],
            exercise=row["exercise"],
            directory_version=row["directory_version"],
            terms=LinkageTerms(
                schema_id=row["schema_id"], schema_digest=row["schema_digest"], key_epoch=row["key_epoch"]
            ),
        )

    def enrol(self, card: MemberCard, enrolment: Enrolment, now: datetime) -> None:
        """Add a member, and raise the directory's version."""
        self._transaction.execute(
            _QUERIES["insert_member"],
            code=card.code,
            name=card.name,
            signing_key=card.signing_key,
            sealing_key=card.sealing_key,
            certificate_fingerprint=card.certificate_fingerprint,
            request_fingerprint=enrolment.request_fingerprint,
            certificate_pem=enrolment.certificate_pem,
            now=now,
        )
        self._transaction.execute(_QUERIES["raise_directory_version"])

    def find(self, code: MemberCode) -> MemberCard | None:
        """The member's card, if it is enrolled."""
        row = self._transaction.fetch_one(_QUERIES["find_member"], code=code)
        return None if row is None else _card(row)

    def enrolment(self, code: MemberCode) -> Enrolment | None:
        """With what the member was enrolled, if it is."""
        row = self._transaction.fetch_one(_QUERIES["find_enrolment"], code=code)
        return None if row is None else Enrolment(row["request_fingerprint"], row["certificate_pem"])

    def find_by_certificate(self, fingerprint: CertificateFingerprint) -> MemberCode | None:
        """The member that was issued this certificate."""
        code = self._transaction.fetch_value(_QUERIES["find_member_by_certificate"], fingerprint=fingerprint)
        return None if code is None else MemberCode(code)

    def all(self) -> tuple[MemberCard, ...]:
        """Every member's card, by code."""
        return tuple(_card(row) for row in self._transaction.fetch_all(_QUERIES["list_members"]))

    def note_visit(self, code: MemberCode, now: datetime) -> None:
        """The member was here."""
        self._transaction.execute(_QUERIES["note_visit"], code=code, now=now)


def _card(row: Row) -> MemberCard:
    return MemberCard(
        code=MemberCode(row["code"]),
        name=row["name"],
        signing_key=row["signing_key"],
        sealing_key=row["sealing_key"],
        certificate_fingerprint=row["certificate_fingerprint"],
    )
