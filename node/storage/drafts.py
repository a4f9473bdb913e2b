"""Drafts and past contacts in PostgreSQL: what officers wrote in them, and its digest, is sealed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from symbolon.node.domain.contacts import ContactId, PastContact
from symbolon.node.domain.drafts import Draft, DraftId, DraftState, Submission
from symbolon.node.domain.forms import ContactForm, DraftForm
from symbolon.node.domain.leaving import form_of
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.lifecycle import Office
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, MessageId, RecordReference, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "drafts")


@dataclass(frozen=True, slots=True)
class _Past:
    """A former submission, as it is sealed."""

    content: str = field(repr=False)
    digest: str
    at: datetime
    by: str | None
    remark: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """All that is sealed of one draft; a form is its canonical JSON, since its purpose says which form it is."""

    content: str = field(repr=False)
    digest: str | None
    remark: str = field(repr=False)
    submissions: tuple[_Past, ...]


class PostgresDrafts:
    """Drafts within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, draft: Draft) -> None:
        """Keep a new draft."""
        self._tx.execute(
            QUERIES["add_draft"],
            hit_id=draft.hit_id,
            exchange_id=draft.exchange_id,
            purpose=draft.purpose.value,
            **self._changing(draft),
        )

    def save(self, draft: Draft, message_id: MessageId | None = None) -> None:
        """Keep a changed draft; ``message_id`` is the message that it became."""
        self._tx.execute(QUERIES["save_draft"], message_id=message_id, **self._changing(draft))

    def find(self, draft_id: DraftId) -> Draft | None:
        """One draft."""
        row = self._tx.fetch_one(QUERIES["find_draft"], draft_id=draft_id)
        return None if row is None else self._draft(row)

    def lock(self, draft_id: DraftId) -> Draft | None:
        """One draft that is about to change."""
        row = self._tx.fetch_one(QUERIES["lock_draft"], draft_id=draft_id)
        return None if row is None else self._draft(row)

    def lock_of_message(self, message_id: MessageId) -> Draft | None:
        """The draft that became a message, about to change."""
        row = self._tx.fetch_one(QUERIES["lock_draft_of_message"], message_id=message_id)
        return None if row is None else self._draft(row)

    def open(self, protected: Collection[bool]) -> tuple[Draft, ...]:
        """The drafts that are neither sent nor discarded, about protected hits, or about others; the oldest first."""
        rows = self._tx.fetch_all(QUERIES["list_open_drafts"], protected=list(protected))
        return tuple(self._draft(row) for row in rows)

    def of_hit(self, hit_id: HitId) -> tuple[Draft, ...]:
        """Every draft about a hit, the oldest first."""
        return tuple(self._draft(row) for row in self._tx.fetch_all(QUERIES["list_drafts_of_hit"], hit_id=hit_id))

    def purge(self, hit_id: HitId) -> int:
        """Erase the drafts about a hit; how many that were."""
        return len(self._tx.fetch_all(QUERIES["purge_drafts"], hit_id=hit_id))

    def _changing(self, draft: Draft) -> dict[str, object]:
        past = tuple(_past(each) for each in draft.submissions)
        sealed = _Sealed(_text(draft.content), draft.content_digest, draft.remark, past)
        return {
            "draft_id": draft.draft_id,
            "state": draft.state.value,
            "drafted_by": draft.drafted_by,
            "offices": sorted(office.value for office in draft.offices),
            "drafted_at": draft.drafted_at,
            "submitted_at": draft.submitted_at,
            "decided_by": draft.decided_by,
            "version": draft.version,
            "sealed_content": self._vault.seal(canonical_bytes(to_wire(sealed)), draft_place(draft.draft_id)),
        }

    def _draft(self, row: Row) -> Draft:
        draft_id = DraftId(str(row["draft_id"]))
        purpose = Purpose(row["purpose"])
        sealed = from_wire(_Sealed, parse_json(self._vault.open(bytes(row["sealed_content"]), draft_place(draft_id))))
        return Draft(
            draft_id=draft_id,
            hit_id=HitId(str(row["hit_id"])),
            exchange_id=None if row["exchange_id"] is None else RequestId(str(row["exchange_id"])),
            purpose=purpose,
            content=_form(sealed.content, purpose),
            state=DraftState(row["state"]),
            drafted_by=row["drafted_by"],
            offices=frozenset(Office(name) for name in row["offices"]),
            drafted_at=row["drafted_at"],
            submitted_at=row["submitted_at"],
            decided_by=row["decided_by"],
            remark=sealed.remark,
            version=row["version"],
            content_digest=sealed.digest,
            submissions=tuple(_submission(each, purpose) for each in sealed.submissions),
        )


class PostgresContacts:
    """Past contacts within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, contact: PastContact) -> None:
        """Keep a contact."""
        content = canonical_bytes(to_wire(contact.content))
        self._tx.execute(
            QUERIES["add_contact"],
            contact_id=contact.contact_id,
            reference=contact.reference,
            entered_by=contact.entered_by,
            sealed_content=self._vault.seal(content, contact_place(contact.contact_id)),
        )

    def of_records(self, references: Collection[RecordReference]) -> tuple[PastContact, ...]:
        """The contacts about the subjects of these records."""
        rows = self._tx.fetch_all(QUERIES["list_contacts"], references=list(references))
        return tuple(self._contact(row) for row in rows)

    def purge(self, reference: RecordReference) -> int:
        """Erase the contacts about a record's subject; how many that were."""
        return len(self._tx.fetch_all(QUERIES["purge_contacts"], reference=reference))

    def _contact(self, row: Row) -> PastContact:
        contact_id = ContactId(str(row["contact_id"]))
        content = self._vault.open(bytes(row["sealed_content"]), contact_place(contact_id))
        return PastContact(
            contact_id,
            RecordReference(str(row["reference"])),
            from_wire(ContactForm, parse_json(content)),
            row["entered_by"],
        )


def draft_place(draft_id: DraftId) -> Place:
    """Where a draft's content is sealed to."""
    return Place("release_draft", "sealed_content", draft_id)


def contact_place(contact_id: ContactId) -> Place:
    """Where a contact's content is sealed to."""
    return Place("past_contact", "sealed_content", contact_id)


def _past(past: Submission) -> _Past:
    return _Past(_text(past.content), past.content_digest, past.submitted_at, past.returned_by, past.remark)


def _text(form: DraftForm) -> str:
    return canonical_bytes(to_wire(form)).decode()


def _form(text: str, purpose: Purpose) -> DraftForm:
    form: DraftForm = from_wire(form_of(purpose), parse_json(text.encode()))
    return form


def _submission(past: _Past, purpose: Purpose) -> Submission:
    return Submission(_form(past.content, purpose), past.digest, past.at, past.by, past.remark)
