"""The node's own files beside its keys: the desk's certificate, the hub's address and authority, the enrolment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symbolon.node.domain.key_generations import KeyGeneration
from symbolon.node.gateway.member_keys import MemberKeyFiles
from symbolon.node.ports.outside import Draws
from symbolon.protocol.messages import EnrolmentRequest, Welcome
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.home import PartyHome

AUTHORITY: Final = "federation-authority.pem"
DESK_KEY: Final = "desk.key"
DESK_CERTIFICATE: Final = "desk.pem"
DESK_AUTHORITY: Final = "desk-authority.pem"
HUB_URL: Final = "hub-url"


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """What lies in a node's home beside the generations of its keys."""

    home: PartyHome

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

    def keep_welcome(self, welcome: Welcome) -> None:
        """Keep where the hub is, and the authority by which it is known."""
        self.home.tls.replace(AUTHORITY, welcome.ca_pem.encode())
        self.home.tls.replace(HUB_URL, welcome.hub_url.encode())


def enrolment_request(keys: MemberKeyFiles, generation: KeyGeneration, own: tuple[MemberCode, str]) -> EnrolmentRequest:
    """What the hub's operator needs to make this node a member; nothing in it is secret."""
    return EnrolmentRequest(
        code=own[0],
        name=own[1],
        signing_key=generation.signing_key.public.to_bytes(),
        sealing_key=generation.sealing_key.public.to_bytes(),
        hybrid_sealing_key=generation.hybrid_sealing_key.public.to_bytes(),
        csr_pem=keys.certificate_request(generation.number),
    )
