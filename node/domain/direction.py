"""Which way a message between two states went, as this node sees it."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way a message went."""

    SENT = "sent"
    RECEIVED = "received"
