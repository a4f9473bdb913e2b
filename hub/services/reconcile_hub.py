"""The hub was restored from a backup: its members tell it what it forgot, and only then it compares again.

A pair that was alerted after the backup was made would otherwise be found, and alerted, a second time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.declared_pairs import alias_entry, partition_of_alias, sides_of_alert
from symbolon.hub.domain.hits import Hit, alert_of
from symbolon.hub.domain.reconciliation import (
    OpenReconciliation,
    behind,
    believable,
    carried_on,
    differences,
    is_as_alerted,
    is_word_of_party,
    renewed_hit,
    untold,
)
from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.errors import NotPossible, UnknownHit
from symbolon.hub.ports import Store, WakeUp, Work
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import PostMessage, SignMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.messages import (
    HitStanding,
    KnownHit,
    KnownHits,
    KnownRecords,
    Opening,
    ReconciliationDone,
    RecordDifferences,
)
from symbolon.protocol.references import HUB, HitId, IncarnationId, MemberCode, PairId, RecordReference
from symbolon.runtime.clock import Clock


class FinishReconciliation:
    """Inside the transaction of the last member's word, or of the operator's: know the hits again, and compare."""

    def __init__(self, post: PostMessage, hand_over: HandOverVotes, *, exercise: bool) -> None:
        self._post = post
        self._hand_over = hand_over
        self._exercise = exercise

    def __call__(self, work: Work, without: Sequence[MemberCode], now: datetime) -> int:
        """How many hits were renewed. Whoever was not told of one, or lacks steps of one, is told."""
        work.records.order_commits()
        told_of = {hit_id: believable(told, now) for hit_id, told in work.reconciliation.known_hits().items()}
        known = {hit_id: told for hit_id, told in told_of.items() if told}
        alerts = [each.alert for told in known.values() for each in told.values()]
        references = {each for alert in alerts for each in (alert.own_reference, alert.counterpart_reference)}
        records = work.records.lock_references(references)
        records = {**records, **self._aliases_again(work, known, records, now)}
        renewed = 0
        for hit_id, told in known.items():
            try:
                before = work.hits.lock(hit_id)
            except UnknownHit:
                renewed += self._renew(work, told, records, without, now)
                continue
            parties = {member: each for member, each in told.items() if is_word_of_party(before, member, each)}
            if parties:
                self._carry_on(work, before, parties, without, now)
        work.reconciliation.finish(without, now)
        work.audit(AuditAct.RECONCILED, HUB, None, {"hits": renewed, "without": " ".join(without)})
        return renewed

    def _carry_on(
        self,
        work: Work,
        before: Hit,
        told: Mapping[MemberCode, KnownHit],
        without: Sequence[MemberCode],
        now: datetime,
    ) -> None:
        after = carried_on(before, told)
        if after.opened_round > before.opened_round or after.ledger.round > before.ledger.round or not after.is_open:
            # These votes reached both sides since the backup, or never will.
            work.hits.clear_deposits(before.hit_id)
        self._settle(work, after, before.ledger.frozen_by, told, without, now)

    def _renew(
        self,
        work: Work,
        told: Mapping[MemberCode, KnownHit],
        records: Mapping[RecordReference, RecordEntry],
        without: Sequence[MemberCode],
        now: datetime,
    ) -> bool:
        hit = renewed_hit(told, records)
        if hit is None or not work.hits.add_new((hit,)):
            return False
        if _opens_towards_receivers(work):
            work.pairs.stand_for(PairId(hit.hit_id), hit.hit_id, [side.reference for side in hit.sides])
        self._settle(work, hit, frozenset(), told, without, now)
        return True

    def _aliases_again(
        self,
        work: Work,
        known: Mapping[HitId, Mapping[MemberCode, KnownHit]],
        records: Mapping[RecordReference, RecordEntry],
        now: datetime,
    ) -> Mapping[RecordReference, RecordEntry]:
        """What stood for the sides of hits that the hub forgot, where it knows records of hits by aliases alone."""
        if not _opens_towards_receivers(work):
            return {}
        told_of = [
            sides_of_alert(each.alert, member) for told in known.values() for member, each in sorted(told.items())
        ]
        # What an owner says of its own side counts.
        sides = {side[0]: side for side in (*(other for _own, other in told_of), *(own for own, _other in told_of))}
        sides = {reference: side for reference, side in sides.items() if reference not in records}
        partitions = {reference: partition_of_alias(side[1], side[2]) for reference, side in sides.items()}
        ids = work.records.partition_ids(set(partitions.values())) if partitions else {}
        entries = {reference: alias_entry(side, ids[partitions[reference]], now) for reference, side in sides.items()}
        if entries:
            work.records.put(entries.values(), now)
        return entries

    def _settle(
        self,
        work: Work,
        hit: Hit,
        froze: frozenset[MemberCode],
        told: Mapping[MemberCode, KnownHit],
        without: Sequence[MemberCode],
        now: datetime,
    ) -> None:
        """Write a hit down as it is known now, and tell whoever knows less of it."""
        work.hits.save(hit)
        for member in hit.ledger.frozen_by ^ froze:
            work.hits.freeze(hit.hit_id, member, now, holds=member in hit.ledger.frozen_by)
        spoke = set(hit.told) - set(without)
        for member in untold(hit, told, spoke):
            self._post(work, member, alert_of(hit, member, exercise=self._exercise), now)
        standing = HitStanding(hit.hit_id, known_ledger(hit.ledger), bool(hit.ledger.frozen_by))
        # An alert begins a ledger: who is told of a hit only now, and which has gone on, needs both.
        for member in (
            *behind(hit, told),
            *(each for each in untold(hit, told, spoke) if not is_as_alerted(hit.ledger)),
        ):
            self._post(work, member, standing, now)
        self._hand_over(work, hit, now)


class TakeKnownRecords:
    """The use case of `POST /v1/reconciliation/known-records`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """What differs from what is held here, signed. Raises an error of either tree."""
        now = self._clock.now()
        with self._store.work() as work:
            told = self._open(work, envelope, member, KnownRecords, now)
            held = work.records.lock_references({record.reference for record in told.records})
            # Another's record under this member's word is none of its own.
            own = {reference: entry for reference, entry in held.items() if entry.member == member}
            mine = [record for record in told.records if record.reference not in held or record.reference in own]
            found = differences(mine, own, frozenset(work.epochs.open_epochs()))
            answer = RecordDifferences(
                incarnation=work.members.federation().incarnation,
                lacking=found.lacking,
                still_held=found.still_held,
            )
        return self._sign(answer, member, now).to_bytes()


class TakeKnownHits:
    """The use case of `POST /v1/reconciliation/known-hits`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Keep what the member knows until all have spoken; of a hub that was not restored, nothing is taken."""
        with self._store.work() as work:
            told = self._open(work, envelope, member, KnownHits, self._clock.now())
            if _is_about(work, told.incarnation):
                work.reconciliation.keep_known_hits(member, told.hits)


class NoteReconciled:
    """The use case of `POST /v1/reconciliation/done`."""

    def __init__(
        self, store: Store, open_envelope: OpenEnvelope, finish: FinishReconciliation, clock: Clock, wake: WakeUp
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._finish = finish
        self._clock = clock
        self._wake = wake

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """The member has told all; when it is the last, the hub knows its hits again and compares."""
        now = self._clock.now()
        with self._store.work() as work:
            done = self._open(work, envelope, member, ReconciliationDone, now)
            if _is_about(work, done.incarnation):
                work.reconciliation.note_done(member, done, now)
                work.audit(AuditAct.RECONCILED, member, None, {"records": done.records, "hits": done.hits})
                still = work.reconciliation.open()
                if still is not None and not still.waiting_for:
                    self._finish(work, (), now)
        self._wake()


class ProceedWithout:
    """The use case of `symbolon hub reconcile --proceed`: a member that is away keeps nobody waiting for ever."""

    def __init__(self, store: Store, finish: FinishReconciliation, clock: Clock) -> None:
        self._store = store
        self._finish = finish
        self._clock = clock

    def waiting(self) -> OpenReconciliation | None:
        """The restore that is not finished, if there is one."""
        with self._store.work() as work:
            return work.reconciliation.open()

    def __call__(self, *, rehearse: bool = False) -> OpenReconciliation:
        """Compare again without waiting for the rest; whom it did not wait for. Raises `NotPossible`."""
        with self._store.work(rehearse=rehearse) as work:
            still = work.reconciliation.open()
            if still is None:
                raise NotPossible("This hub waits for no member: it compares as always.")
            self._finish(work, still.waiting_for, self._clock.now())
        return still


def _opens_towards_receivers(work: Work) -> bool:
    known = work.directory.in_effect()
    return known is not None and known.comparison.opening is Opening.RECEIVERS


def _is_about(work: Work, incarnation: IncarnationId) -> bool:
    still = work.reconciliation.open()
    return still is not None and still.incarnation == incarnation
