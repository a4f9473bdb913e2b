"""What the services need of the node's storage: one protocol per aggregate, and the transaction over all."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from symbolon.node.domain.data_subjects import LeafProof
from symbolon.node.ports.api_stores import ApiActStore, ApiClientStore, UploadStore, WebhookStore
from symbolon.node.ports.attachment_store import AttachmentStore
from symbolon.node.ports.canary_store import CanaryStore
from symbolon.node.ports.desk_stores import (
    AgreementStore,
    EscalationStore,
    FocalPointStore,
    InterestStore,
    NoticeStore,
)
from symbolon.node.ports.draft_stores import ContactStore, DraftStore
from symbolon.node.ports.federation_stores import CeremonyStore, DirectoryStore, EncodingStore, LaneStore
from symbolon.node.ports.hit_stores import HitStore, InboxStore
from symbolon.node.ports.judged_store import JudgedStore
from symbolon.node.ports.justification import JustificationStore
from symbolon.node.ports.message_store import ActReasonStore, MessageStore
from symbolon.node.ports.pair_store import PairStore
from symbolon.node.ports.purge_store import PurgeStore
from symbolon.node.ports.reconciliation_store import ReconciliationStore
from symbolon.node.ports.record_stores import OutboxStore, RecordStore
from symbolon.node.ports.retention_store import RetentionStore
from symbolon.node.ports.token_store import TokenStore
from symbolon.protocol.audit_log import AuditAct, Detail


class AuditTrail(Protocol):
    """The audit log, within the transaction of the act."""

    def record(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave one leaf."""
        ...

    def about(self, subject: str) -> tuple[LeafProof, ...]:
        """What the log holds about one opaque id, the oldest first: what proves that something was done."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction over everything that the node stores."""

    records: RecordStore
    outbox: OutboxStore
    inbox: InboxStore
    hits: HitStore
    messages: MessageStore
    judged: JudgedStore
    act_reasons: ActReasonStore
    drafts: DraftStore
    contacts: ContactStore
    directory: DirectoryStore
    ceremony: CeremonyStore
    encodings: EncodingStore
    lanes: LaneStore
    justifications: JustificationStore
    reconciliation: ReconciliationStore
    tokens: TokenStore
    canaries: CanaryStore
    pairs: PairStore
    retention: RetentionStore
    purges: PurgeStore
    attachments: AttachmentStore
    focal_points: FocalPointStore
    agreements: AgreementStore
    escalations: EscalationStore
    interests: InterestStore
    notices: NoticeStore
    api_clients: ApiClientStore
    api_acts: ApiActStore
    webhooks: WebhookStore
    uploads: UploadStore
    audit: AuditTrail


class UnitOfWork(Protocol):
    """Begins transactions: committed when the block ends, rolled back when it raises."""

    def begin(self) -> AbstractContextManager[Work]:
        """One transaction."""
        ...
