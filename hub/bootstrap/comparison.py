"""Which comparator the hub has, by the directory in effect; the operators' lines, by where they were added.

A federation compares as it was founded. Before that there is nothing to compare, and its operators may still be added.
"""

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from symbolon.hub.bootstrap.opening import Hub
from symbolon.hub.bootstrap.operators import Addresses, addresses_in, room_settings
from symbolon.hub.bootstrap.worker import blind_comparator, open_comparator, receiver_comparator
from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.domain.scope import Scope
from symbolon.hub.gateway.token_lines import TokenLines
from symbolon.hub.ports import CandidatePair, Comparator, EncodingIntake, HandleEnvelopes, Work
from symbolon.hub.storage.blind_encodings import BlindEncodings
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.hub.storage.receiver_comparator import ReceiverEncodings
from symbolon.protocol.messages import Comparing, Opening
from symbolon.protocol.messages_operators import EvaluatedTokens, EvaluateTokens

if TYPE_CHECKING:
    from symbolon.hub.gateway.operator_room import OperatorRoom

_RECOMPUTE_ONE_IN: Final = 100
"""Of how many jobs one is computed twice, under another rotation."""


Way = tuple[Comparing, Opening]
"""How records are compared, and to whom match bits open."""


def comparing(work: Work) -> Way | None:
    """How the federation compares; None before its founding."""
    known = work.directory.in_effect()
    return None if known is None else (known.comparison.mode, known.comparison.opening)


class IntakeByDirectory:
    """See `symbolon.hub.ports.EncodingIntake`: takes what the founding says that members submit."""

    def __init__(self, hub: Hub) -> None:
        schemas = hub.linkage_schemas()
        self._hub = hub
        self._intakes: Mapping[Way, EncodingIntake] = {
            (Comparing.OPEN, Opening.HUB): OpenEncodings(schemas),
            (Comparing.BLIND, Opening.HUB): BlindEncodings(schemas),
            (Comparing.BLIND, Opening.RECEIVERS): ReceiverEncodings(schemas, hub.tell_of_rows),
        }
        self._way: Way | None = None

    def check(self, envelopes: Sequence[bytes], schema_digest: str) -> str | None:
        """A sentence that says what to do with an encoding that is not taken."""
        return self._intake().check(envelopes, schema_digest)

    def takes_canaries(self) -> bool:
        """Whether there are operators whose answers are to be checked."""
        return self._intake().takes_canaries()

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked."""
        self._intake().submit(work, encodings)

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> frozenset[RecordHandle]:
        """Erase encodings in the transaction."""
        return self._intake().withdraw(work, handles)

    def _intake(self) -> EncodingIntake:
        if self._way is None:
            with self._hub.store.work() as work:
                self._way = comparing(work)
        return self._intakes[self._way or (Comparing.OPEN, Opening.HUB)]


class ComparatorByDirectory(IntakeByDirectory):
    """See `symbolon.hub.ports.Comparator`: open or blind by the founding, with the operators where they are now."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._turn = threading.Lock()
        self._comparator: Comparator | None = None
        self._room: OperatorRoom | None = None
        self._addresses: Addresses = {}

    def prepare(self) -> None:
        """Compile what open comparison needs, unless operators were added: so that the first record does not wait."""
        with self._hub.store.work() as work:
            if not work.operators.all():
                self._comparator = open_comparator(self._hub)

    def refresh(self, work: Work) -> int:
        """Bring the index, or the operators, to the newest committed change; before the founding there is none."""
        comparator = self._present(work)
        return 0 if comparator is None else comparator.refresh(work)

    def forget_removals(self, work: Work, number: int) -> int:
        """Forget removals up to this number, which every index at work has made; how many."""
        comparator = self._present(work)
        return 0 if comparator is None else comparator.forget_removals(work, number)

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Compare these with everything of their own epoch that the scope allows, and nothing else; each pair once."""
        comparator = self._present(work)
        return () if comparator is None else comparator.compare(work, handles, scope)

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Why the pairs are alike, in their order; None where an encoding is gone by now."""
        comparator = self._present(work)
        return [None for _ in pairs] if comparator is None else comparator.explain(work, pairs)

    def _present(self, work: Work) -> Comparator | None:
        with self._turn:
            way = comparing(work)
            if way is None:
                return None
            if way[0] is Comparing.OPEN:
                if self._comparator is None:
                    self._comparator = open_comparator(self._hub)
                return self._comparator
            addresses = addresses_in(work)
            if self._comparator is None or self._room is None or addresses != self._addresses:
                # Imported here: the web process, which takes encodings and compares nothing, shares this module.
                from symbolon.hub.gateway.operator_room import OperatorRoom

                if self._room is not None:
                    # Whoever asks in it at this moment finds the operators away, and is asked again.
                    self._room.close()
                self._addresses = addresses
                self._room = OperatorRoom(room_settings(self._hub, addresses))
                make = blind_comparator if way[1] is Opening.HUB else receiver_comparator
                self._comparator = make(self._hub, self._room, recompute_one_in=_RECOMPUTE_ONE_IN)
            return self._comparator


class TokensByDirectory:
    """See `symbolon.hub.services.relay_tokens.TokenDesk`: the operators where they are now."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._turn = threading.Lock()
        self._addresses: Addresses = {}
        self._lines: TokenLines | None = None

    def __call__(self, request: EvaluateTokens) -> Mapping[int, EvaluatedTokens]:
        """What two operators made of the elements, by place."""
        return self._present()(request)

    def _present(self) -> TokenLines:
        with self._hub.store.work() as work:
            addresses = addresses_in(work)
        with self._turn:
            if self._lines is None or addresses != self._addresses:
                if self._lines is not None:
                    self._lines.close()
                self._addresses = addresses
                self._lines = TokenLines(room_settings(self._hub, addresses))
            return self._lines
