"""Making an operator's home, and opening it: what each of its commands stands on."""

import os
import secrets
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Final
from uuid import uuid4

from symbolon.hub.operators.bootstrap.running import OperatorKeys, OperatorPlace, RunningOperator
from symbolon.hub.operators.bootstrap.settings import ROLE, OperatorSettings, load_settings
from symbolon.hub.operators.domain.pair_keys import card_secret
from symbolon.hub.operators.errors import NotJoined, OutOfOrder
from symbolon.hub.operators.gateway.peers import PeerAddress
from symbolon.hub.operators.services.evaluate_tokens import TOKENS
from symbolon.hub.operators.services.join_federation import (
    AGREEMENT,
    AUTHORITY,
    CERTIFICATE,
    SEALING,
    SIGNING,
    TLS_KEY,
    Joined,
    JoinFederation,
    OperatorDraft,
    begin_operator,
    is_joined,
    joined,
)
from symbolon.hub.operators.services.know_directory import confirm_founding
from symbolon.hub.operators.storage.directory import FOUNDING
from symbolon.hub.operators.storage.secrets import OperatorSecrets
from symbolon.hub.operators.storage.shares import FollowedLife, OperatorStore, OperatorWork
from symbolon.hub.operators.storage.spending import Spending
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.warm_up import warm_up
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.messages_comparison import OperatorCard, OperatorRequest, OperatorWelcome
from symbolon.protocol.messages_membership import FederationDirectory, directory_fingerprint
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.oprf_sharing import Commitment
from symbolon.protocol.references import HUB
from symbolon.protocol.ristretto import parse_element
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.backup import Expected, Manifest, NewPlace, finish_restore, make_backup, restore_backup
from symbolon.runtime.backup_container import Lock, Unlock
from symbolon.runtime.clock import Clock, SystemClock
from symbolon.runtime.database import Database, Row
from symbolon.runtime.home import PartyHome
from symbolon.runtime.logs import configure_logging
from symbolon.runtime.migrations import migrate
from symbolon.runtime.postgres_tools import PostgresTools
from symbolon.runtime.tls import TlsFiles, client_context, mutual_server_context

_PACKAGE: Final = "symbolon.hub.operators"
_CONNECTIONS: Final = 8
_NO_LIFE: Final = FollowedLife(None, None)
CLOCK: Final[Clock] = SystemClock()


@dataclass(frozen=True, slots=True)
class DirectoryReport:
    """What an operator knows of the co-signed directory: nothing before the founding."""

    version: int
    founding: str | None
    """The founding's fingerprint, for the telephone."""
    confirmed_at: datetime | None
    cards_differ: bool
    """Whether it lists other operators than those that this one joined with: then it stands still."""
    trouble: str | None


@dataclass(frozen=True, slots=True)
class OperatorReport:
    """How an operator stands, for its status command."""

    place: int
    federation: str
    standing: Standing
    number: int
    records: int
    unreadable: int
    has_token_share: bool
    others: Sequence[Row]
    names: Mapping[int, str]
    """The bodies that it knows, by place: itself, and the others once it joined."""
    directory: DirectoryReport
    budgets: Mapping[str, int]
    """How much of each kind one member may have in a day."""
    spent: Sequence[Spending]
    """What members used of them today (UTC)."""
    trouble: str | None = None
    """Why shares could not be restored when that was last tried."""
    life: FollowedLife = _NO_LIFE
    """Of the hub; and when this operator erased what it held for the life before."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator that was initialised."""

    home: PartyHome
    settings: OperatorSettings
    database: Database
    audit_log: HashChainAuditLog
    store: OperatorStore

    def join(self, welcome: OperatorWelcome) -> Joined:
        """Take a welcome."""
        return JoinFederation(self.home, self.store, CLOCK)(welcome)

    def run(self) -> None:
        """Serve until the process is told to stop; compiled when it begins."""
        warm_up()
        running = self.running()

        def stop(_number: int, _frame: FrameType | None) -> None:
            running.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        running.serve()

    def running(self) -> RunningOperator:
        """The process, wired; raises `NotJoined` before all three know each other."""
        known = joined(self.home)
        if not known.is_complete:
            raise NotJoined("The other operators are not known yet: join again with the welcome of after their adding.")
        tls = self.home.tls
        own = TlsFiles(tls.file(CERTIFICATE), tls.private_file(TLS_KEY))
        others = {place: each for place, each in known.contacts.items() if place != known.own.place}
        where = OperatorPlace(
            place=known.own.place,
            listen=(self.settings.listen_host, self.settings.listen_port),
            peers={
                place: PeerAddress(each.host, each.port, each.card.certificate_fingerprint)
                for place, each in others.items()
            },
            server_context=mutual_server_context(own, tls.file(AUTHORITY)),
            client_context=client_context(own, tls.file(AUTHORITY)),
            segments=self.home.path / "segments",
            budgets=self.settings.budgets,
            daily_tokens=self.settings.daily_tokens,
        )
        keys = self.home.keys
        agreement = SealingKey.from_bytes(keys.read(AGREEMENT))
        wanted = OperatorKeys(
            sealing_key=HybridSealingKey.from_bytes(keys.read(SEALING)),
            signing_key=SigningKey.from_bytes(keys.read(SIGNING)),
            card_secrets={place: card_secret(agreement, known.own, each.card) for place, each in others.items()},
            commitments={place: _commitment(each.card.token_commitment) for place, each in known.contacts.items()},
            secrets=OperatorSecrets(keys),
            coordinator_fingerprint=known.coordinator_fingerprint,
            cards=known.cards,
        )
        return RunningOperator(where, wanted, self.store, CLOCK)

    def order(self, doing: Doing) -> None:
        """Have the running process do something: refresh, or be restored. Raises `OutOfOrder` where it cannot."""
        with self.store.work() as work:
            standing = work.standings.own()
            if doing is Doing.REFRESHING and standing.doing is not Doing.WORKING:
                raise OutOfOrder(f"This operator is {standing.doing.value}: a refresh begins when it works.")
            if doing is not standing.doing:
                work.standings.note(Standing(standing.generation, doing))

    def resume(self) -> None:
        """Go on with the shares that lie here, where nothing was lost, or a refresh cannot end. Raises `OutOfOrder`."""
        with self.store.work() as work:
            standing = work.standings.own()
            if standing.doing is Doing.RESTORING and standing.restored is not None:
                raise OutOfOrder("Shares are being restored, and those from before are gone: let it come to its end.")
            beyond = [each["generation"] > standing.generation for each in work.standings.others()]
            # One alone may claim it; whoever stands in a refresh must not go back from what another may count on.
            if standing.agreed or (any(beyond) if standing.doing is Doing.REFRESHING else beyond == [True, True]):
                raise OutOfOrder("A refresh was agreed: shares from before it fit nobody's any more.")
            if standing.doing is Doing.REFRESHING:
                OperatorSecrets(self.home.keys).decline_refresh()
            work.standings.note(Standing(standing.generation, Doing.WORKING))
            work.standings.note_trouble(None)
            work.audit(AuditAct.OPERATOR_RESUMED, HUB, {"from": standing.doing.value})

    def report(self) -> OperatorReport:
        """How it stands, as its database says."""
        with self.store.work() as work:
            standing, number = work.standings.own(), work.progress()
            (records, unreadable), others, life = work.counts(), work.standings.others(), work.hub_life()
            trouble = work.standings.trouble()
            spent = work.spendings.on(CLOCK.now().date())
            directory = _directory_report(work, joined(self.home).cards if is_joined(self.home) else ())
        contacts = joined(self.home).contacts if is_joined(self.home) else {}
        return OperatorReport(
            place=self.settings.place,
            federation=self.settings.federation,
            standing=standing,
            number=number,
            records=records,
            unreadable=unreadable,
            has_token_share=OperatorSecrets(self.home.keys).has_token_share(standing.generation),
            others=others,
            names={place: each.card.name for place, each in contacts.items()},
            directory=directory,
            life=life,
            budgets={**self.settings.budgets.by_kind(), TOKENS: self.settings.daily_tokens},
            spent=spent,
            trouble=trouble,
        )

    def confirm(self, fingerprint: str) -> FederationDirectory:
        """Note that the founding is the one that a member has. Raises `DirectoryRefused`."""
        return confirm_founding(self.store, fingerprint, CLOCK)

    def back_up(self, lock: Lock, out: Path) -> int:
        """Write a sealed backup; how many bytes it has."""
        settings = self.settings
        manifest = Manifest(
            role=ROLE,
            code=f"operator-{settings.place}",
            federation=settings.federation,
            exercise=settings.exercise,
            made_at=CLOCK.now(),
            home=str(self.home.path.resolve()),
        )
        tools = PostgresTools(settings.postgres_tools)
        written = make_backup(self.home, settings.database, manifest, tools, lock, out)
        with self.store.work() as work:
            work.audit(AuditAct.BACKUP_MADE, HUB, {"bytes": written})
        return written


def initialise(home: PartyHome, draft: OperatorDraft) -> OperatorRequest:
    """Make the home, the keys and the tables; what is there already stays."""
    request = begin_operator(home, draft, secrets.token_bytes)
    settings = load_settings(home, os.environ)
    migrate(settings.database, _PACKAGE)
    return request


def open_operator(home: PartyHome, process: str) -> Operator:
    """An operator that was initialised."""
    if process != "restore":
        home.refuse_unfinished_restore()
    settings = load_settings(home, os.environ)
    configure_logging(ROLE, process, level=settings.log_level)
    migrate(settings.database, _PACKAGE)
    database = Database(settings.database, application_name="symbolon operator", max_size=_CONNECTIONS)
    database.open()
    audit_log = HashChainAuditLog(CLOCK, uuid4)
    return Operator(home, settings, database, audit_log, OperatorStore(database, audit_log))


def restore_from_backup(
    file: Path, unlock: Unlock, expected: Expected, place: NewPlace, tools: PostgresTools
) -> Manifest:
    """Put an operator back to a backup; its shares are restored from the other two when it runs."""
    manifest = restore_backup(file, unlock, expected, place, tools)
    operator = open_operator(place.home, "restore")
    with operator.database, operator.store.work() as work:
        work.standings.note(Standing(work.standings.own().generation, Doing.RESTORING))
        work.audit(AuditAct.BACKUP_RESTORED, HUB, {"made_at": manifest.made_at.isoformat()})
    finish_restore(place.home)
    return manifest


def conninfo_of(home: PartyHome) -> str:
    """The connection string of the settings that lie in a home."""
    return load_settings(home, os.environ).database


def _directory_report(work: OperatorWork, cards: Sequence[OperatorCard]) -> DirectoryReport:
    newest, founding = work.directory.newest(), work.directory.version(FOUNDING)
    confirmation = work.directory.confirmation()
    return DirectoryReport(
        version=0 if newest is None else newest.version,
        founding=None if founding is None else directory_fingerprint(founding),
        confirmed_at=confirmation.confirmed_at,
        cards_differ=newest is not None and newest.comparison.operators != tuple(cards),
        trouble=confirmation.trouble,
    )


def _commitment(raw: Sequence[bytes]) -> Commitment:
    return parse_element(raw[0]), parse_element(raw[1])
