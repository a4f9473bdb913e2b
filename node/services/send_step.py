"""Sends what is about a hit: steps of its exchanges, sealed messages that are none, and steps of the hit's own track.

Each is checked against what the officers see, put into the outbox with the step that it takes, kept, and audited, all
in the caller's transaction. The step counts here at once (`Hit.shown`), and for good once the hub has taken it.
"""

from datetime import datetime

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import HitMessage, StoredMessage, exchange_of
from symbolon.node.errors import NodeError, NoDirectory, NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, counterpart_card, message_to_hub
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.exchange_steps import ExchangeStep, notice_for, step_from_notice
from symbolon.protocol.hit_ledger import take
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import (
    AFTER_THE_END,
    BEFORE_THE_VOTES,
    HIT_PURPOSES,
    STEP_PURPOSES,
    Purpose,
    StateNotice,
)
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import MessageId, RequestId, new_message_id

_ACTS = {Purpose.REQUEST: AuditAct.REQUEST_OPENED, Purpose.REPLY: AuditAct.REPLY_SENT}
_FROM_CONFIRMED = HIT_PURPOSES - STEP_PURPOSES - BEFORE_THE_VOTES - AFTER_THE_END


class SendSealed:
    """Sends a sealed message that is no step: a note, a meeting, a file's manifest, an extra field, a purge."""

    def __init__(self, draws: Draws, correspondence: Correspondence) -> None:
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, work: Work, hit: Hit, plain: HitMessage, login: str) -> StoredMessage:
        """Send it in somebody's name.

        Raises:
            NotAllowedNow: nothing of this kind goes out while the hit is where it is.

        """
        if plain.PURPOSE not in AFTER_THE_END and hit.is_on_hold:
            raise NotAllowedNow("The hit is on hold: nothing about it leaves until the hold is over.")
        if plain.PURPOSE in _FROM_CONFIRMED and hit.shown.state is not JointState.CONFIRMED:
            raise NotAllowedNow("Only about a confirmed hit the two states write to each other: load the page again.")
        if plain.PURPOSE in BEFORE_THE_VOTES and hit.shown.state is not JointState.NEEDS_MORE:
            raise NotAllowedNow("More is shown between the two rounds of votes alone: load the page again.")
        return put_sealed(work, (hit, plain, login), self._draws, self._correspondence, None)


class SendStep:
    """Sends a step of an exchange: the sealed message, and beside it what the hub may see."""

    def __init__(self, draws: Draws, correspondence: Correspondence) -> None:
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, work: Work, hit: Hit, message: ExchangeStep, login: str) -> StoredMessage:
        """Send it in somebody's name; four eyes were seen to before.

        Raises:
            NodeError: the hit, or the exchange, is not where this step could be taken.

        """
        known = hit.shown.exchange(message.request_id)
        follows = 0 if known is None else known.version
        notice = notice_for(message, follows, whole_milliseconds(self._draws.now()))
        _check(hit, notice)
        return put_sealed(work, (hit, message, login), self._draws, self._correspondence, notice)


class TakeOwnStep:
    """Takes a step that no sealed message carries: what the votes came to, a closure, a reopening."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(
        self, work: Work, hit: Hit, event: Event, login: str, exchange_id: RequestId | None = None
    ) -> StateNotice:
        """Tell the hub; returns the step as it was told.

        Raises:
            NodeError: the hit is not where this step could be taken.

        """
        now = whole_milliseconds(self._draws.now())
        known = hit.shown if exchange_id is None else hit.shown.exchange(exchange_id)
        notice = StateNotice(hit.hit_id, exchange_id, event, 0 if known is None else known.version, None, now)
        _check(hit, notice)
        work.outbox.add_message(message_to_hub(notice, new_message_id(self._draws.uuid())), now)
        work.audit.record(AuditAct.STEP_TAKEN, login, hit.hit_id, _detail(notice))
        return notice


def put_sealed(
    work: Work,
    said: tuple[Hit, HitMessage, str],
    draws: Draws,
    correspondence: Correspondence,
    notice: StateNotice | None,
) -> StoredMessage:
    """Seal, queue, keep and audit a message that was checked; `said` is the hit, the message and who sends it."""
    hit, plain, login = said
    directory = work.directory.find()
    if directory is None:
        raise NoDirectory
    now: datetime = draws.now() if notice is None else notice.at
    message_id: MessageId = new_message_id(draws.uuid())
    card = counterpart_card(directory, hit.counterpart)
    work.outbox.add_message(correspondence.seal_message(plain, card, directory, message_id, notice), now)
    exchange_id = exchange_of(plain)
    stored = StoredMessage(message_id, hit.hit_id, exchange_id, Direction.SENT, plain, now, login, on_its_way=True)
    work.messages.add(stored)
    detail: dict[str, str | int] = {"hit": hit.hit_id, "purpose": plain.PURPOSE.value, "to": hit.counterpart}
    act = _ACTS.get(plain.PURPOSE, AuditAct.MESSAGE_SENT)
    work.audit.record(act, login, exchange_id or hit.hit_id, detail | ({} if notice is None else _detail(notice)))
    return stored


def _check(hit: Hit, notice: StateNotice) -> None:
    if hit.awaits_hold:
        raise NotAllowedNow("The hit is being held for its protection officer: nothing is done about it meanwhile.")
    try:
        take(hit.shown, step_from_notice(notice, hit.own))
    except ProtocolError as refused:
        raise NodeError(refused.problem, f"{refused} Load the page again.") from refused


def _detail(notice: StateNotice) -> dict[str, str | int]:
    return {"event": notice.event.value, "follows": notice.follows}
