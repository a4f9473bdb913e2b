"""What the three operators do together beside comparing: make the token key, refresh their shares, restore lost ones.

Each says again and again how it stands, and does its next step when the others stand right for it; so no message need
arrive, and whoever is killed goes on where it was. What a step needs is on disk before anybody relies on it.

*Refresh*, from generation g to g + 1: all three stand still at the same change; each contributes 32 bytes to one seed;
when all three have all contributions on disk (each tells a check of the seed), each adds its slope to every record, a
hundred in one transaction, and to its share of the token key. Contributions are erased then.

*Restoring*: the operator that lost its shares asks the other two, which stand still meanwhile, for masked parts of
every record of the same change and generation, page by page, and of the token key. Where they moved on, it starts anew.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from symbolon.hub.operators.services.take_feed import RowsInUse, fill
from symbolon.hub.operators.storage.secrets import OperatorSecrets, TokenShare
from symbolon.hub.operators.storage.shares import NewShares, OperatorStore, OperatorWork, Standing
from symbolon.matching.blind.errors import MalformedShare
from symbolon.matching.blind.expansion import SEED_BYTES, Use, derive_key, expand, joint_seed
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import refreshed, restored, restoring_part
from symbolon.protocol import oprf_sharing
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_operators import SchemaContent
from symbolon.protocol.messages_peers import (
    MOST_PARTS,
    AskParts,
    Contribution,
    DealtShare,
    Doing,
    Parts,
    PeerMessage,
    PeerStanding,
    RecordPart,
    TokenPart,
    parse_peer_message,
)
from symbolon.protocol.oprf_sharing import Commitment, checked_share, moved_share, public_share, summed
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, RecordReference
from symbolon.protocol.ristretto import (
    DRAWN_BYTES,
    IDENTITY,
    Scalar,
    base_times,
    parse_element,
    parse_scalar,
    plus,
    scalar_of,
)
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger

_WORD_BYTES: Final = 2
_ASK_AGAIN: Final = timedelta(seconds=10)

Tell = Callable[[int, PeerMessage], None]
"""Says something to another operator, if it is there."""


@dataclass(frozen=True, slots=True)
class AmongOperators:
    """Who this operator is among the three."""

    place: int
    pair_keys: Mapping[int, bytes] = field(repr=False)
    commitments: Mapping[int, Commitment]
    """To the lines of the token key that each deals, by place."""

    @property
    def others(self) -> tuple[int, ...]:
        """The other two places."""
        return tuple(sorted(self.pair_keys))

    def third(self, other: int) -> int:
        """The one beside this operator and that one."""
        (found,) = set(self.pair_keys) - {other}
        return found


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
        self._operator = operator
        self._store = store
        self._rows = rows
        self._secrets = secrets
        self._tell = tell
        self._clock = clock
        self._random_bytes = random_bytes
        self._turn = threading.RLock()
        self._heard: dict[int, PeerStanding] = {}
        self._parts: dict[int, Parts] = {}
        self._asked: tuple[int, datetime] | None = None
        self._token: tuple[int, TokenShare] | None = None

    def token_share(self) -> TokenShare | None:
        """The present share of the token key; None before it is made, or where it was lost."""
        with self._store.work() as work:
            generation = work.standing().generation
        kept = self._token
        if kept is not None and kept[0] == generation:
            return kept[1]
        found = self._secrets.token_share(generation)
        self._token = None if found is None else (generation, found)
        return found

    def has_token_share(self) -> bool:
        """Whether there is one."""
        with self._store.work() as work:
            return self._secrets.has_token_share(work.standing().generation)

    def begin(self) -> None:
        """Take up what was begun before this process: nothing is compared on half of it."""
        with self._turn:
            standing, number = self._standing()
            if standing.doing is Doing.WORKING:
                self._clean_up(standing)
            self._stand(standing, number)

    def tick(self) -> None:
        """Do the next step, if there is one, and say how this operator stands."""
        with self._turn:
            standing, number = self._standing()
            self._stand(standing, number)
            match standing.doing:
                case Doing.WORKING:
                    self._look_around(standing, number)
                case Doing.REFRESHING:
                    self._refresh(standing, number)
                case Doing.RESTORING:
                    self._ask_for_parts(standing)
                case Doing.LOST:
                    pass
            self._deal()
            self._announce()

    def hear(self, sender: int, data: bytes) -> None:
        """Take what another operator says. Raises `MalformedMessage`."""
        message = parse_peer_message(data)
        with self._turn:
            match message:
                case PeerStanding():
                    self._note(sender, message)
                case DealtShare():
                    self._take_dealt(sender, message)
                case Contribution():
                    self._take_contribution(sender, message)
                case AskParts():
                    self._answer_with_parts(sender, message)
                case Parts():
                    self._take_parts(sender, message)

    # How all stand.

    def _standing(self) -> tuple[Standing, int]:
        with self._store.work() as work:
            return work.standing(), work.progress()

    def _note(self, sender: int, standing: PeerStanding) -> None:
        if self._heard.get(sender) == standing:
            return
        self._heard[sender] = standing
        with self._store.work() as work:
            work.note_other(sender, standing, self._clock.now())

    def _stand(self, standing: Standing, number: int) -> None:
        """Let feeds and comparisons know how this operator stands."""
        lost = any(each.doing in {Doing.LOST, Doing.RESTORING} for each in self._heard.values())
        together = [
            each.number for each in self._heard.values() if each.doing is (Doing.WORKING if lost else Doing.REFRESHING)
        ]
        limit = max((number, *together))
        with self._rows.reading() as held:
            stands = (held.doing, held.waits_for_another, held.limit) == (standing.doing, lost, limit)
        if not stands:
            with self._rows.changing() as held:
                held.doing, held.waits_for_another, held.limit = standing.doing, lost, limit

    def _announce(self) -> None:
        standing, number = self._standing()
        dealt = self._secrets.dealt()
        has_key = self._secrets.has_token_share(standing.generation)
        check = None
        if standing.doing is Doing.REFRESHING:
            seed = self._seed(standing.generation + 1, number)
            check = None if seed is None else _check_of(seed)
        for other in self._operator.others:
            has_dealt = has_key or other in dealt
            self._tell(other, PeerStanding(standing.doing, standing.generation, number, has_dealt, check))

    def _look_around(self, standing: Standing, number: int) -> None:
        heard = self._heard.values()
        if any(each.generation > standing.generation for each in heard):
            # A refresh needs every operator's disk: whoever is behind one was put back to before it.
            get_logger().warning("this operator is behind a refresh, and needs to be restored")
            self._change(replace(standing, doing=Doing.LOST), number)
        elif any(each.doing in {Doing.LOST, Doing.RESTORING} for each in heard) or self._secrets.has_line():
            return
        elif any(each.doing is Doing.REFRESHING and each.generation == standing.generation for each in heard):
            self._change(replace(standing, doing=Doing.REFRESHING, agreed=False), number)

    def _change(self, standing: Standing, number: int) -> None:
        with self._store.work() as work:
            work.note_standing(standing)
        self._stand(standing, number)

    def _clean_up(self, standing: Standing) -> None:
        self._secrets.forget_contributions()
        self._secrets.forget_token_shares_before(standing.generation)

    # The token key.

    def _deal(self) -> None:
        operator, line = self._operator, self._secrets.line()
        if line is None:
            return
        commitment = operator.commitments.get(operator.place)
        if commitment is None or len(self._heard) < len(operator.others):
            return
        if line.commitment != commitment:
            # This operator takes the place of another: it is given the share of that one.
            self._secrets.forget_line()
            standing, number = self._standing()
            if standing.doing is Doing.WORKING:
                self._change(replace(standing, doing=Doing.LOST), number)
            return
        if operator.place not in self._secrets.dealt() and not self._secrets.has_token_share(0):
            self._secrets.keep_dealt(operator.place, line.share_for(operator.place))
        waiting = [other for other in operator.others if not self._heard[other].has_dealt_share]
        for other in waiting:
            self._tell(other, DealtShare(line.share_for(other)))
        self._sum_up()
        if not waiting and self._secrets.has_token_share(0):
            self._secrets.forget_dealt()
            self._secrets.forget_line()

    def _take_dealt(self, sender: int, dealt: DealtShare) -> None:
        commitment = self._operator.commitments.get(sender)
        if commitment is None or self._standing()[0].generation or self._secrets.has_token_share(0):
            return
        self._secrets.keep_dealt(sender, checked_share(commitment, self._operator.place, parse_scalar(dealt.share)))
        self._sum_up()

    def _sum_up(self) -> None:
        dealt = self._secrets.dealt()
        if len(dealt) < len(oprf_sharing.HOLDERS) or self._secrets.has_token_share(0):
            return
        self._secrets.keep_token_share(0, TokenShare(summed(list(dealt.values()))))
        with self._store.work() as work:
            work.audit(AuditAct.OPERATOR_KEY_MADE, HUB, {"generation": 0})

    # Refresh.

    def _refresh(self, standing: Standing, number: int) -> None:
        operator, following = self._operator, standing.generation + 1
        if standing.agreed:
            self._apply(standing, number)
            return
        heard = [self._heard.get(other) for other in operator.others]
        lost = any(each is not None and each.doing in {Doing.LOST, Doing.RESTORING} for each in heard)
        given_up = any(
            each is not None and each.doing is Doing.WORKING and each.generation == standing.generation
            for each in heard
        )
        seed = self._seed(following, number)
        if lost and (seed is None or given_up):
            # Before all three have all that it takes, nobody's shares are refreshed.
            self._secrets.forget_contributions()
            self._change(replace(standing, doing=Doing.WORKING), number)
            return
        ready = lost or all(_is_ready(each, standing.generation, number) for each in heard)
        if not ready or self._secrets.has_line():
            return
        mine = self._secrets.contributions(following, number).get(operator.place)
        if mine is None:
            mine = self._random_bytes(SEED_BYTES)
            self._secrets.keep_contribution(following, number, operator.place, mine)
        for other in operator.others:
            self._tell(other, Contribution(following, number, mine))
        if seed is not None and all(_agrees(each, following, _check_of(seed)) for each in heard):
            agreed = replace(standing, agreed=True)
            self._change(agreed, number)
            self._announce()
            self._apply(agreed, number)

    def _take_contribution(self, sender: int, message: Contribution) -> None:
        standing, number = self._standing()
        expected = (standing.generation + 1, number)
        if (
            standing.doing is Doing.REFRESHING
            and not standing.agreed
            and (message.generation, message.number) == expected
            and self._secrets.contributions(*expected).get(sender) != message.contribution
        ):
            self._secrets.keep_contribution(*expected, sender, message.contribution)

    def _seed(self, generation: int, number: int) -> bytes | None:
        found = self._secrets.contributions(generation, number)
        if len(found) < len(oprf_sharing.HOLDERS):
            return None
        first, second, third = (found[place] for place in oprf_sharing.HOLDERS)
        return joint_seed((first, second, third))

    def _apply(self, standing: Standing, number: int) -> None:
        following = standing.generation + 1
        seed = self._seed(following, number)
        if seed is None:
            get_logger().error("the contributions to a refresh that was agreed are gone: this operator needs a restore")
            self._change(replace(standing, doing=Doing.LOST, agreed=False), number)
            return
        token = self._secrets.token_share(standing.generation)
        if token is not None:
            slope = scalar_of(expand(seed, Use.REFRESH, b"token", DRAWN_BYTES))
            moved = plus(token.moved, base_times(slope))
            share = moved_share(self._operator.place, token.share, slope)
            self._secrets.keep_token_share(following, TokenShare(share, moved))
        records = 0
        while count := self._refresh_some(seed, following):
            records += count
        with self._rows.changing() as held, self._store.work() as work:
            work.note_standing(Standing(following, Doing.WORKING))
            work.audit(AuditAct.SHARES_REFRESHED, HUB, {"generation": following, "records": records})
            fill(work, held, number)
            held.doing = Doing.WORKING
        self._clean_up(Standing(following, Doing.WORKING))

    def _refresh_some(self, seed: bytes, generation: int) -> int:
        with self._store.work() as work:
            records = work.shares_before(generation)
            fresh = {}
            for record in records:
                size = len(record.bundle)
                slope = expand(seed, Use.REFRESH, str(record.handle).encode(), size)
                fresh[record.handle] = refreshed(_row_of(size), self._operator.place, record.bundle, slope)
            work.put_refreshed(fresh, generation)
        return len(records)

    # Restoring.

    def _ask_for_parts(self, standing: Standing) -> None:
        heard = [self._heard.get(other) for other in self._operator.others]
        if any(each is None or each.doing is not Doing.WORKING for each in heard):
            return
        after, now = standing.restored or 0, self._clock.now()
        if self._asked is not None and self._asked[0] == after and now - self._asked[1] < _ASK_AGAIN:
            return
        self._asked = after, now
        self._parts.clear()
        for other in self._operator.others:
            self._tell(other, AskParts(after))

    def _answer_with_parts(self, lost: int, asked: AskParts) -> None:
        with self._store.work() as work:
            standing, number = work.standing(), work.progress()
            heard = self._heard.get(lost)
            if standing.doing is not Doing.WORKING or heard is None or heard.doing is not Doing.RESTORING:
                return
            records = work.records_after(asked.after, MOST_PARTS)
            first = not asked.after
            segments = tuple(work.segments().values()) if first else ()
            schemas = tuple(SchemaContent(*each) for each in work.schemas().items()) if first else ()
        self._stand(standing, number)
        token = self._token_part(lost, standing.generation) if first else None
        parts = tuple(self._part(lost, standing.generation, record) for record in records)
        up_to = records[-1].handle if len(records) == MOST_PARTS else None
        self._tell(lost, Parts(standing.generation, number, asked.after, up_to, parts, segments, schemas, token))

    def _part(self, lost: int, generation: int, record: NewShares) -> RecordPart:
        operator, size = self._operator, len(record.bundle)
        place = f"{lost}/{generation}/{record.handle}".encode()
        mask = expand(operator.pair_keys[operator.third(lost)], Use.RESTORING, place, size)
        part = restoring_part(_row_of(size), lost, operator.place, record.bundle, mask)
        reference = RecordReference(record.reference)
        return RecordPart(record.handle, reference, record.version, record.owner, record.rows, part)

    def _token_part(self, lost: int, generation: int) -> TokenPart | None:
        operator, token = self._operator, self._secrets.token_share(generation)
        if token is None:
            return None
        place = f"{lost}/{generation}/token".encode()
        mask = scalar_of(expand(operator.pair_keys[operator.third(lost)], Use.RESTORING, place, DRAWN_BYTES))
        part = oprf_sharing.restoring_part(lost, operator.place, token.share, mask)
        return TokenPart(part, token.moved)

    def _take_parts(self, sender: int, parts: Parts) -> None:
        standing, _number = self._standing()
        if standing.doing is not Doing.RESTORING or parts.after != (standing.restored or 0):
            return
        self._parts[sender] = parts
        if len(self._parts) < len(self._operator.others):
            return
        one, other = (self._parts.pop(place) for place in self._operator.others)
        source = one.generation, one.number
        self._asked = None
        if source != (other.generation, other.number):
            return
        if standing.restored is None or source != (standing.generation, standing.restored_at_change):
            with self._store.work() as work:
                work.forget_all()
                standing = Standing(one.generation, Doing.RESTORING, False, 0, one.number)
                work.note_standing(standing)
            if parts.after:
                return
        self._restore_page(standing, one, other)
        self.tick()

    def _restore_page(self, standing: Standing, one: Parts, other: Parts) -> None:
        if not one.after:
            self._restore_token(one, other)
        ends = [each.up_to for each in (one, other) if each.up_to is not None]
        end = min(ends, default=None)
        with self._rows.changing() as held, self._store.work() as work:
            for schema in one.schemas:
                work.keep_schema(schema.digest, schema.content)
            for segment in one.segments:
                work.describe(segment)
                held.described.setdefault(segment.segment, segment)
            self._put_restored(work, [part for part in one.records if end is None or part.handle <= end], other.records)
            if end is not None:
                work.note_standing(replace(standing, restored=end))
                return
            work.note_progress(one.number)
            work.note_standing(Standing(one.generation, Doing.WORKING))
            work.audit(AuditAct.SHARES_RESTORED, HUB, {"generation": one.generation, "records": work.counts()[0]})
            fill(work, held, one.number)
            held.doing = Doing.WORKING
        self._clean_up(Standing(one.generation, Doing.WORKING))

    def _put_restored(self, work: OperatorWork, ones: Sequence[RecordPart], others: Sequence[RecordPart]) -> None:
        now = self._clock.now()
        by_handle = {part.handle: part for part in others}
        for part in ones:
            other = by_handle.get(part.handle)
            if other is None:
                # One of the two could not read it: it is not compared.
                work.note_unreadable(part.handle, "not-restored", now)
                continue
            if replace(part, part=b"") != replace(other, part=b"") or len(part.part) != len(other.part):
                raise MalformedShare("the other two operators do not agree on what is restored")
            bundle = restored(_row_of(len(part.part)), part.part, other.part)
            record = NewShares(part.handle, part.reference, part.version, part.owner, bundle, part.rows)
            work.put_all([record], now)

    def _restore_token(self, one: Parts, other: Parts) -> None:
        if one.token is None or other.token is None or one.token.moved != other.token.moved:
            get_logger().warning("the other two operators have no share of the token key to restore")
            return
        moved = IDENTITY if one.token.moved == IDENTITY else parse_element(one.token.moved)
        share: Scalar = summed([parse_scalar(one.token.part), parse_scalar(other.token.part)])
        commitments = list(self._operator.commitments.values())
        if base_times(share) != public_share(commitments, self._operator.place, moved):
            raise MalformedMessage("The restored share of the token key is not the one of the directory's key.")
        self._secrets.keep_token_share(one.generation, TokenShare(share, moved))


@cache
def _row_of(size: int) -> RowOfElements:
    """A whole bundle as one row: its vectors' elements lie one after another."""
    return RowOfElements(RING_16, size // _WORD_BYTES)


def _check_of(seed: bytes) -> bytes:
    return derive_key(seed, Use.JOINT_SEED, b"check")


def _is_ready(peer: PeerStanding | None, generation: int, number: int) -> bool:
    if peer is None:
        return False
    at_it = peer.doing is Doing.REFRESHING and (peer.generation, peer.number) == (generation, number)
    return at_it or peer.generation == generation + 1


def _agrees(peer: PeerStanding | None, generation: int, check: bytes) -> bool:
    if peer is None:
        return False
    return peer.generation == generation or peer.doing in {Doing.LOST, Doing.RESTORING} or peer.check == check
