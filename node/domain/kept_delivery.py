"""A delivery that is kept here because it could not be taken, as an administrator sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeliveryId


class KeptState(StrEnum):
    """Why a delivery is kept."""

    WAITING = "waiting"
    """It came before what it needs, and is tried again every second."""
    REFUSED = "refused"
    """It was refused with a problem."""


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """Nothing of what it says: whom it is about is nobody's to list."""

    delivery_id: DeliveryId
    state: KeptState
    purpose: str
    """The envelope's purpose as it stands there; empty where it has none."""
    problem: Problem | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery that came before what it needs; `place` counts up in the order in which they came."""

    delivery_id: DeliveryId
    place: int
    envelope: bytes = field(repr=False)
