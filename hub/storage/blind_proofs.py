"""Before anything is compared, the operators prove that it is bits: the hub asks until nothing waits for it."""

from collections.abc import Callable, Mapping
from typing import Final

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsDisagree
from symbolon.hub.ports.operators import Operators
from symbolon.protocol.messages_operators import OperatorStatus, Unreadable
from symbolon.protocol.messages_sessions import Proved

_MOVED_ON: Final = "moved-on"
_STUCK: Final = "stuck"

Said = Mapping[int, OperatorStatus] | Mapping[int, Proved]
NoteUnreadable = Callable[[Mapping[int, Unreadable]], None]


class ProveAll:
    """Asks for proofs, some hundred records each. To ask again for what is proved changes nothing."""

    def __init__(self, operators: Operators, note_unreadable: NoteUnreadable) -> None:
        """`note_unreadable` keeps, by operator, which records are not to be compared."""
        self._operators = operators
        self._note_unreadable = note_unreadable

    def __call__(self, change: int, found: Mapping[int, OperatorStatus]) -> None:
        """See to it that nothing waits for a proof, and that the same records lie in rows everywhere.

        Where another worker fed what came since, jobs about this change are refused, and so are proofs: it ends there.

        Raises:
            OperatorAway, OperatorRefused: it is asked again with the next sweep.
            OperatorsDisagree: they say different things, or end with different records.

        """
        try:
            said = self._prove_what_waits(change, found)
            if _differ(said):
                said = self._prove_all(change)
        except OperatorRefused as refused:
            if refused.code != _MOVED_ON:
                raise
            return
        if _differ(said):
            raise OperatorsDisagree("they hold different records, though each has proved all that it holds")

    def _prove_what_waits(self, change: int, said: Said) -> Said:
        while first := _first_that_waits(said):
            said = self._prove(change, first - 1)
            following = _first_that_waits(said)
            if following and following <= first:
                place = next(place for place, each in said.items() if each.waits == following)
                raise OperatorRefused(place, _STUCK, "It proves no further records, and says not why.")
        return said

    def _prove_all(self, change: int) -> Said:
        """What one operator took out alone, such as on an order of its own, the others take out too."""
        after = 0
        while True:
            said = self._prove(change, after)
            ends = [each.up_to for each in said.values() if each.up_to is not None]
            if not ends:
                return said
            after = min(ends)

    def _prove(self, change: int, after: int) -> Mapping[int, Proved]:
        proved = self._operators.prove(change, after)
        said = {place: Unreadable((*each.refused, *each.missing), each.refused) for place, each in proved.items()}
        self._note_unreadable(said)
        return proved


def _first_that_waits(said: Said) -> int:
    return min((each.waits for each in said.values() if each.waits), default=0)


def _differ(said: Said) -> bool:
    return len({each.rows for each in said.values()}) != 1
