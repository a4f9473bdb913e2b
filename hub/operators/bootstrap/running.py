"""An operator's process: its rows filled, its channels open, until it is told to stop."""

import secrets
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from symbolon.hub.operators.domain.budgets import DailyBudgets
from symbolon.hub.operators.errors import RefusalCode
from symbolon.hub.operators.gateway.desk import CoordinatorDesk, OperatorServices
from symbolon.hub.operators.gateway.peers import Hearing, PeerAddress, Peers
from symbolon.hub.operators.services.among_operators import AmongOperators, PairKeys
from symbolon.hub.operators.services.compare_rows import CompareWithOthers
from symbolon.hub.operators.services.evaluate_tokens import EvaluateTokensOfMembers
from symbolon.hub.operators.services.follow_hub import FollowHub
from symbolon.hub.operators.services.give_back_segments import GiveBackSegments
from symbolon.hub.operators.services.held_rows import FillRows
from symbolon.hub.operators.services.keep_standing import KeepStanding
from symbolon.hub.operators.services.know_directory import KnowDirectory
from symbolon.hub.operators.services.open_request import OpenRequest
from symbolon.hub.operators.services.prove_records import NO_BITS, ProveRecordsWithOthers
from symbolon.hub.operators.services.seal_openings import sealing_by
from symbolon.hub.operators.services.sessions import PlaceAndKeys, Sessions
from symbolon.hub.operators.services.sign_erasures import SignErasures
from symbolon.hub.operators.services.take_feed import HubAndOwners, TakeFeed
from symbolon.hub.operators.storage.secrets import OperatorSecrets
from symbolon.hub.operators.storage.segments import ShareSegments
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages_comparison import OperatorCard
from symbolon.protocol.messages_erasures import AskErasures, Erasures
from symbolon.protocol.messages_operators import AskUnreadable, OperatorStatus, Unreadable
from symbolon.protocol.messages_peers import PeerMessage, peer_message_bytes
from symbolon.protocol.oprf_sharing import Commitment
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import IncarnationId
from symbolon.runtime.clock import Clock
from symbolon.runtime.errors import DatabaseUnavailable
from symbolon.runtime.links import Link, Listener
from symbolon.runtime.logs import get_logger, log_unexpected

_COMPARING: Final = 4
_TICK_S: Final = 0.25
_HOUSEKEEPING_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """An operator's secrets, what the others committed to, and by which certificate coordinators are known."""

    sealing_key: HybridSealingKey = field(repr=False)
    signing_key: SigningKey = field(repr=False)
    card_secrets: Mapping[int, bytes] = field(repr=False)
    """By each other operator, what follows from both cards."""
    commitments: Mapping[int, Commitment]
    secrets: OperatorSecrets = field(repr=False)
    coordinator_fingerprint: str
    cards: Sequence[OperatorCard]
    """The three operators', by place, as this one joined with them."""


@dataclass(frozen=True, slots=True)
class OperatorPlace:
    """Where an operator runs: its point of the line, its address, the others', its contexts for TLS, its files."""

    place: int
    listen: tuple[str, int]
    peers: Mapping[int, PeerAddress]
    server_context: ssl.SSLContext
    client_context: ssl.SSLContext
    segments: Path
    budgets: DailyBudgets
    daily_tokens: int


class RunningOperator:
    """Serves until `stop`. Making one fills its rows and opens its port; `serve` takes calls."""

    def __init__(self, where: OperatorPlace, keys: OperatorKeys, store: OperatorStore, clock: Clock) -> None:
        """Wire the services of one operator."""
        rows = FillRows(store, ShareSegments(where.segments))()
        self._rows = rows
        self._place = where.place
        self._store = store
        self._clock = clock
        self._coordinator = keys.coordinator_fingerprint
        self._directory = KnowDirectory(store, keys.cards, clock)
        self._peers = Peers(where.place, where.peers, where.client_context)
        pair_keys = PairKeys(tuple(keys.card_secrets), self._end_sessions)
        self._sessions = Sessions(PlaceAndKeys(where.place, pair_keys), secrets.token_bytes, self._peers.send)
        self._standing = KeepStanding(
            AmongOperators(where.place, keys.card_secrets, pair_keys, keys.commitments),
            store,
            rows,
            keys.secrets,
            self._tell,
            clock,
            secrets.token_bytes,
        )
        self._standing.begin()
        self._hearing = Hearing(self._sessions.receive, self._hear, self._sessions.lose_peer)
        self._pool = ThreadPoolExecutor(_COMPARING, thread_name_prefix="comparing")
        # What waits until no comparison reads rows must not take the place of one that is about to.
        self._settling = ThreadPoolExecutor(1, thread_name_prefix="settling")
        sign_erasures = SignErasures(keys.signing_key, clock)
        words = HubAndOwners(FollowHub(store, self._directory, sign_erasures, clock), sign_erasures)
        self._services = OperatorServices(
            refuse_where_untrusted=self._refuse_where_untrusted,
            take_feed=TakeFeed(store, rows, self._directory, keys.sealing_key, words, clock),
            compare=CompareWithOthers(
                store,
                rows,
                where.place,
                clock,
                where.budgets,
                seal_openings=lambda: sealing_by(self._directory.newest(), where.place),
            ),
            prove=ProveRecordsWithOthers(store, rows, clock, secrets.token_bytes),
            sessions=self._sessions,
            evaluate_tokens=EvaluateTokensOfMembers(
                store,
                OpenRequest(self._directory.newest),
                self._standing.token_share,
                secrets.token_bytes,
                clock,
                daily_tokens=where.daily_tokens,
            ),
            show_status=self._status,
            list_erasures=self._list_erasures,
            list_unreadable=self._list_unreadable,
        )
        self._give_back = GiveBackSegments(store, rows, self._directory)
        self._listener = Listener(where.listen, where.server_context, self._welcome)
        self._desks: set[Link] = set()
        self._stopping = threading.Event()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._listener.port

    def serve(self) -> None:
        """Call the other operators, and take calls until `stop`."""
        self._peers.call(self._hearing)
        for keep in (self._keep_in_step, self._keep_house):
            threading.Thread(target=keep, name="keeping", daemon=True).start()
        get_logger().info("operator started", place=self._place)
        self._listener.serve()

    def stop(self) -> None:
        """Close every channel."""
        self._stopping.set()
        self._listener.close()
        self._peers.leave()
        for link in tuple(self._desks):
            link.close()
        for pool in (self._pool, self._settling):
            pool.shutdown(wait=False, cancel_futures=True)

    def _keep_in_step(self) -> None:
        def step() -> None:
            if not self._directory.cards_differ:
                self._standing.tick()

        self._again_and_again(_TICK_S, step, "keeping in step with the other operators")

    def _keep_house(self) -> None:
        def tidy() -> None:
            with self._store.work() as work:
                work.sequence_audit()
                work.spendings.forget(self._clock.now().date())
                work.requests.forget(self._clock.now())
            self._give_back()

        self._again_and_again(_HOUSEKEEPING_S, tidy, "keeping the audit log in order")

    def _again_and_again(self, pause_s: float, step: Callable[[], None], what: str) -> None:
        while not self._stopping.wait(pause_s):
            try:
                step()
            except DatabaseUnavailable:
                get_logger().warning("the database is away; tried again in a moment")
            except Exception as error:  # noqa: BLE001  # the next one tries again
                log_unexpected(error, while_doing=what)

    def _hear(self, place: int, data: bytes) -> None:
        if self._directory.cards_differ:
            # Whoever calls by that certificate need not be the operator that the members signed.
            return
        try:
            self._standing.hear(place, data)
        except ProtocolError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it was, the other operator says it again
            log_unexpected(error, while_doing="taking what another operator says")

    def _end_sessions(self) -> None:
        """A key was replaced: no batch is to be masked by two, so that coordinators begin anew."""
        self._sessions.end_all()
        for link in tuple(self._desks):
            link.close()

    def _tell(self, place: int, message: PeerMessage) -> None:
        if not self._directory.cards_differ:
            self._peers.tell(place, peer_message_bytes(message))

    def _refuse_where_untrusted(self) -> None:
        self._directory.refuse_where_cards_differ()
        self._directory.refuse_where_not_confirmed()

    def _welcome(self, link: Link) -> None:
        place = self._peers.place_of(link.fingerprint)
        if place is not None:
            self._peers.attend(place, link, self._hearing)
        elif link.fingerprint == self._coordinator:
            self._desks.add(link)
            try:
                CoordinatorDesk(link, self._services, self._pool, self._settling).attend()
            finally:
                self._desks.discard(link)
        else:
            # A certificate of the federation, and of nobody who has business here.
            link.close()

    def _status(self) -> OperatorStatus:
        with self._store.work() as work:
            records, unreadable = work.counts()
            number, standing, erasures = work.progress(), work.standings.own(), work.erasures.newest()
            life, waits = work.hub_life(), work.proofs.first_that_waits()
        return OperatorStatus(
            place=self._place,
            number=number,
            records=records,
            unreadable=unreadable,
            reaches=tuple(filter(self._standing.agrees_with, self._peers.reached())),
            generation=standing.generation,
            doing=RefusalCode.CARDS_DIFFER.value if self._directory.cards_differ else standing.doing.value,
            has_token_share=self._standing.has_token_share(),
            erasures=erasures,
            directory=self._directory.version,
            incarnation=None if life.incarnation is None else IncarnationId(life.incarnation),
            waits=waits,
            rows=self._rows.records,
        )

    def _list_erasures(self, asked: AskErasures) -> Erasures:
        with self._store.work() as work:
            return Erasures(work.erasures.after(asked.after))

    def _list_unreadable(self, asked: AskUnreadable) -> Unreadable:
        with self._store.work() as work:
            found = work.unreadable_after(asked.after)
        no_bits = tuple(handle for handle, reason in found if reason == NO_BITS)
        return Unreadable(tuple(handle for handle, _reason in found), no_bits)
