"""The federation, its members, and the directory that they sign."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.domain.members import Caller, EnrolledMember, Standing
from symbolon.protocol.messages import DirectorySignature, FederationDirectory, Member, SignedDirectory
from symbolon.protocol.references import IncarnationId, MemberCode


@dataclass(frozen=True, slots=True)
class Federation:
    """What one hub serves; the incarnation is another after the hub was restored from a backup."""

    name: str
    exercise: bool
    incarnation: IncarnationId


@dataclass(frozen=True, slots=True)
class Enrolment:
    """With which request a member was enrolled (its fingerprint), and the certificate (PEM) that it was given."""

    request_fingerprint: str
    certificate_pem: str


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A client certificate of a member."""

    fingerprint: CertificateFingerprint
    pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PendingRotation:
    """New keys that a member asked for: hex SHA-256 of what it asked, and the certificate that it was given for it."""

    request_digest: str
    certificate: IssuedCertificate


class MemberStore(Protocol):
    """The federation and its members, as the hub serves them."""

    def found(self, federation: Federation) -> bool:
        """Write down the one federation of this hub; False, and nothing happens, where there is one."""

    def federation(self) -> Federation:
        """The federation; raises `NotInitialised`."""

    def enrol(self, member: EnrolledMember, enrolment: Enrolment, now: datetime) -> None:
        """Add a candidate, or take one that was expelled back as a candidate."""

    def enrolment(self, code: MemberCode) -> Enrolment | None:
        """With what the member was enrolled; None where it is none, or was enrolled before this was kept."""

    def find(self, code: MemberCode) -> EnrolledMember | None:
        """The member, if it is enrolled, whatever its standing."""

    def hold(self, code: MemberCode) -> EnrolledMember | None:
        """The same; its standing does not change before this transaction ends."""

    def hold_active(self, codes: Collection[MemberCode]) -> frozenset[MemberCode]:
        """Those of the members that are active, and stay so until this transaction ends."""

    def find_by_certificate(self, fingerprint: CertificateFingerprint) -> Caller | None:
        """The member that was issued this certificate, and how it stands."""

    def all(self) -> tuple[EnrolledMember, ...]:
        """Every member, by code."""

    def set_standing(self, code: MemberCode, standing: Standing, now: datetime) -> None:
        """Let the member stand so from now on, at this hub."""

    def serve_as(self, member: Member) -> None:
        """Serve the member as the directory in effect lists it; certificates of another card count no longer."""

    def rotation(self, code: MemberCode) -> PendingRotation | None:
        """The new keys that the member asked for and that wait for the next directory."""

    def keep_rotation(self, code: MemberCode, rotation: PendingRotation, now: datetime) -> None:
        """Keep what a member asked for, in the place of what it asked before; its certificate counts from now on."""

    def drop_rotation(self, code: MemberCode) -> None:
        """The member's new keys are not waited for any more, and their certificate counts no longer."""

    def note_visit(self, code: MemberCode, now: datetime) -> None:
        """The member was here."""


class DirectoryStore(Protocol):
    """The versions of the directory, and the one that is proposed. Whoever changes them holds the turn."""

    def in_effect(self) -> FederationDirectory | None:
        """The newest version; None before the founding."""

    def history(self, after: int, limit: int) -> tuple[SignedDirectory, ...]:
        """The versions after this one, oldest first."""

    def proposal(self) -> FederationDirectory | None:
        """The version that waits for signatures."""

    def signatures(self) -> tuple[DirectorySignature, ...]:
        """Who signed the proposal so far, by member."""

    def propose(self, directory: FederationDirectory | None, now: datetime) -> None:
        """Put this draft (or none) in the place of the proposal; the signatures under it are gone."""

    def keep_signature(self, signature: DirectorySignature, now: datetime) -> bool:
        """Keep a member's signature under the proposal; False where it lay there."""

    def put_in_effect(self, signed: SignedDirectory, now: datetime) -> None:
        """Make this the newest version; nothing is proposed any more."""
