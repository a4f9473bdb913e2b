"""How a file may be used: as every message says that names it or came with it, under the file's own handling code."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from symbolon.node.domain.attachments import Attachment
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.messages import StoredMessage, files_named
from symbolon.node.ports.storage import Work
from symbolon.node.services.hit_officers import officers_of
from symbolon.protocol.disclosure_rules import Restrictions, restrictions_of
from symbolon.protocol.exchange_terms import Tlp
from symbolon.protocol.messages import Reply, Request, SpontaneousInformation
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.references import MemberCode

_STRICTEST_FIRST: Final = (Tlp.RED, Tlp.AMBER_STRICT, Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR)


def rules_of_file(
    hit: Hit, direction: Direction, manifest: AttachmentManifest, said: Sequence[StoredMessage]
) -> tuple[Restrictions, ...]:
    """Every rule that holds for a file, the strictest traffic light first: whoever sees it passes them all.

    Its manifests carry the traffic light and caveats of what it came with: a note has no other place for them. One that
    has not left is for the officers of this hit.
    """
    originator = hit.own if direction is Direction.SENT else hit.counterpart
    rules = []
    for each in said:
        message = each.message
        if each.direction is not direction or manifest.attachment_id not in files_named((message,)):
            continue
        if isinstance(message, AttachmentManifest):
            rules.append(_by_itself(originator, message))
        elif isinstance(message, Request | Reply | SpontaneousInformation):
            given = restrictions_of(message, originator)
            own = replace(given, handling_code=manifest.handling_code, marks=manifest.marks)
            rules.append(replace(own, content_digest=manifest.sha256))
    rules.sort(key=lambda rule: _STRICTEST_FIRST.index(rule.tlp))
    return tuple(rules) or (_by_itself(originator, manifest),)


def officers_of_file(work: Work, hit: Hit, found: Attachment) -> frozenset[str]:
    """The officers of the hit by name, and who attached the file."""
    return officers_of(work, hit) | ({found.attached_by} if found.attached_by is not None else frozenset())


def _by_itself(originator: MemberCode, manifest: AttachmentManifest) -> Restrictions:
    return Restrictions(
        originator=originator,
        handling_code=manifest.handling_code,
        tlp=manifest.tlp,
        caveats=frozenset(manifest.caveats),
        onward_sharing=frozenset(),
        delete_by=None,
        may_be_evidence=False,
        marks=manifest.marks,
        content_digest=manifest.sha256,
    )
