"""Revises records: a corrected record supersedes its predecessor; a reclassified one is taken back at once."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.hit import can, protected_here
from symbolon.node.domain.records import (
    Publication,
    Record,
    RecordContent,
    RevisionEffect,
    needs_protection_officer,
    revised,
    revision_effect,
)
from symbolon.node.errors import Forbidden, NoDirectory, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.encode_record import EncodeRecord, by_epoch, refuse_unknown_states
from symbolon.node.services.end_pairs import follow_revision
from symbolon.node.services.judge_pairs import pairs_to_reconsider
from symbolon.node.services.record_access import may_know
from symbolon.node.services.take_back import take_back_unsent
from symbolon.node.services.withdraw_records import queue_withdrawals
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import (
    ComparableWith,
    Namespace,
    OffenceGroup,
    SubjectCategory,
    Urgency,
    WithdrawalReason,
)
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.references import MemberCode, RecordReference


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What an officer changes of a record; None leaves a field as it is."""

    category: SubjectCategory | None = None
    offence_group: OffenceGroup | None = None
    urgency: Urgency | None = None
    review_date: date | None = None
    comparable_with: ComparableWith | None = None
    identifiers: RecordIdentifiers | None = field(default=None, repr=False)

    def applied_to(self, content: RecordContent) -> RecordContent:
        """The content with the changes in it."""
        return replace(
            content,
            category=self.category or content.category,
            offence_group=self.offence_group or content.offence_group,
            urgency=self.urgency or content.urgency,
            review_date=self.review_date or content.review_date,
            comparable_with=self.comparable_with or content.comparable_with,
            identifiers=self.identifiers or content.identifiers,
        )


@dataclass(frozen=True, slots=True)
class Revision:
    """New content for a record; `review_days` from today count where it says no review date of its own."""

    content: RecordContent
    review_days: int
    expected_states: frozenset[MemberCode]


class ReviseRecord:
    """Revises one record by hand, or many from a file."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, encode_record: EncodeRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._encode_record = encode_record

    def __call__(
        self, actor: Actor, local_id: str, change: RecordChange, expected_states: Collection[MemberCode] = ()
    ) -> RevisionEffect:
        """Revise one record; returns what it meant for the hub.

        Raises:
            NodeError: the actor may not, there is no such record that they may know of, or its list of states names one
                that is neither a member nor one of `expected_states`.

        """
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Revising records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            found = work.records.find_by_local_id(local_id)
            locked = () if found is None else work.records.lock((found.reference,))
            if not locked or not may_know(actor, locked[0]):
                raise NotFound("This record is not known here: check its local id.")
            record = locked[0]
            content = change.applied_to(record.content)
            if content.digest() == record.content_digest:
                return RevisionEffect.NOTHING
            directory = work.directory.find()
            if directory is not None and change.comparable_with is not None:
                refuse_unknown_states(change.comparable_with, directory, expected_states)
            days = max((record.review_date - self._draws.now().date()).days, 1)
            return self.apply(work, actor, record, Revision(content, days, frozenset(expected_states)))

    def put_off(self, work: Work, actor: Actor, record: Record, until: date) -> RevisionEffect:
        """Give a locked record another review date, as a version of its own; raises as :meth:`apply` does.

        Where its file named no date, the date stays no part of what makes a version.
        """
        named = record.content.review_date is not None
        content = replace(record.content, review_date=until if named else None)
        days = (until - self._draws.now().date()).days
        return self.apply(work, actor, record, Revision(content, days, frozenset(content.comparable_with.members)))

    def apply(self, work: Work, actor: Actor, record: Record, revision: Revision) -> RevisionEffect:
        """Put new content in the place of a locked record's, within the caller's transaction (invariant 12).

        Raises:
            Forbidden: it is a victim's or minor's record, or a witness's that would lie open, and the actor is no
                protection officer.
            UnknownState: it would be published again with a list that names nobody's code. Nothing was changed yet.

        """
        content = revision.content
        if needs_protection_officer(record, content) and not actor.permits(Right.HANDLE_PROTECTED):
            raise Forbidden(
                "Only the victim-protection officer revises a victim's or minor's record, or takes the seal off a"
                " witness's: have them revise it in their own name (--as)."
            )
        now = self._draws.now()
        ever_sent = bool(work.outbox.ever_sent((record.reference,)))
        effect = revision_effect(record, content, ever_sent=ever_sent)
        after = revised(record, content, today=now.date(), review_days=revision.review_days)
        if effect is RevisionEffect.PUBLISH_AGAIN:
            after = self._publish_again(work, record, after, revision.expected_states)
        elif effect is RevisionEffect.NOTHING:
            publication = Publication.UNPUBLISHED if record.publication is Publication.REFUSED else record.publication
            after = replace(after, publication=publication)
        else:
            reason = (
                WithdrawalReason.RECLASSIFIED if effect is RevisionEffect.RECLASSIFY else WithdrawalReason.CORRECTED
            )
            queue_withdrawals(work, (record,), reason, now)
            after = replace(after, publication=Publication.UNPUBLISHED, hub_version=None)
        if content.namespace is Namespace.PROTECTED and record.content.namespace is not Namespace.PROTECTED:
            # Only then: a hit that the officer released is not held again by a later correction, neither at the hub.
            self._protect_hits(work, actor.login, record.reference, content.category)
        work.records.save((after,), now)
        follow_revision(work, self._draws, after, effect)
        act = AuditAct.RECORD_RECLASSIFIED if effect is RevisionEffect.RECLASSIFY else AuditAct.RECORD_REVISED
        work.audit.record(act, actor.login, record.reference, {"version": after.version, "effect": effect.value})
        return effect

    def _publish_again(
        self, work: Work, before: Record, after: Record, expected_states: Collection[MemberCode]
    ) -> Record:
        now = self._draws.now()
        directory = work.directory.find()
        if directory is None:
            raise NoDirectory
        try:
            reconsider = pairs_to_reconsider(work, after.reference, after.content)
            entries = self._encode_record(after, directory, expected_states, reconsider)
        except TooLittleToMatch as too_little:
            # The corrected record cannot be compared, and its predecessor is no longer true.
            queue_withdrawals(work, (before,), WithdrawalReason.CORRECTED, now)
            return replace(after, publication=Publication.REFUSED, hub_version=None, refusal=too_little.what_to_do)
        work.outbox.cancel_unsent((after.reference,))
        work.outbox.add_items(by_epoch(entries), now)
        work.encodings.note_queued(entries)
        return replace(after, publication=Publication.QUEUED)

    def _protect_hits(
        self, work: Work, login: str, reference: RecordReference, category: SubjectCategory | None
    ) -> None:
        for hit in work.hits.lock_of_record(reference):
            if can(hit, Event.HELD) or not hit.protected:
                minor = hit.minor or category is SubjectCategory.MINOR
                after = replace(protected_here(hit), minor=minor)
                work.hits.save(after)
                # What others approved before leaves on no word of theirs: the protection officer's count from here on.
                take_back_unsent(work, after, login, self._draws.now())
