"""One attempt at something that may fail, and a job that is attempted again and again."""

from collections.abc import Callable

from symbolon.node.errors import HubNotNow, HubShutsOut, HubUnavailable, NodeError
from symbolon.protocol.problems import ProtocolError
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.logs import get_logger, log_unexpected


def goes_well(name: str, step: Callable[[], object]) -> bool:
    """Run a step to its end; whatever it raises is logged without its words, and said as False."""
    try:
        step()
    except (HubNotNow, HubShutsOut) as not_now:
        get_logger().warning("waiting", loop=name, reason=not_now.problem.value)
    except (HubUnavailable, RuntimeFault) as away:
        get_logger().warning("waiting", loop=name, reason=type(away).__name__)
    except (NodeError, ProtocolError) as refused:
        get_logger().warning("waiting", loop=name, reason=refused.problem.value)
    except Exception as error:  # noqa: BLE001 - the outermost edge of a thread
        log_unexpected(error, while_doing=name)
    else:
        return True
    return False


class PeriodicJob:
    """A job of the ticker: due every so many ticks, and after a failure as soon as its pause is over.

    It counts ticks and reads no clock, so that a clock that is set back does not make it wait.
    """

    def __init__(self, name: str, run: Callable[[], object], every: int) -> None:
        self._name = name
        self._run = run
        self._every = every
        self._failures = 0
        self._due_at = 0

    def tick(self, number: int, pause_ticks: Callable[[int], int]) -> None:
        """Run the job if it is due; `pause_ticks` says how long to wait after so many failures in a row."""
        if number < self._due_at:
            return
        if goes_well(self._name, self._run):
            self._failures = 0
            self._due_at = number + self._every
        else:
            self._failures += 1
            self._due_at = number + max(1, pause_ticks(self._failures))
