"""Canaries of blind comparison: records of nobody that travel among this node's own."""

from dataclasses import dataclass
from datetime import datetime

from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.messages import CanaryForm
from symbolon.protocol.references import RecordReference


@dataclass(frozen=True, slots=True)
class CanaryGroup:
    """Records that meet the same others: of one epoch, namespace and list of states, which fill the same profiles."""

    epoch: int
    namespace: Namespace
    comparable_with: ComparableWith
    filled: str
    """The profiles' ids, with a plus sign between."""


@dataclass(frozen=True, slots=True)
class SentCanary:
    """A canary that the hub took."""

    reference: RecordReference
    group: CanaryGroup
    number: int
    form: CanaryForm
    sent_at: datetime
