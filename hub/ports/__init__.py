"""What the hub's services need from outside: the database by aggregate, the comparator, the wake-up of the worker."""

from symbolon.hub.ports.attachments import AttachmentStore
from symbolon.hub.ports.canaries import CanaryStore
from symbolon.hub.ports.comparison import (
    CandidatePair,
    Comparator,
    EncodingIntake,
    HandleEnvelopes,
    PairFinder,
    WakeUp,
)
from symbolon.hub.ports.declared_pairs import DeclaredPairs
from symbolon.hub.ports.desks import FocalPointStore, PairProfileStore
from symbolon.hub.ports.epochs import EpochStore
from symbolon.hub.ports.exchange import HitStore
from symbolon.hub.ports.mail import (
    AnsweredBatch,
    BatchStore,
    DeliveryBell,
    MailStore,
    NotedMessage,
    ReplayStore,
    WaitingDelivery,
)
from symbolon.hub.ports.membership import (
    DirectoryStore,
    Enrolment,
    Federation,
    IssuedCertificate,
    MemberStore,
    PendingRotation,
)
from symbolon.hub.ports.notices import ClockStore, NoticeStore
from symbolon.hub.ports.operator_seats import OperatorSeats, SeatedOperator
from symbolon.hub.ports.reconciliation import ReconciliationStore
from symbolon.hub.ports.records import NewHandle, RecordStore
from symbolon.hub.ports.work import StatusStore, Store, Work

__all__ = [
    "AnsweredBatch",
    "AttachmentStore",
    "BatchStore",
    "CanaryStore",
    "CandidatePair",
    "ClockStore",
    "Comparator",
    "DeclaredPairs",
    "DeliveryBell",
    "DirectoryStore",
    "EncodingIntake",
    "Enrolment",
    "EpochStore",
    "Federation",
    "FocalPointStore",
    "HandleEnvelopes",
    "HitStore",
    "IssuedCertificate",
    "MailStore",
    "MemberStore",
    "NewHandle",
    "NotedMessage",
    "NoticeStore",
    "OperatorSeats",
    "PairFinder",
    "PairProfileStore",
    "PendingRotation",
    "ReconciliationStore",
    "RecordStore",
    "ReplayStore",
    "SeatedOperator",
    "StatusStore",
    "Store",
    "WaitingDelivery",
    "WakeUp",
    "Work",
]
