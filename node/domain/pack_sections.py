"""What was said, as sections of a print: each field that holds something, in words, under its own handling line."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import HitMessage, StoredMessage
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.domain.pack import PackLine, PackSection
from symbolon.node.domain.records import Record
from symbolon.node.domain.restricted import originator_of, restrictions_on
from symbolon.protocol.disclosure_rules import page_mark
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.handling import IntendedUse
from symbolon.protocol.messages import AttachmentManifest, AttachmentReference, Request, SignedOnwardUse

_NOT_PRINTED: Final = frozenset(
    {
        # Said in the heading or in the handling line, or of no use on paper.
        "hit_id",
        "marks",
        "handling_code",
        "tlp",
        "caveat_codes",
        "delete_by",
        "content_digest",
        "sequence",
        "key",
    }
)
_IN_MARK: Final = frozenset({"caveats"})
"""Of a request and of information these are codes, and stand in the handling line; of a reply they are words."""


def hit_section(hit: Hit) -> PackSection:
    """The hit itself: what both sides know of it."""
    agreement = (f"{line.kind.value.replace('_', ' ')}: {line.agreement.value}" for line in hit.agreement)
    lines = (
        PackLine("Hit", hit.hit_id),
        PackLine("Other state", hit.counterpart),
        PackLine("State", hit.joint_state.value),
        PackLine("Urgency", hit.urgency.value),
        PackLine("Comparison", hit.band.value),
        PackLine("Identifiers", "\n".join(agreement)),
    )
    return PackSection("Hit", lines=lines)


def record_section(record: Record) -> PackSection:
    """The own record in clear: for its own state's officers alone."""
    content = record.content
    lines = (
        PackLine("Own record", f"{content.local_id}, case {content.case_id}"),
        PackLine("Category", "" if content.category is None else content.category.value),
        PackLine("Offence", _words(content.offence_group.value)),
        *(PackLine(_words(line.kind.value).capitalize(), line.text) for line in identifier_lines(content.identifiers)),
    )
    return PackSection("Own record (not shared)", lines=tuple(line for line in lines if line.text))


def message_section(stored: StoredMessage, hit: Hit, withheld: str | None = None) -> PackSection:
    """One message; withheld, it says why and nothing of what it holds."""
    originator = originator_of(stored, hit)
    given = restrictions_on(stored.message, originator)
    mark = None if given is None else page_mark(given)
    heading = f"{_words(stored.purpose.value).capitalize()} from {originator}, {_instant(stored.at)}"
    if withheld is not None:
        return PackSection(heading, withheld=withheld)
    return PackSection(heading, mark, tuple(_lines(stored.message)))


def is_for_evidence(message: HitMessage) -> bool:
    """Whether a message asks for evidence: what answers it is printed with the legal-assistance notice."""
    return isinstance(message, Request) and message.intended_use is IntendedUse.EVIDENCE


def _lines(message: HitMessage) -> Iterator[PackLine]:
    for each in fields(message):
        value = getattr(message, each.name)
        if each.name in _NOT_PRINTED or (each.name in _IN_MARK and isinstance(value, tuple)):
            continue
        text = _text(value)
        if text:
            yield PackLine(_words(each.name).capitalize(), text)
    marks = getattr(message, "marks", None)
    if isinstance(marks, ProtectionMarks) and marks.victim_risk:
        yield PackLine("Risk to a victim", marks.victim_risk)
    if isinstance(message, AttachmentManifest):
        yield PackLine("Content", "The file itself is not printed.")


def _text(value: object) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Enum():
            return _words(str(value.value))
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case tuple() if len(value) == 1:
            return _text(value[0])
        case tuple():
            return "\n".join(f"{number}. {_text(entry)}" for number, entry in enumerate(value, 1))
        case AttachmentReference():
            return f"file {value.attachment_id}, SHA-256 {value.sha256}"
        case SignedOnwardUse():
            return f"permitted until {value.token.expires_on.isoformat()}, to {', '.join(value.token.recipients)}"
        case _:
            return str(value)


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
