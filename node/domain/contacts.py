"""Who was asked about the same subject before, on any channel: own exchanges, and contacts entered by hand."""

from dataclasses import dataclass, field
from datetime import date
from typing import NewType

from symbolon.node.domain.forms import ContactForm
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, RecordReference, RequestId

ContactId = NewType("ContactId", str)


@dataclass(frozen=True, slots=True)
class PastContact:
    """A contact about a record's subject that an officer entered by hand."""

    contact_id: ContactId
    reference: RecordReference
    content: ContactForm = field(repr=False)
    entered_by: str


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """One hint. ``hit_id`` and ``exchange_id`` name an own exchange; a contact entered by hand has neither."""

    on: date
    counterpart: str = field(repr=False)
    channel: str
    hit_id: HitId | None
    exchange_id: RequestId | None
    state: JointState | None
    reference: str = field(repr=False)
    remark: str = field(repr=False)
