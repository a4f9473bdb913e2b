"""What the three operators do together beside comparing: agree on keys, make the token key, refresh and restore shares.

Each says again and again how it stands, and does its next step when the others stand right for it; so no message need
arrive, and whoever is killed goes on where it was. What a step needs is on disk before anybody relies on it.

What one operator says alone makes this one stand still, for as long as it says so, and nothing worse: that shares are
lost here follows from what is found here, or from what both others say.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from symbolon.hub.operators.services.agree_pair_keys import AgreePairKeys
from symbolon.hub.operators.services.among_operators import AmongOperators, Circle, Tell
from symbolon.hub.operators.services.deal_token_key import DealTokenKey
from symbolon.hub.operators.services.give_parts import GiveParts
from symbolon.hub.operators.services.held_rows import RowsInUse, fill
from symbolon.hub.operators.services.refresh_shares import RefreshShares
from symbolon.hub.operators.services.restore_shares import RestoreShares
from symbolon.hub.operators.storage.secrets import OperatorSecrets, TokenShare
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.hub.operators.storage.standings import Standing
from symbolon.protocol.messages_peers import (
    AskParts,
    Contribution,
    DealtShare,
    Doing,
    PairAnswer,
    PairOffer,
    Parts,
    PeerStanding,
    parse_peer_message,
)
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger


class KeepStanding:
    """Keeps this operator in step with the other two. Any thread may call."""

    def __init__(
        self,
        operator: AmongOperators,
        store: OperatorStore,
        rows: RowsInUse,
        secrets: OperatorSecrets,
        tell: Tell,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._circle = circle = Circle(operator, store, rows, secrets, tell, clock, random_bytes)
        self._pair_keys = AgreePairKeys(circle)
        self._token_key = DealTokenKey(circle)
        self._refresh = RefreshShares(circle, self._change, self._announce)
        self._give = GiveParts(circle, self._pair_keys)
        self._restore = RestoreShares(circle)
        self._turn = threading.RLock()
        self._token: tuple[int, TokenShare] | None = None
        self._keys_of: int | None = None
        self._compares = False

    def token_share(self) -> TokenShare | None:
        """The present share of the token key; None before it is made, or where it was lost."""
        generation = self._circle.standing()[0].generation
        kept = self._token
        if kept is not None and kept[0] == generation:
            return kept[1]
        found = self._circle.secrets.token_share(generation)
        self._token = None if found is None else (generation, found)
        return found

    def has_token_share(self) -> bool:
        """Whether there is one."""
        return self._circle.secrets.has_token_share(self._circle.standing()[0].generation)

    def agrees_with(self, other: int) -> bool:
        """Whether nothing is left to agree on with another: where both could compare, they have the same key in use."""
        standing, heard = self._circle.standing()[0], self._circle.heard.get(other)
        if heard is None:
            return False
        if standing.doing is not Doing.WORKING or heard.generation != standing.generation:
            return True
        is_taken_up = self._compares or not self._pair_keys.are_agreed(standing.generation)
        return is_taken_up and self._pair_keys.is_agreed(other, standing.generation)

    def begin(self) -> None:
        """Take up what was begun before this process: nothing is compared on half of it."""
        with self._turn:
            standing, number = self._circle.standing()
            if standing.doing is Doing.WORKING:
                self._refresh.clean_up(standing.generation)
            self._stand(standing, number)

    def tick(self) -> None:
        """Do the next step, if there is one, and say how this operator stands."""
        with self._turn:
            standing, number = self._circle.standing()
            self._stand(standing, number)
            self._mend_rows()
            match standing.doing:
                case Doing.WORKING:
                    self._look_around(standing)
                case Doing.REFRESHING:
                    self._refresh.step(standing, number)
                case Doing.RESTORING:
                    # Nobody gives parts to an operator that did not say so.
                    self._announce()
                    self._restore.step(standing)
                case Doing.LOST:
                    pass
            self._deal()
            standing, number = self._circle.standing()
            self._stand(standing, number)
            self._pair_keys.step(standing.generation)
            self._announce()

    def hear(self, sender: int, data: bytes) -> None:
        """Take what another operator says. Raises `MalformedMessage`."""
        message = parse_peer_message(data)
        with self._turn:
            match message:
                case PeerStanding():
                    self._note(sender, message)
                case PairOffer():
                    self._pair_keys.take_offer(sender, message, self._generation_of_keys())
                case PairAnswer():
                    self._pair_keys.take_answer(sender, message, self._generation_of_keys())
                case DealtShare():
                    self._token_key.take(sender, message, self._circle.standing()[0].generation)
                case Contribution():
                    self._refresh.take(sender, message)
                case AskParts():
                    self._stand(*self._circle.standing())
                    self._give.answer(sender, message)
                case Parts():
                    if self._restore.take(sender, message):
                        self._after_restoring()

    def _note(self, sender: int, said: PeerStanding) -> None:
        circle = self._circle
        before = circle.heard.get(sender)
        circle.heard[sender] = said
        shown = said.doing, said.generation, said.number
        if before is None or (before.doing, before.generation, before.number) != shown:
            with circle.store.work() as work:
                work.standings.note_other(sender, said, circle.clock.now())
        if before is None or before.pair != said.pair:
            self._stand(*circle.standing())

    def _stand(self, standing: Standing, number: int) -> None:
        """Let feeds and comparisons know how this operator stands."""
        circle = self._circle
        self._use_keys_of(standing.generation)
        lost = circle.someone_lost_shares
        at = Doing.WORKING if lost else Doing.REFRESHING
        together = [each.number for each in circle.heard.values() if each.doing is at]
        # During a refresh, another's number is believed until this operator contributed: nothing comes amid one.
        still = self._refresh.holds_still(standing, number)
        limit = number if still else max((number, *together))
        agreed = self._pair_keys.are_agreed(standing.generation)
        wanted = standing.doing, lost, limit, still, agreed
        with circle.rows.reading() as held:
            stands = (held.doing, held.waits_for_another, held.limit, held.contributed, held.keys_agreed) == wanted
        if not stands:
            with circle.rows.changing() as held:
                held.doing, held.waits_for_another, held.limit, held.contributed, held.keys_agreed = wanted
        self._compares = agreed

    def _use_keys_of(self, generation: int) -> None:
        if self._keys_of != generation:
            with self._circle.rows.changing() as held:
                held.keys_agreed = False
                self._pair_keys.take_up(generation)
            self._keys_of = generation

    def _generation_of_keys(self) -> int:
        generation = self._circle.standing()[0].generation
        self._use_keys_of(generation)
        return generation

    def _mend_rows(self) -> None:
        """Write rows that could not be written after their feed was committed, such as on a full disk."""
        with self._circle.rows.reading() as held:
            written = held.number
        if written == self._circle.standing()[1]:
            return
        with self._circle.rows.changing() as held, self._circle.store.work() as work:
            number = work.lock_progress()
            if held.number != number:
                fill(work, held, number)

    def _announce(self) -> None:
        circle = self._circle
        standing, number = circle.standing()
        dealt = circle.secrets.dealt()
        has_key = circle.secrets.has_token_share(standing.generation)
        check, nonce = self._refresh.check(standing, number), self._give.nonce(standing, number)
        for other in circle.operator.others:
            has_dealt = has_key or other in dealt
            pair = self._pair_keys.name_with(other)
            said = PeerStanding(standing.doing, standing.generation, number, has_dealt, check, pair, nonce)
            circle.tell(other, said)

    def _look_around(self, standing: Standing) -> None:
        circle, heard = self._circle, self._circle.heard.values()
        refreshing = any(each.doing is Doing.REFRESHING and each.generation == standing.generation for each in heard)
        if circle.both_are_beyond(standing.generation):
            # A refresh needs every operator's disk: whoever is behind one was put back to before it.
            get_logger().warning("this operator is behind a refresh, and needs to be restored")
            self._change(replace(standing, doing=Doing.LOST))
        elif circle.someone_lost_shares or circle.secrets.has_line():
            return
        elif circle.secrets.has_declined():
            circle.secrets.forget_contributions()
            if not refreshing and len(heard) == len(circle.operator.others):
                circle.secrets.join_again()
        elif refreshing:
            self._change(replace(standing, doing=Doing.REFRESHING, agreed=False))

    def _change(self, standing: Standing) -> None:
        self._circle.note(standing)
        self._stand(*self._circle.standing())

    def _deal(self) -> None:
        standing, _number = self._circle.standing()
        if not self._token_key.step() and standing.doing is Doing.WORKING:
            # This operator takes the place of another, whose shares it is given.
            self._change(replace(standing, doing=Doing.LOST))

    def _after_restoring(self) -> None:
        standing, _number = self._circle.standing()
        if standing.doing is Doing.WORKING:
            self._refresh.clean_up(standing.generation)
        self.tick()
