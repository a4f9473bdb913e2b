"""An operator that lost its shares asks the other two, page by page, and starts anew where they moved on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.operators.services.among_operators import Circle
from symbolon.hub.operators.services.held_rows import fill
from symbolon.hub.operators.services.refresh_shares import row_of
from symbolon.hub.operators.storage.secrets import TokenShare
from symbolon.hub.operators.storage.shares import NewShares, OperatorWork
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.sharing import restored
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_peers import AskParts, Doing, Parts, RecordPart
from symbolon.protocol.oprf_sharing import public_share, summed
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB
from symbolon.protocol.ristretto import IDENTITY, Scalar, base_times, parse_element, parse_scalar
from symbolon.runtime.logs import get_logger

_ASK_AGAIN: Final = timedelta(seconds=10)
_UNFIT: Final = "The parts of the other two operators do not fit together: telephone them."


class RestoreShares:
    """The side of an operator that lost its shares."""

    def __init__(self, circle: Circle) -> None:
        self._circle = circle
        self._parts: dict[int, Parts] = {}
        self._asked: tuple[int, datetime] | None = None

    def step(self, standing: Standing) -> None:
        """Ask for the next page, while the other two work."""
        circle = self._circle
        if any(each is None or each.doing is not Doing.WORKING for each in circle.others_heard):
            return
        after, now = standing.restored or 0, circle.clock.now()
        if self._asked is not None and self._asked[0] == after and now - self._asked[1] < _ASK_AGAIN:
            return
        self._asked = after, now
        self._parts.clear()
        for other in circle.operator.others:
            circle.tell(other, AskParts(after))

    def take(self, sender: int, parts: Parts) -> bool:
        """Take parts; True where a page is restored, and the next may be asked for."""
        circle = self._circle
        standing, _number = circle.standing()
        if standing.doing is not Doing.RESTORING or parts.after != (standing.restored or 0):
            return False
        self._parts[sender] = parts
        if len(self._parts) < len(circle.operator.others):
            return False
        one, other = (self._parts.pop(place) for place in circle.operator.others)
        self._asked = None
        source = one.generation, one.number
        if source != (other.generation, other.number) or one.mask != other.mask:
            # One of the two moved on, and the other had not heard of it yet.
            return False
        if standing.restored is None or source != (standing.generation, standing.restored_at_change):
            with circle.store.work() as work:
                work.forget_all()
                standing = Standing(one.generation, Doing.RESTORING, False, 0, one.number)
                work.standings.note(standing)
            if parts.after:
                return True
        try:
            self._restore_page(standing, one, other)
        except MalformedMessage as error:
            # Both channels are sound: what came over them is what people have to talk about.
            self._note_trouble(str(error))
            self._asked = parts.after, circle.clock.now()
            return False
        return True

    def _restore_page(self, standing: Standing, one: Parts, other: Parts) -> None:
        circle = self._circle
        if not one.after:
            self._restore_token(one, other)
        ends = [each.up_to for each in (one, other) if each.up_to is not None]
        end = min(ends, default=None)
        with circle.rows.changing() as held, circle.store.work() as work:
            for schema in one.schemas:
                work.keep_schema(schema.digest, schema.content)
            for segment in one.segments:
                work.segments.keep(segment)
                held.described.setdefault(segment.segment, segment)
            self._put_restored(work, [part for part in one.records if end is None or part.handle <= end], other.records)
            if end is not None:
                work.standings.note(replace(standing, restored=end))
                return
            work.note_progress(one.number)
            work.standings.note(Standing(one.generation, Doing.WORKING))
            work.standings.note_trouble(None)
            work.audit(AuditAct.SHARES_RESTORED, HUB, {"generation": one.generation, "records": work.counts()[0]})
            fill(work, held, one.number)
            held.doing = Doing.WORKING

    def _put_restored(self, work: OperatorWork, ones: Sequence[RecordPart], others: Sequence[RecordPart]) -> None:
        now = self._circle.clock.now()
        by_handle = {part.handle: part for part in others}
        records = []
        for part in ones:
            other = by_handle.get(part.handle)
            if other is None:
                # One of the two could not read it: it is not compared.
                work.note_unreadable(part.handle, "not-restored", now)
                continue
            alike = [replace(each, part=b"", proved=False) for each in (part, other)]
            if alike[0] != alike[1] or len(part.part) != len(other.part):
                raise MalformedMessage(_UNFIT)
            bundle = restored(row_of(len(part.part)), part.part, other.part)
            proved = part.proved and other.proved
            records.append(NewShares(part.handle, part.reference, part.version, part.owner, bundle, part.rows, proved))
        work.put_all(records, now)

    def _restore_token(self, one: Parts, other: Parts) -> None:
        operator = self._circle.operator
        if one.token is None or other.token is None or one.token.moved != other.token.moved:
            get_logger().warning("the other two operators have no share of the token key to restore")
            return
        moved = IDENTITY if one.token.moved == IDENTITY else parse_element(one.token.moved)
        share: Scalar = summed([parse_scalar(one.token.part), parse_scalar(other.token.part)])
        if base_times(share) != public_share(list(operator.commitments.values()), operator.place, moved):
            raise MalformedMessage("The restored share of the token key is not the one of the directory's key.")
        self._circle.secrets.keep_token_share(one.generation, TokenShare(share, moved))

    def _note_trouble(self, sentence: str) -> None:
        get_logger().error("shares could not be restored", reason=sentence)
        with self._circle.store.work() as work:
            work.standings.note_trouble(sentence)
