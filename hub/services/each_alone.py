"""What is wrong with one hit stops nothing for any other: each is attended to on its own."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.logs import log_unexpected

T = TypeVar("T")
R = TypeVar("R")


def each_alone(items: Iterable[T], act: Callable[[T], R], *, while_doing: str) -> list[R]:
    """What came of those with which it went well; what nobody foresaw in another is logged, without its words.

    Where the database is away, all of them wait: that is raised.
    """
    done = []
    for item in items:
        try:
            done.append(act(item))
        except RuntimeFault:
            raise
        except Exception as error:  # noqa: BLE001 - two states must not stop the clocks of all the others
            log_unexpected(error, while_doing=while_doing)
    return done
