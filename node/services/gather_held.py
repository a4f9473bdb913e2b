"""Gathers all that the node holds about one record, as plain values: what a data subject is given."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.data_subjects import FORMAT, DataSubjectAct, LeafProof
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction, VoteView
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.domain.records import Record
from symbolon.node.domain.restricted import why_not_exported, why_not_taken_out
from symbolon.node.ports.storage import Work
from symbolon.node.services.file_rules import rules_of_file
from symbolon.node.services.hit_officers import officers_of
from symbolon.protocol.codec import to_wire
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.messages import Reply, Request, SpontaneousInformation
from symbolon.protocol.messages_case import AttachmentManifest

Plain = Mapping[str, Any]
Viewing = tuple[Actor, frozenset[str], date]
"""Who takes it out, who the officers of the hit are, and on which day."""


def gather(work: Work, actor: Actor, record: Record, today: date) -> Plain:
    """Everything about a record: its content, why it was kept, its hits and what was said about them.

    What another state said is in it only where its handling permits an export; otherwise that it is here, whose it is,
    and whom to ask. Keys of files are never in it.
    """
    reference = record.reference
    hits = [hit for hit in work.hits.lock_of_record(reference) if may_see(actor, hit)]
    return {
        "format": FORMAT,
        "record": _content(record),
        "reviews": _reviews(work, record),
        "contacts": [to_wire(contact.content) for contact in work.contacts.of_records((reference,))],
        "hits": [_hit(work, actor, hit, today) for hit in hits],
        "done_for_data_subjects": [_act(act) for act in work.retention.acts(reference, (False, True))],
        "log": [proof_lines(proof) for proof in work.audit.about(reference)],
    }


def proof_lines(proof: LeafProof) -> Plain:
    """A leaf of the log, as plain values."""
    return {
        "leaf_id": proof.leaf_id,
        "act": proof.act,
        "recorded_at": proof.recorded_at.isoformat(),
        "leaf_hash": proof.leaf_hash,
        "place": proof.place,
        "chain_hash": proof.chain_hash,
    }


def _content(record: Record) -> Plain:
    content = record.content
    return {
        "reference": record.reference,
        "local_id": content.local_id,
        "case_id": content.case_id,
        "kind": content.kind.value,
        "category": None if content.category is None else content.category.value,
        "offence_group": content.offence_group.value,
        "urgency": content.urgency.value,
        "version": record.version,
        "publication": record.publication.value,
        "review_date": record.review_date.isoformat(),
        "compared_with": [content.comparable_with.mode.value, *content.comparable_with.members],
        "identifiers": content.identifiers.to_json(),
        "identifiers_in_words": [
            {"kind": line.kind.value, "text": line.text} for line in identifier_lines(content.identifiers)
        ],
    }


def _reviews(work: Work, record: Record) -> Plain:
    retention = work.retention
    return {
        "renewals": [
            {
                "until": each.due_after.isoformat(),
                "reason": each.reason.value,
                "words": each.text,
                "at": each.renewed_at.isoformat(),
            }
            for each in retention.renewals(record.reference)
        ],
        "withdrawals": [
            {"ground": each.ground.value, "words": each.text, "at": each.withdrawn_at.isoformat()}
            for each in retention.withdrawals(record.reference)
        ],
        "legal_holds": [
            {
                "set_at": each.set_at.isoformat(),
                "reason": each.reason,
                "lifted_at": None if each.lifted_at is None else each.lifted_at.isoformat(),
                "why_lifted": each.lifting,
            }
            for each in retention.holds(record.reference)
        ],
    }


def _hit(work: Work, actor: Actor, hit: Hit, today: date) -> Plain:
    own, theirs = work.hits.votes(hit.hit_id)
    committed = {vote.round for vote in own}
    viewing = (actor, officers_of(work, hit), today)
    said = work.messages.of_hit(hit.hit_id)
    return {
        "hit_id": hit.hit_id,
        "with": hit.counterpart,
        "state": hit.joint_state.value,
        "alerted_at": hit.alerted_at.isoformat(),
        "agreement": {line.kind.value: line.agreement.value for line in hit.agreement},
        "votes": [
            *(_vote("own", vote) | {"reason": vote.reason} for vote in own),
            *(_vote("theirs", vote) | _withheld(hit) for vote in theirs if vote.round in committed),
        ],
        "messages": [_message(viewing, hit, stored, said) for stored in said],
        "drafts": [
            {"purpose": draft.purpose.value, "state": draft.state.value, "content": to_wire(draft.content)}
            for draft in work.drafts.of_hit(hit.hit_id)
        ],
        "files": [
            _file(viewing, hit, (each.direction, each.manifest), said)
            for each in work.attachments.of_hit(hit.hit_id)
            if each.manifest is not None
        ],
    }


def _vote(whose: str, vote: VoteView) -> dict[str, Any]:
    return {"whose": whose, "round": vote.round, "verdict": vote.verdict.value}


def _withheld(hit: Hit) -> dict[str, str]:
    return {"withheld": f"{hit.counterpart} gave this; it is not this node's to show. Ask {hit.counterpart} for it."}


def _message(viewing: Viewing, hit: Hit, stored: StoredMessage, said_of_hit: Sequence[StoredMessage]) -> Plain:
    actor, officers, today = viewing
    said = {
        "purpose": stored.purpose.value,
        "direction": stored.direction.value,
        "at": stored.at.isoformat(),
    }
    message = stored.message
    if isinstance(message, AttachmentManifest):
        return said | {"content": _file(viewing, hit, (stored.direction, message), said_of_hit)}
    if stored.direction is Direction.RECEIVED:
        terms = (Export.CASE_SYSTEM, today)
        if not isinstance(message, Request | Reply | SpontaneousInformation):
            return said | _withheld(hit)
        if why_not_exported(stored, hit, actor, officers, terms) is not None:
            return said | _withheld(hit)
    return said | {"content": to_wire(message)}


def _file(
    viewing: Viewing, hit: Hit, file: tuple[Direction, AttachmentManifest], said: Sequence[StoredMessage]
) -> Plain:
    actor, officers, today = viewing
    direction, manifest = file
    name: Plain = {"file_name": manifest.file_name}
    if direction is Direction.RECEIVED:
        rules = rules_of_file(hit, direction, manifest, said)
        if any(why_not_taken_out(each, hit, actor, officers, (Export.CASE_SYSTEM, today)) for each in rules):
            name = _withheld(hit)
    return {
        "attachment_id": manifest.attachment_id,
        **name,
        "media_type": manifest.media_type,
        "size": manifest.size,
        "sha256": manifest.sha256,
        "handling_code": manifest.handling_code.value,
    }


def _act(act: DataSubjectAct) -> Plain:
    return {"kind": act.kind.value, "at": act.done_at.isoformat(), "counts": dict(act.counts)}


def as_text(value: object, indent: int = 0) -> Iterable[str]:
    """Plain values as lines that a person reads: a label, then what is there, indented by what it belongs to.

    >>> list(as_text({"record": {"local_id": "A-1"}, "hits": []}))
    ['record', '  local id: A-1', 'hits: nothing']
    """
    pad = "  " * indent
    entries: Iterable[tuple[str, object]]
    if isinstance(value, Mapping):
        entries = ((str(name).replace("_", " "), each) for name, each in value.items())
    elif isinstance(value, list | tuple):
        entries = ((str(number), each) for number, each in enumerate(value, 1))
    else:
        yield f"{pad}{value}"
        return
    for label, each in entries:
        if isinstance(each, Mapping | list | tuple):
            if each:
                yield f"{pad}{label}"
                yield from as_text(each, indent + 1)
            else:
                yield f"{pad}{label}: nothing"
        else:
            yield f"{pad}{label}: {'not said' if each in (None, '') else each}"
