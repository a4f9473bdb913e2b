"""Members for the measurements: simulated nodes that talk to a real hub over mutual TLS, and the hub they talk to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.simulators.hub_members import FEDERATION, SimulatedMember, item

from symbolon.exercise.hub_party import ExerciseHub
from symbolon.exercise.servers import ExerciseServers
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import DirectoryProposal, FederationDirectory
from symbolon.protocol.references import DeliveryId, MemberCode
from symbolon.runtime.tls import TlsFiles, client_context

__all__ = ["FEDERATION", "LONG_WAIT_S", "WireMember", "co_sign", "item", "running_hub"]

LONG_WAIT_S = 25


@contextmanager
def running_hub(*, matching: bool) -> Iterator[ExerciseHub]:
    """A hub on real servers, with or without its worker and beat."""
    with ExerciseServers() as servers:
        hub = ExerciseHub(servers.folder / "hub", FEDERATION)
        hub.found(servers.postgres.create_party("hub"), servers.broker_url)
        web, *matchers = hub.processes(servers.logs, lambda: servers.supervisor.pid("hub-worker"))
        servers.supervisor.start(web, *(matchers if matching else ()))
        try:
            yield hub
        finally:
            hub.close()


class WireMember:
    """A member with its certificate and a connection to the hub."""

    def __init__(self, hub: ExerciseHub, code: str, folder: Path) -> None:
        self.simulated = SimulatedMember(MemberCode(code))
        welcome = hub.enrol(self.simulated.enrolment_request())
        self.hub_signing_key = welcome.hub_signing_key
        certificate, key = folder / f"{code}.pem", folder / f"{code}-key.pem"
        certificate.write_text(welcome.certificate_pem)
        key.write_bytes(self.simulated.tls_key)
        self.tls = client_context(TlsFiles(certificate, key), hub.authority)
        self.client = httpx.Client(base_url=hub.url, verify=self.tls, timeout=60, trust_env=False)

    def post(self, path: str, envelope: Envelope) -> None:
        self.client.post(path, content=envelope.to_bytes()).raise_for_status()

    def fetch(self, wait_s: int) -> tuple[DeliveryId, ...]:
        """Wait for deliveries; their ids."""
        response = self.client.get("/v1/deliveries", params={"wait": wait_s}).raise_for_status()
        answer = parse_json(response.content)
        assert isinstance(answer, dict)
        found = answer["deliveries"]
        assert isinstance(found, list)
        return tuple(DeliveryId(str(each["delivery_id"])) for each in found if isinstance(each, dict))

    def proposal(self) -> FederationDirectory:
        """The version of the directory that waits for signatures."""
        answer = self.client.get("/v1/federation/proposal").raise_for_status()
        proposed = Envelope.from_bytes(answer.content).read(DirectoryProposal).directory
        assert proposed is not None
        return proposed

    def acknowledge(self, *delivery_ids: DeliveryId) -> None:
        self.post("/v1/deliveries/acknowledgements", self.simulated.acknowledgement(*delivery_ids))


def co_sign(*members: WireMember) -> None:
    """Let these states sign what is proposed: with the last of them the federation begins its work."""
    for member in members:
        member.post("/v1/federation/approvals", member.simulated.approval(member.proposal()))
