"""Tells the other members of pairs at set intervals, whether or not there are any; declares and ends them at the hub.

What goes out has one length and one rhythm, so that neither says when something was found, nor of which record.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.domain.pairs import Pair, declared, named_to_finder, side_of, told
from symbolon.node.domain.records import Record
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, counterpart_card
from symbolon.node.services.end_pairs import end_pair
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import FederationDirectory, FoundPair, Opening, PairAnswer, PairsFound
from symbolon.protocol.messages_receivers import MOST_KNOWN_TOLD, MOST_PAIRS_TOLD
from symbolon.protocol.references import HUB, HitId, MemberCode, new_message_id

EVERY: Final = timedelta(minutes=15)
"""The usual interval; shorter in exercises."""
_AT_ONCE: Final = 1_000
_AGAIN_AFTER: Final = 4
"""Intervals after which a declaration is repeated that no alert followed."""


class TellPairs:
    """Run each second by the worker; mostly there is nothing to do."""

    def __init__(
        self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence, every: timedelta
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence
        self._every = every

    def __call__(self) -> int:
        """Do what is due; how many messages were queued."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None or directory.comparison.opening is not Opening.RECEIVERS:
                return 0
            queued = self._declare(work, now)
            due = work.pairs.next_round()
            if due is not None and now < due:
                return queued
            # A node that was away does not make up for the intervals that it missed.
            following = now if due is None else due + self._every * ((now - due) // self._every)
            work.pairs.set_round(following + self._every)
            for pair in work.pairs.ended(_AT_ONCE):
                end_pair(work, self._draws, pair, WithdrawalReason.OWNER_REQUEST)
            return queued + self._tell(work, directory, now)

    def at_once(self, work: Work, hit_id: HitId) -> None:
        """Tell the other side of a held pair that is being released, before the hub does."""
        pair = work.pairs.of_hit(hit_id)
        directory = work.directory.find()
        if pair is None or directory is None or not pair.is_finder or pair.other_side is not None or pair.is_over:
            return
        released = replace(pair, to_tell=True)
        work.pairs.save(released)
        self._send(work, directory, pair.counterpart, [released], self._draws.now())

    def _declare(self, work: Work, now: datetime) -> int:
        pairs = work.pairs.to_declare(now, _AT_ONCE)
        for pair in pairs:
            record = work.records.find(pair.own_reference)
            if record is None:
                continue
            declaration = declared(pair, record)
            message_id = new_message_id(self._draws.uuid())
            body = canonical_bytes(to_wire(declaration))
            work.outbox.add_message(OutgoingMessage(message_id, declaration.PURPOSE, HUB, None, body), now)
            again_at = now + self._every * _AGAIN_AFTER if pair.hit_id is None else None
            work.pairs.save(replace(pair, declare_at=again_at))
        return len(pairs)

    def _tell(self, work: Work, directory: FederationDirectory, now: datetime) -> int:
        own = self._correspondence.code
        others = [member.code for member in directory.members if member.is_active and member.code != own]
        waiting: defaultdict[MemberCode, list[Pair]] = defaultdict(list)
        for pair in work.pairs.to_tell(others, _AT_ONCE):
            waiting[pair.counterpart].append(pair)
        for member in others:
            self._send(work, directory, member, waiting[member], now)
        return len(others)

    def _send(
        self, work: Work, directory: FederationDirectory, member: MemberCode, pairs: Sequence[Pair], now: datetime
    ) -> None:
        found: list[FoundPair] = []
        answers: list[PairAnswer] = []
        for pair in pairs:
            record = work.records.find(pair.own_reference)
            if pair.to_tell and record is not None and len(found) < MOST_PAIRS_TOLD:
                found.append(told(pair, side_of(record, pair.own_version)))
            known = None if pair.known_as is None else work.pairs.find(pair.known_as)
            names = sum(each.known is not None for each in answers)
            if pair.to_answer and len(answers) < MOST_PAIRS_TOLD and (known is None or names < MOST_KNOWN_TOLD):
                answers.append(_answer(pair, record, known))
                work.pairs.save(replace(pair, to_answer=False))
        message_id = new_message_id(self._draws.uuid())
        message = PairsFound(tuple(found), tuple(answers))
        card = counterpart_card(directory, member)
        work.outbox.add_message(self._correspondence.seal_message(message, card, directory, message_id), now)
        work.pairs.note_told(member, [each.pair_id for each in found], now)


def _answer(pair: Pair, record: Record | None, known: Pair | None) -> PairAnswer:
    """Whether a pair that the other side told is one; what it was told of another one is known here as."""
    if record is None or (pair.is_over and known is None):
        return PairAnswer(pair.pair_id, None, None)
    side = side_of(record, pair.own_version)
    return PairAnswer(pair.pair_id, side, None if known is None else named_to_finder(known))
