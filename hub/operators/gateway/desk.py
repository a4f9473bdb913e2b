"""A coordinator's channel at an operator: calls in, answers and opening shares out.

Calls are answered in their order; what a comparison multiplies alone is done beside them, a few at a time. Whatever is
refused is answered with a :class:`Refusal`; what nobody foresaw breaks the channel, and the coordinator calls again.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from symbolon.hub.operators.errors import BudgetSpent, OperatorError, OutOfOrder, RefusalCode
from symbolon.hub.operators.services.compare_rows import CompareWithOthers
from symbolon.hub.operators.services.prove_records import Asked, ProveRecordsWithOthers
from symbolon.hub.operators.services.sessions import ComparisonSession, Sessions
from symbolon.matching.blind.streams import BatchNumber
from symbolon.protocol.messages_erasures import AskErasures, Erasures
from symbolon.protocol.messages_operators import (
    AskStatus,
    AskUnreadable,
    Call,
    Channel,
    EvaluatedTokens,
    EvaluateTokens,
    Fed,
    Feed,
    OperatorMessage,
    OperatorStatus,
    Refusal,
    Unreadable,
)
from symbolon.protocol.messages_sessions import (
    Announced,
    AskNonce,
    CompareRows,
    Proved,
    ProveRecords,
    SessionBegin,
    SessionBegun,
    SessionNonce,
    Spoilt,
)
from symbolon.protocol.problems import ProtocolError
from symbolon.runtime.errors import DatabaseUnavailable
from symbolon.runtime.links import Link, LinkBroken
from symbolon.runtime.logs import get_logger, log_unexpected


@dataclass(frozen=True, slots=True)
class OperatorServices:
    """What an operator does when a coordinator asks."""

    refuse_where_untrusted: Callable[[], None]
    take_feed: Callable[[Feed], Fed]
    compare: CompareWithOthers
    prove: ProveRecordsWithOthers
    sessions: Sessions
    evaluate_tokens: Callable[[EvaluateTokens], EvaluatedTokens]
    show_status: Callable[[], OperatorStatus]
    list_erasures: Callable[[AskErasures], Erasures]
    list_unreadable: Callable[[AskUnreadable], Unreadable]


@dataclass(slots=True)
class CoordinatorDesk:
    """One coordinator's channel."""

    link: Link
    services: OperatorServices
    pool: ThreadPoolExecutor
    settling: ThreadPoolExecutor
    _nonce: bytes | None = field(default=None, repr=False)
    _session: ComparisonSession | None = None

    def attend(self) -> None:
        """Answer calls until the channel breaks; then its session ends."""
        # A coordinator that does not take what it asked for is let go at once: the other operators' frames, which lead
        # to what is sent, wait for nobody.
        self.link.patience_s = 0.0
        try:
            while True:
                call = Call.from_bytes(self.link.expect(Channel.CALL))
                self._answer(call)
        except (LinkBroken, ProtocolError):
            self.link.close()
        finally:
            if self._session is not None:
                self.services.sessions.end(self._session)

    def opening(self, shares: bytes) -> None:
        """Carry opening shares to the coordinator; see `sessions.Asker`."""
        self._send(Channel.OPENING, shares)

    def sealed_opening(self, sealed: bytes) -> None:
        """Carry a sealed opening to the coordinator; see `sessions.Asker`."""
        self._send(Channel.SEALED_OPENING, sealed)

    def spoilt(self, number: BatchNumber, reason: str) -> None:
        """Say that a batch cannot be finished; see `sessions.Asker`."""
        self._send(Channel.ANSWER, Call(0, Spoilt(number, reason)).to_bytes())

    def _answer(self, call: Call) -> None:
        self._answer_by(call.number, lambda: self._do(call))

    def _answer_by(self, number: int, do: Callable[[], OperatorMessage | None]) -> None:
        """Send what comes of it, or why it is refused; what gives nothing is answered later."""
        try:
            answer = do()
        except LinkBroken:
            self.link.close()
            return
        except BudgetSpent as spent:
            answer = Refusal(spent.code.value, spent.sentence, spent.member)
        except OperatorError as refused:
            answer = Refusal(refused.code.value, refused.sentence)
        except DatabaseUnavailable:
            answer = Refusal("database-away", "The operator's database does not answer.")
        except Exception as error:  # noqa: BLE001  # the channel ends, the operator goes on
            log_unexpected(error, while_doing="answering a coordinator")
            self.link.close()
            return
        if answer is not None:
            self._send(Channel.ANSWER, Call(number, answer).to_bytes())

    def _prove(self, number: int, job: ProveRecords) -> None:
        if self._session is None:
            raise OutOfOrder("Begin a session first.")
        self.services.refuse_where_untrusted()

        def spoilt(reason: str) -> None:
            self._send(Channel.ANSWER, Call(number, Refusal(RefusalCode.SPOILED.value, reason)).to_bytes())

        def concluded(settle: Callable[[], Proved]) -> None:
            # Rows are written when no comparison reads them, and frames do not wait for that.
            _submit(self.settling, lambda: self._answer_by(number, settle))

        self.services.prove(self._session, job, Asked(concluded, spoilt))

    def _do(self, call: Call) -> OperatorMessage | None:
        services, message = self.services, call.message
        match message:
            case Feed():
                return services.take_feed(message)
            case AskNonce():
                self._nonce = services.sessions.nonce()
                return SessionNonce(self._nonce)
            case SessionBegin():
                return self._begin(message)
            case CompareRows():
                if self._session is None:
                    raise OutOfOrder("Begin a session first.")
                services.refuse_where_untrusted()
                self._beside(services.compare(self._session, message, self))
                return Announced(message.number)
            case ProveRecords():
                self._prove(call.number, message)
                return None
            case EvaluateTokens():
                services.refuse_where_untrusted()
                return services.evaluate_tokens(message)
            case AskStatus():
                return services.show_status()
            case AskErasures():
                return services.list_erasures(message)
            case AskUnreadable():
                return services.list_unreadable(message)
            case _:
                raise OutOfOrder("This is an answer, and no call.")

    def _beside(self, multiply: Callable[[], None]) -> None:
        def multiply_or_close() -> None:
            try:
                multiply()
            except OperatorError as refused:
                # The coordinator was told that the batch is spoilt.
                get_logger().warning("a batch is spoilt", reason=refused.sentence)
            except Exception as error:  # noqa: BLE001  # the channel ends, the operator goes on
                log_unexpected(error, while_doing="comparing")
                self.link.close()

        _submit(self.pool, multiply_or_close)

    def _begin(self, message: SessionBegin) -> SessionBegun:
        if self._nonce is None or self._session is not None:
            raise OutOfOrder("A channel has one session, and asks for a nonce first.")
        nonce, self._nonce = self._nonce, None
        self._session = self.services.sessions.begin(nonce, message.nonces)
        return SessionBegun(self._session.name)

    def _send(self, channel: Channel, payload: bytes) -> None:
        try:
            self.link.send(channel, payload)
        except LinkBroken:
            get_logger().info("a coordinator is away")


def _submit(pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
    try:
        pool.submit(work)
    except RuntimeError as error:
        raise LinkBroken("The operator stops, and takes no more comparisons.") from error
