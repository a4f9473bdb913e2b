"""Making a hub's home, and opening it: what every process of a hub stands on."""

import os
import secrets
from dataclasses import dataclass
from importlib import resources
from typing import Final
from uuid import uuid4

from symbolon.hub.ports import Federation, Work
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.hub.services.draft_directory import DraftDirectory
from symbolon.hub.services.enrol_member import CertificateOffice, EnrolMember, Founder
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.initialise_hub import (
    AUTHORITY_CERTIFICATE,
    AUTHORITY_KEY,
    SERVER_CERTIFICATE,
    FoundFederation,
    HubDraft,
    PrepareHome,
    seal_keys,
)
from symbolon.hub.services.reconcile_hub import FinishReconciliation
from symbolon.hub.services.show_status import ShowStatus
from symbolon.hub.services.sign_message import HubIdentity, PostMessage, SignMessage
from symbolon.hub.services.tell_step import TellStep
from symbolon.hub.settings import HubSettings, load_settings
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.hub.storage.unit_of_work import PostgresStore
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest
from symbolon.protocol.keys import KeyPurpose, SigningKey
from symbolon.protocol.messages import HandleNotice, LinkageEpoch, SealedOpenings
from symbolon.protocol.references import MemberCode, new_incarnation_id
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.certificates import KeyAndCertificate, expires_at
from symbolon.runtime.clock import Clock, SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.logs import configure_logging
from symbolon.runtime.migrations import migrate

_PACKAGE: Final = "symbolon.hub"
_FIRST_KEY_EPOCH: Final = 1
CLOCK: Final[Clock] = SystemClock()
"""The clock of this process."""


@dataclass(frozen=True, slots=True)
class Hub:
    """What every process of a hub stands on."""

    home: PartyHome
    settings: HubSettings
    database: Database
    audit_log: HashChainAuditLog
    store: PostgresStore
    identity: HubIdentity

    def sign_message(self) -> SignMessage:
        """Signs as this hub."""
        return SignMessage(self.identity, uuid4, secrets.token_bytes)

    def post_message(self) -> PostMessage:
        """Posts as this hub."""
        return PostMessage(self.sign_message(), uuid4)

    def change_hits(self) -> ChangeHits:
        """Changes this hub's hits."""
        return ChangeHits(self.enter_step(), self.tell_step())

    def tell_step(self) -> TellStep:
        """Tells the sides of a hit of its steps."""
        return TellStep(self.post_message(), exercise=self.identity.exercise)

    def enter_step(self) -> EnterStep:
        """Takes steps into the ledgers of this hub's hits."""
        return EnterStep(self.tell_step(), self.post_message())

    def finish_reconciliation(self) -> FinishReconciliation:
        """Knows the hits again after a restore, and tells whoever was not told."""
        return FinishReconciliation(
            self.post_message(), HandOverVotes(self.post_message()), exercise=self.identity.exercise
        )

    def show_status(self) -> ShowStatus:
        """The numbers of the status page."""
        tls = self.home.tls
        # Read once: a process that goes on serving tells of the certificate that it serves.
        ends = expires_at(tls.read(SERVER_CERTIFICATE)).date() if tls.has(SERVER_CERTIFICATE) else None
        return ShowStatus(self.store, CLOCK, ends, self.settings.daily_tokens)

    def draft_directory(self) -> DraftDirectory:
        """Drafts the next version of the directory."""
        return DraftDirectory(self.post_message())

    def authority(self) -> KeyAndCertificate:
        """The development authority of this hub."""
        return KeyAndCertificate(self.home.keys.read(AUTHORITY_KEY), self.home.tls.read(AUTHORITY_CERTIFICATE))

    def certificate_office(self) -> CertificateOffice:
        """Issues certificates of this hub's development authority."""
        return CertificateOffice(self.authority(), self.settings.hub_url)

    def founder(self) -> Founder:
        """Founds the federation, and vouches for its members."""
        _content, first_epoch = default_schema()
        return Founder(self.identity, self.certificate_office(), first_epoch, self.settings.opening)

    def enrol_member(self) -> EnrolMember:
        """Enrols states."""
        return EnrolMember(self.store, self.founder(), self.draft_directory(), CLOCK)

    def tell_of_rows(self, work: Work, member: MemberCode, message: HandleNotice | SealedOpenings) -> None:
        """Post what a member is told where match bits open towards members alone."""
        self.post_message()(work, member, message, CLOCK.now())

    def linkage_schemas(self) -> LinkageSchemas:
        """What encodings are read with."""
        return LinkageSchemas(self.database)


def initialise(home: PartyHome, draft: HubDraft) -> Hub:
    """Make the home and the tables, found the federation; what is there already stays."""
    PrepareHome(home, CLOCK, secrets.token_bytes)(draft)
    settings = load_settings(home, os.environ)
    migrate(settings.database, _PACKAGE)
    hub = _open(home, settings, connections=1)
    federation = Federation(settings.federation, settings.exercise, new_incarnation_id(uuid4()))
    FoundFederation(hub.store)(federation)
    _refuse_another_federation(hub)
    return hub


def open_hub(home: PartyHome, process: str, *, connections: int = 2) -> Hub:
    """A hub that was initialised. Raises `ConfigurationMistake` where settings and database do not fit together."""
    if process != "restore":
        home.refuse_unfinished_restore()
    settings = load_settings(home, os.environ)
    configure_logging("hub", process, level=settings.log_level)
    seal_keys(home)
    migrate(settings.database, _PACKAGE)
    hub = _open(home, settings, connections=connections)
    _refuse_another_federation(hub)
    return hub


def _open(home: PartyHome, settings: HubSettings, *, connections: int) -> Hub:
    database = Database(settings.database, application_name="symbolon hub", max_size=connections)
    database.open()
    audit_log = HashChainAuditLog(CLOCK, uuid4)
    return Hub(
        home=home,
        settings=settings,
        database=database,
        audit_log=audit_log,
        store=PostgresStore(database, audit_log),
        identity=HubIdentity(
            federation=settings.federation,
            exercise=settings.exercise,
            signing_key=SigningKey.from_bytes(home.keys.read(KeyPurpose.SIGNING)),
        ),
    )


def default_schema() -> tuple[bytes, LinkageEpoch]:
    """The linkage schema that comes with this program, and the epoch that a federation begins with."""
    package, name = DEFAULT_SCHEMA_RESOURCE
    content = resources.files(package).joinpath(name).read_bytes()
    schema = LinkageSchema.from_bytes(content)
    return content, LinkageEpoch(_FIRST_KEY_EPOCH, schema.id, schema_digest(content))


def _refuse_another_federation(hub: Hub) -> None:
    content, first = default_schema()
    with hub.store.work() as work:
        federation = work.members.federation()
        if (federation.name, federation.exercise) != (hub.settings.federation, hub.settings.exercise):
            raise ConfigurationMistake(
                "The database is another federation's, or an exercise's where the hub is live, or the reverse: "
                "check the settings 'federation', 'exercise' and 'database'."
            )
        work.epochs.keep_schema(first.schema_id, first.schema_digest, content)
        for epoch in work.epochs.open_epochs().values():
            if work.epochs.schema(epoch.schema_digest) is None:
                raise ConfigurationMistake(
                    f"The hub does not have the linkage schema of epoch {epoch.epoch}: install the program that the "
                    "members agreed on."
                )
