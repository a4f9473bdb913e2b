"""The federation and its members, as the hub serves them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.domain.members import Caller, EnrolledMember, Standing, standing_of
from symbolon.hub.errors import NotInitialised
from symbolon.hub.ports import Enrolment, Federation, IssuedCertificate, PendingRotation
from symbolon.protocol.messages import Member, MemberCard, RetiredKey
from symbolon.protocol.references import IncarnationId, MemberCode
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
            incarnation=federation.incarnation,
        )
        return written > 0

    def federation(self) -> Federation:
        """The federation; raises `NotInitialised`."""
        row = self._transaction.fetch_one(_QUERIES["find_federation"])
        if row is None:
            raise NotInitialised
        return Federation(name=row["name"], exercise=row["exercise"], incarnation=IncarnationId(row["incarnation"]))

    def enrol(self, member: EnrolledMember, enrolment: Enrolment, now: datetime) -> None:
        """Add a candidate, or take one that was expelled back as a candidate."""
        self._transaction.execute(_QUERIES["forget_rotation"], code=member.code)
        self._transaction.execute(_QUERIES["forget_retired_keys"], code=member.code)
        self._transaction.execute(
            _QUERIES["put_member"],
            **_card_columns(member.card),
            request_fingerprint=enrolment.request_fingerprint,
            standing=member.standing.value,
            standing_since=member.standing_since,
            keys_expire_on=member.keys_expire_on,
            certificate_expires_on=member.certificate_expires_on,
            now=now,
        )
        fingerprint = member.card.certificate_fingerprint
        self._transaction.execute(_QUERIES["forget_other_certificates"], code=member.code, fingerprint=fingerprint)
        certificate = IssuedCertificate(CertificateFingerprint(fingerprint), enrolment.certificate_pem)
        self._add_certificate(member.code, certificate, now)

    def find(self, code: MemberCode) -> EnrolledMember | None:
        """The member, if it is enrolled."""
        return self._member(self._transaction.fetch_one(_QUERIES["find_member"], code=code))

    def hold(self, code: MemberCode) -> EnrolledMember | None:
        """The same; its standing does not change before this transaction ends."""
        return self._member(self._transaction.fetch_one(_QUERIES["hold_member"], code=code))

    def hold_active(self, codes: Collection[MemberCode]) -> frozenset[MemberCode]:
        """Those of the members that are active, and stay so until this transaction ends."""
        rows = self._transaction.fetch_all(_QUERIES["hold_active_members"], codes=list(codes))
        return frozenset(MemberCode(row["code"]) for row in rows)

    def enrolment(self, code: MemberCode) -> Enrolment | None:
        """With what the member was enrolled, if it is."""
        row = self._transaction.fetch_one(_QUERIES["find_enrolment"], code=code)
        return None if row is None else Enrolment(row["request_fingerprint"], row["certificate_pem"])

    def find_by_certificate(self, fingerprint: CertificateFingerprint) -> Caller | None:
        """The member that was issued this certificate, and how it stands."""
        row = self._transaction.fetch_one(_QUERIES["find_member_by_certificate"], fingerprint=fingerprint)
        return None if row is None else Caller(MemberCode(row["code"]), Standing(row["standing"]))

    def all(self) -> tuple[EnrolledMember, ...]:
        """Every member, by code."""
        return tuple(self._members(self._transaction.fetch_all(_QUERIES["list_members"])))

    def set_standing(self, code: MemberCode, standing: Standing, now: datetime) -> None:
        """Let the member stand so from now on, at this hub."""
        self._transaction.execute(_QUERIES["set_standing"], code=code, standing=standing.value, now=now)

    def serve_as(self, member: Member) -> None:
        """Serve the member as the directory in effect lists it."""
        self._transaction.execute(
            _QUERIES["serve_member_as"],
            **_card_columns(member.card),
            standing=standing_of(member).value,
            standing_since=member.standing_since,
            keys_expire_on=member.keys_expire_on,
            certificate_expires_on=member.certificate_expires_on,
        )
        self._transaction.execute(_QUERIES["forget_retired_keys"], code=member.code)
        self._transaction.execute_many(
            _QUERIES["insert_retired_key"],
            [
                {"code": member.code, "signing_key": key.signing_key, "retired_at": key.retired_at}
                for key in member.retired_keys
            ],
        )
        self._transaction.execute(_QUERIES["forget_rotation"], code=member.code)
        self._transaction.execute(
            _QUERIES["forget_other_certificates"],
            code=member.code,
            fingerprint=member.card.certificate_fingerprint,
        )

    def rotation(self, code: MemberCode) -> PendingRotation | None:
        """The new keys that the member asked for and that wait for the next directory."""
        row = self._transaction.fetch_one(_QUERIES["find_rotation"], code=code)
        if row is None:
            return None
        fingerprint = CertificateFingerprint(row["certificate_fingerprint"])
        return PendingRotation(row["request_digest"], IssuedCertificate(fingerprint, row["certificate_pem"]))

    def keep_rotation(self, code: MemberCode, rotation: PendingRotation, now: datetime) -> None:
        """Keep what a member asked for, in the place of what it asked before."""
        self.drop_rotation(code)
        self._add_certificate(code, rotation.certificate, now)
        self._transaction.execute(
            _QUERIES["insert_rotation"],
            code=code,
            request_digest=rotation.request_digest,
            certificate_fingerprint=rotation.certificate.fingerprint,
            now=now,
        )

    def drop_rotation(self, code: MemberCode) -> None:
        """The member's new keys are not waited for any more, and their certificate counts no longer."""
        before = self.rotation(code)
        self._transaction.execute(_QUERIES["forget_rotation"], code=code)
        if before is not None:
            self._transaction.execute(_QUERIES["forget_certificate"], fingerprint=before.certificate.fingerprint)

    def note_visit(self, code: MemberCode, now: datetime) -> None:
        """The member was here."""
        self._transaction.execute(_QUERIES["note_visit"], code=code, now=now)

    def _add_certificate(self, code: MemberCode, certificate: IssuedCertificate, now: datetime) -> None:
        self._transaction.execute(
            _QUERIES["insert_certificate"],
            fingerprint=certificate.fingerprint,
            code=code,
            certificate_pem=certificate.pem,
            now=now,
        )

    def _member(self, row: Row | None) -> EnrolledMember | None:
        return None if row is None else self._members([row])[0]

    def _members(self, rows: Sequence[Row]) -> list[EnrolledMember]:
        codes = [row["code"] for row in rows]
        retired: defaultdict[str, list[RetiredKey]] = defaultdict(list)
        for key in self._transaction.fetch_all(_QUERIES["list_retired_keys"], codes=codes):
            retired[key["member"]].append(RetiredKey(key["signing_key"], key["retired_at"]))
        return [_enrolled(row, tuple(retired[row["code"]])) for row in rows]


def _enrolled(row: Row, retired_keys: tuple[RetiredKey, ...]) -> EnrolledMember:
    return EnrolledMember(
        card=MemberCard(
            code=MemberCode(row["code"]),
            name=row["name"],
            signing_key=row["signing_key"],
            sealing_key=row["sealing_key"],
            hybrid_sealing_key=row["hybrid_sealing_key"],
            certificate_fingerprint=row["certificate_fingerprint"],
        ),
        standing=Standing(row["standing"]),
        standing_since=row["standing_since"],
        keys_expire_on=row["keys_expire_on"],
        certificate_expires_on=row["certificate_expires_on"],
        retired_keys=retired_keys,
    )


def _card_columns(card: MemberCard) -> dict[str, object]:
    return {
        "code": card.code,
        "name": card.name,
        "signing_key": card.signing_key,
        "sealing_key": card.sealing_key,
        "hybrid_sealing_key": card.hybrid_sealing_key,
        "certificate_fingerprint": card.certificate_fingerprint,
    }
