"""Two members declare a pair that the hub did not see; from then on it is a hit like any other, under aliases."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from symbolon.hub.domain.declared_pairs import (
    alias_entry,
    explanation_of,
    held_alone,
    mirrors,
    other_side,
    own_side,
    partition_of_alias,
    protected_from_now,
)
from symbolon.hub.domain.hits import Hit, alert_of, detect_hit, numbered_from
from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.errors import NotPossible, UnknownMember
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.known_ledgers import FIRST_VERSIONS
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import FederationDirectory, Opening, PairDeclaration
from symbolon.protocol.references import HUB, MemberCode, new_hit_id
from symbolon.runtime.clock import Clock

Declared = Mapping[MemberCode, PairDeclaration]


def receivers_directory(work: Work) -> FederationDirectory:
    """The directory of a federation whose hub learns no pair; raises `NotPossible` in any other."""
    directory = work.directory.in_effect()
    if directory is None or directory.comparison.opening is not Opening.RECEIVERS:
        raise NotPossible("The hub of this federation finds its pairs itself: none are declared.")
    return directory


class DeclarePair:
    """The use case of `POST /v1/pairs`."""

    def __init__(
        self,
        store: Store,
        open_envelope: OpenEnvelope,
        change_hits: ChangeHits,
        post: PostMessage,
        clock: Clock,
        new_uuid: Callable[[], UUID],
        *,
        exercise: bool,
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._change_hits = change_hits
        self._post = post
        self._clock = clock
        self._new_uuid = new_uuid
        self._exercise = exercise

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Take a declaration; the hit is raised with the second, or at once where it is held. Again changes nothing.

        Raises:
            NotPossible: the hub finds its pairs itself, or the two sides declare different things.

        """
        now = self._clock.now()
        with self._store.work() as work:
            work.records.order_commits()
            declaration = self._open(work, envelope, member, PairDeclaration, now)
            if was_taken_before(work, envelope, now):
                return
            self._check(work, member, declaration)
            declared = work.pairs.declare(member, declaration)
            other = declared.get(declaration.counterpart)
            if other is not None and not mirrors(declaration, member, other, declaration.counterpart):
                raise NotPossible("The two sides declare different pairs under one id: find it anew.")
            self._follow(work, member, declared, now)

    def _check(self, work: Work, member: MemberCode, declaration: PairDeclaration) -> None:
        directory = receivers_directory(work)
        if declaration.counterpart == member or directory.member_of(declaration.counterpart) is None:
            raise UnknownMember

    def _follow(self, work: Work, member: MemberCode, declared: Declared, now: datetime) -> None:
        declaration = declared[member]
        hit_id = work.pairs.hit_of(declaration.pair_id)
        if hit_id is not None:
            self._protect(work, declaration, member, now)
            return
        finder = next((by for by, each in declared.items() if each.is_finder), None)
        if finder is None or (len(declared) == 1 and not held_alone(declared[finder])):
            return
        # Nobody is suspended between here and the alert; who is now, declares again.
        if work.members.hold_active({finder, declared[finder].counterpart}) != {finder, declared[finder].counterpart}:
            return
        epoch = work.epochs.open_epochs().get(declaration.key_epoch)
        if epoch is None:
            return
        entries = self._aliases(work, declared, finder, now)
        hit, step = numbered_from(
            self._new_uuid().int % FIRST_VERSIONS,
            *detect_hit(new_hit_id(self._new_uuid()), entries, epoch, explanation_of(declaration), now),
        )
        if not work.hits.add_new([hit]):
            return
        work.pairs.stand_for(declaration.pair_id, hit.hit_id, [entry.reference for entry in entries])
        work.hits.note_step(hit.hit_id, step, now)
        self._tell(work, hit, now)

    def _aliases(
        self, work: Work, declared: Declared, finder: MemberCode, now: datetime
    ) -> tuple[RecordEntry, RecordEntry]:
        """Records without encodings that stand for the two sides."""
        found = declared[finder]
        second = declared.get(found.counterpart)
        sides = (own_side(found, finder), other_side(found) if second is None else own_side(second, found.counterpart))
        if work.records.lock_references({side[0] for side in sides}):
            raise NotPossible("A reference of the pair is taken: find it anew.")
        partitions = {partition_of_alias(side[1], side[2]) for side in sides}
        ids = work.records.partition_ids(partitions)
        one, other = (alias_entry(side, ids[partition_of_alias(side[1], side[2])], now) for side in sides)
        work.records.put([one, other], now)
        return one, other

    def _protect(self, work: Work, declaration: PairDeclaration, member: MemberCode, now: datetime) -> None:
        """The other side of a hit that was held alone says that its record is protected too: it must let it go."""
        known = work.records.lock_references({declaration.own_alias}).get(declaration.own_alias)
        if known is None or known.is_withdrawn or known.is_protected or not declaration.is_protected:
            return
        partition = partition_of_alias(member, own_side(declaration, member)[2])
        work.records.put([protected_from_now(known, work.records.partition_ids({partition})[partition])], now)
        self._change_hits.hold(work, {declaration.own_alias}, now)

    def _tell(self, work: Work, hit: Hit, now: datetime) -> None:
        for told in hit.told:
            self._post(work, told, alert_of(hit, told, exercise=self._exercise), now)
        act = AuditAct.HIT_HELD if hit.state is JointState.HELD else AuditAct.ALERT_RAISED
        work.audit(act, HUB, hit.hit_id, {"told": len(hit.told), "band": hit.explanation.band.value})
