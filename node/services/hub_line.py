"""What a conversation with the hub needs: where what was said is kept, the clock, the line, and this node's voice."""

from dataclasses import dataclass

from symbolon.node.ports.outside import Draws, HubClient
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.correspondence import Correspondence


@dataclass(frozen=True, slots=True)
class HubLine:
    """The hub, as a service speaks with it."""

    unit_of_work: UnitOfWork
    draws: Draws
    hub: HubClient
    correspondence: Correspondence
