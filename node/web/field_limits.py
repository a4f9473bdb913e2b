"""How much a form may hold: as much as the message that carries it takes, and no other number."""

from bisect import bisect_left
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from symbolon.protocol.wire_limits import Limit

_BEYOND_ANY_FIELD = 1 << 17
_BEYOND_ANY_LIST = 1 << 10


@cache
def longest_text(message: type, field: str) -> int:
    """The most characters that a text of a message takes; of a list of texts, each entry.

    >>> from symbolon.protocol.messages import Request
    >>> longest_text(Request, "legal_basis"), longest_text(Request, "questions")
    (1000, 1000)
    """
    limits = _limits_of_text(get_type_hints(message, include_extras=True)[field])
    # A limit tells only whether it admits a text, so its length is searched for.
    return bisect_left(
        range(1, _BEYOND_ANY_FIELD), True, key=lambda length: not all(limit.admits("x" * length) for limit in limits)
    )


@cache
def most_entries(message: type, field: str) -> int:
    """The most entries that a list of a message takes.

    >>> from symbolon.protocol.messages import Request
    >>> most_entries(Request, "questions")
    20
    """
    _, *remarks = get_args(get_type_hints(message, include_extras=True)[field])
    limits = [remark for remark in remarks if isinstance(remark, Limit)]
    return bisect_left(
        range(1, _BEYOND_ANY_LIST), True, key=lambda count: not all(limit.admits(("",) * count) for limit in limits)
    )


def _limits_of_text(hint: Any) -> list[Limit]:
    if get_origin(hint) is Annotated:
        base, *remarks = get_args(hint)
        if base is str:
            return [remark for remark in remarks if isinstance(remark, Limit)]
        return _limits_of_text(base)
    return _limits_of_text(get_args(hint)[0])
