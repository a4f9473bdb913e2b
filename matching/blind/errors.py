"""What blind comparison refuses: a branch of the room's one error tree. No message holds a share or a handle."""

from __future__ import annotations

from symbolon.matching.errors import MatchingError


class BlindError(MatchingError):
    """Root of the branch."""


class MalformedShare(BlindError):
    """Bytes that claim to be a share, or the randomness for one, have another length than the ring and vector ask."""


class UnfitTest(BlindError):
    """A comparison cannot be computed without overflow in the ring that the shares lie in."""


class UnfitBatch(BlindError):
    """A batch's rows do not have the shape that it declares, or are too many."""


class MalformedFrame(BlindError):
    """A message between operators is not one of this protocol, or not of the length that its place asks for."""


class MisdirectedFrame(BlindError):
    """A message belongs to another session, batch, sender or recipient."""


class FrameOutOfOrder(BlindError):
    """A message came twice, or before or after its turn: the batch is spoiled, to be computed under a new number."""


class StreamReused(BlindError):
    """A pseudo-random stream, or a batch number, would be used a second time: two one-time pads would cancel."""


class OpeningDisagrees(BlindError):
    """Two operators sent different copies of a share of the result: one computed wrongly, or a message was damaged."""
