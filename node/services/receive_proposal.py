"""Takes the hub's word that a version of the directory waits for signatures, as soon as it is delivered."""

from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import DirectoryProposal, FederationDirectory


class ReceiveProposal:
    """Keeps the proposal for whoever signs; nothing of it counts before enough members have signed."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> None:
        """Take a verified proposal; one that lay at the hub while a newer one was fetched changes nothing."""
        proposal = envelope.read(DirectoryProposal)
        newest = work.directory.proposal_issued_at()
        if newest is None or envelope.issued_at >= newest:
            work.directory.save_proposal(proposal, envelope.issued_at, self._draws.now())
