"""The errors of the life cycle: leaves of the room's one tree (:class:`symbolon.protocol.problems.ProtocolError`)."""

from symbolon.protocol.problems import Problem, ProtocolError


class NotTheirs(ProtocolError):
    """A step that is another party's, or another office's, to make."""

    problem = Problem.NOT_THEIR_STEP


class FourEyesMissing(ProtocolError):
    """A release that no second officer approved."""

    problem = Problem.FOUR_EYES_MISSING


class StaleState(ProtocolError):
    """A step that was taken from a state which has passed: look again, then decide again."""

    problem = Problem.STALE_STATE


class OnHold(ProtocolError):
    """A step that waits at its own node until the hold is lifted; it is handed in again then."""

    problem = Problem.ON_HOLD


class NotDisclosed(ProtocolError):
    """Information that its handling code or caveats do not let go where it is asked for."""

    problem = Problem.NOT_DISCLOSED
