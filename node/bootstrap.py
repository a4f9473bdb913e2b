"""The only place that wires a node: settings in, services out."""

from dataclasses import dataclass

from symbolon.node.services.node_services import DeskServices

__all__ = ["NodeServices"]


@dataclass(frozen=True, slots=True)
class NodeServices(DeskServices):
    """All services of a node; the pages need (and should ask for) no more than `DeskServices`."""
