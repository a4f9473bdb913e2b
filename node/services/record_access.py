"""Finds a record for somebody's act on it: the one way from a reference to a record that is under review."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.records import Record
from symbolon.node.domain.retention import LONGEST_REASON, is_protected
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.ports.storage import Work
from symbolon.protocol.references import RecordReference


def require(actor: Actor, *rights: Right) -> None:
    """Refuse (`Forbidden`) whoever has none of these rights."""
    if not any(actor.permits(right) for right in rights):
        raise Forbidden("Your role does not include this: ask the focal point or the protection officer.")


def may_know(actor: Actor, record: Record) -> bool:
    """Whether the actor may know at all that the record is here: of a victim's or minor's its officer alone."""
    return not is_protected(record) or actor.permits(Right.HANDLE_PROTECTED)


def may_review(actor: Actor, record: Record, *rights: Right) -> bool:
    """Whether the actor may know of the record here: a protected one is the protection officer's alone."""
    return any(actor.permits_on_hit(right, protected=is_protected(record)) for right in rights)


def kinds_in_view(actor: Actor, *rights: Right) -> tuple[bool, ...]:
    """Which records the actor may see under these rights: general ones (False), protected ones (True), or both."""
    return tuple(kind for kind in (False, True) if any(actor.permits_on_hit(right, protected=kind) for right in rights))


def record_to_act_on(work: Work, actor: Actor, reference: RecordReference, *rights: Right) -> Record:
    """The record, locked, for one who has one of these rights on it.

    Raises:
        Forbidden: the actor has none of these rights on any record.
        NotFound: there is no such record, it was erased, or the actor may not know of it. Told apart to nobody.

    """
    require(actor, *rights)
    locked = work.records.lock((reference,))
    # In this order: what they may not know of takes no more statements than what is not there.
    if not locked or not may_review(actor, locked[0], *rights) or work.retention.is_erased(reference):
        raise NotFound("There is no such record in your queue.")
    return locked[0]


def refuse_on_legal_hold(work: Work, record: Record) -> None:
    """Refuse (`NotAllowedNow`) what a legal hold stops."""
    if work.retention.on_hold((record.reference,)):
        raise NotAllowedNow(
            "A legal hold lies on this record: it is neither withdrawn nor erased until an authoriser lifts the hold."
        )


def words(text: str, field: str, what: str) -> str:
    """An officer's words for the file; `what` says what to write. Raises `InvalidDraft` for none, or too many."""
    stripped = text.strip()
    if not stripped:
        raise InvalidDraft(field, what)
    if len(stripped) > LONGEST_REASON:
        raise InvalidDraft(field, f"Shorten this by {len(stripped) - LONGEST_REASON} characters.")
    return stripped
