"""The node's own files: keys and certificates, the request to be enrolled, and the welcome that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symbolon.node.errors import NodeError, NotJoined
from symbolon.node.ports.outside import Draws
from symbolon.node.services.correspondence import NodeIdentity
from symbolon.protocol.keys import KEY_BYTES, KeyPurpose, SealingKey, SigningKey
from symbolon.protocol.messages import EnrolmentRequest, MemberCard, Welcome
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.home import PartyHome

MEMBER_KEY: Final = "member.key"
MEMBER_REQUEST: Final = "member.csr"
MEMBER_CERTIFICATE: Final = "member.pem"
AUTHORITY: Final = "federation-authority.pem"
DESK_KEY: Final = "desk.key"
DESK_CERTIFICATE: Final = "desk.pem"
DESK_AUTHORITY: Final = "desk-authority.pem"
HUB_URL: Final = "hub-url"


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """The keys and certificates in a node's home. A key that is there is never made anew."""

    home: PartyHome

    def make_keys(self, code: MemberCode, draws: Draws) -> None:
        """Make the signing, sealing and TLS keys, and the request for the member's certificate."""
        for purpose in (KeyPurpose.SIGNING, KeyPurpose.SEALING):
            if not self.home.keys.has(purpose.value):
                self.home.keys.write(purpose.value, draws.random_bytes(KEY_BYTES))
        if not self.home.tls.has(MEMBER_KEY):
            self.home.tls.write(MEMBER_KEY, certificates.new_private_key())
        if not self.home.tls.has(MEMBER_REQUEST):
            private_key = self.home.tls.read(MEMBER_KEY)
            self.home.tls.write(MEMBER_REQUEST, certificates.new_signing_request(private_key, code))

    def make_desk_certificate(self, name: str, hosts: Sequence[str], draws: Draws) -> None:
        """Make a certificate for the pages, by an authority of this node's own whose key is not kept."""
        if self.home.tls.has(DESK_CERTIFICATE):
            return
        now = draws.now()
        authority = certificates.new_authority(f"Symbolon desk of {name}", now)
        issued = certificates.issue_server_certificate(authority, hosts, now)
        self.home.tls.replace(DESK_KEY, issued.private_key_pem)
        self.home.tls.replace(DESK_AUTHORITY, authority.certificate_pem)
        self.home.tls.replace(DESK_CERTIFICATE, issued.certificate_pem)

    def identity(self, code: MemberCode) -> NodeIdentity:
        """Who this node is."""
        return NodeIdentity(
            code,
            SigningKey.from_bytes(self.home.keys.read(KeyPurpose.SIGNING.value)),
            SealingKey.from_bytes(self.home.keys.read(KeyPurpose.SEALING.value)),
        )

    def enrolment_request(self, code: MemberCode, name: str) -> EnrolmentRequest:
        """What the hub's operator needs to make this node a member; nothing in it is secret."""
        identity = self.identity(code)
        return EnrolmentRequest(
            code=code,
            name=name,
            signing_key=identity.signing_key.public.to_bytes(),
            sealing_key=identity.sealing_key.public.to_bytes(),
            csr_pem=self.home.tls.read(MEMBER_REQUEST).decode("ascii"),
        )

    def own_card(self, code: MemberCode, name: str) -> MemberCard:
        """The card of this node, made from its own keys, whatever a directory says of it: what is read out to others.

        Raises:
            NotJoined: there is no certificate yet.

        """
        if not self.home.tls.has(MEMBER_CERTIFICATE):
            raise NotJoined
        request = self.enrolment_request(code, name)
        certificate = certificates.fingerprint(self.home.tls.read(MEMBER_CERTIFICATE))
        return MemberCard(code, name, request.signing_key, request.sealing_key, certificate)

    def keep_welcome(self, code: MemberCode, welcome: Welcome) -> None:
        """Keep the certificates and the hub's address.

        Raises:
            NodeError: the certificate is made out to another member, or another one than the directory lists.

        """
        certificate = welcome.certificate_pem.encode()
        card = welcome.directory.card_of(code)
        fits = card is not None and card.certificate_fingerprint == certificates.fingerprint(certificate)
        if not fits or certificates.common_name(certificate) != code:
            raise NodeError(
                Problem.UNKNOWN_MEMBER, "The welcome was made for another member: enrol this node's own request."
            )
        self.home.tls.replace(AUTHORITY, welcome.ca_pem.encode())
        self.home.tls.replace(HUB_URL, welcome.hub_url.encode())
        self.home.tls.replace(MEMBER_CERTIFICATE, certificate)
