"""Takes what another member tells of pairs: those that it found with records of this node, and its answers."""

from dataclasses import replace
from datetime import timedelta

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.pairs import NumberedVersion, Pair, adopted, answered, crosses, in_the_way, is_live, is_new
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, card_that_signed
from symbolon.node.services.end_pairs import end_pair
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import FederationDirectory, FoundPair, PairAnswer, PairsFound
from symbolon.protocol.references import MemberCode, RecordReference


class ReceivePairs:
    """Says of each pair whether it is worth a hit; the other side says the same to the hub."""

    def __init__(self, draws: Draws, correspondence: Correspondence, every: timedelta) -> None:
        self._draws = draws
        self._correspondence = correspondence
        self._every = every

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take a verified message."""
        signer = card_that_signed(work, envelope, directory)
        message = self._correspondence.open_sealed(PairsFound, envelope, signer)
        work.pairs.note_heard(envelope.sender, self._draws.now())
        for found in message.found:
            self._told(work, found, envelope.sender)
        for answer in message.answers:
            self._answered(work, answer, envelope.sender)
        if message.found or message.answers:
            detail = {"found": len(message.found), "answers": len(message.answers)}
            work.audit.record(AuditAct.PAIRS_TOLD, envelope.sender, None, detail)

    def _told(self, work: Work, found: FoundPair, sender: MemberCode) -> None:
        known = work.pairs.find(found.pair_id)
        if known is not None:
            if known.counterpart == sender and not known.is_finder:
                # Told again: the answer went astray.
                work.pairs.save(replace(known, to_answer=True))
            return
        number = work.pairs.numbered(found.handle)
        if number is None:
            # The hub says soon which record that is; the finder tells again.
            return
        known_as = None
        is_pair = self._is_live(work, number, sender)
        if is_pair:
            before = self._pairs_so_far(work, found, number, sender)
            is_pair = is_new(
                before,
                number.version,
                lambda pair: pair.other_handle == found.finder_handle,
                lambda _hit: found.brings_back,
            )
            known_as = None if is_pair else in_the_way(before)
        now = self._draws.now()
        work.pairs.add(
            Pair(
                pair_id=found.pair_id,
                is_finder=False,
                counterpart=sender,
                own_reference=number.reference,
                own_version=number.version,
                other_handle=found.finder_handle,
                other_name=found.finder_name,
                own_handle=number.handle,
                own_name=number.name,
                other_side=found.finder,
                band=found.band,
                key_epoch=found.key_epoch,
                own_alias=found.other_alias,
                other_alias=found.finder_alias,
                to_tell=False,
                to_answer=True,
                declare_at=now + self._every * self._draws.jitter() if is_pair else None,
                hit_id=None,
                is_over=not is_pair,
                found_at=now,
                known_as=known_as,
            )
        )

    def _is_live(self, work: Work, number: NumberedVersion, sender: MemberCode) -> bool:
        record = work.records.find(number.reference)
        return record is not None and is_live(record, number) and record.content.comparable_with.admits(sender)

    def _pairs_so_far(
        self, work: Work, found: FoundPair, number: NumberedVersion, sender: MemberCode
    ) -> list[tuple[Pair, Hit | None]]:
        """The pairs of the same two records, each with its hit."""
        pairs = [
            pair
            for pair in work.pairs.of_record(number.reference)
            if pair.counterpart == sender
            # After a restore the hub may call the same record otherwise.
            and (pair.other_name == found.finder_name or _reference(pair) == found.finder.reference)
        ]
        for pair in pairs:
            if crosses(pair, found):
                # Both found it at the same time: the other side answers this one's that it is none.
                work.pairs.save(replace(pair, to_tell=False, is_over=True))
                pairs.remove(pair)
                break
        return [(pair, None if pair.hit_id is None else work.hits.find(pair.hit_id)) for pair in pairs]

    def _answered(self, work: Work, answer: PairAnswer, sender: MemberCode) -> None:
        pair = work.pairs.find(answer.pair_id)
        if pair is None or pair.counterpart != sender or not pair.is_finder:
            return
        now = self._draws.now()
        declare_at = now + self._every * self._draws.jitter()
        after = answered(pair, answer, declare_at)
        if pair.to_tell and answer.known is not None and work.pairs.find(answer.known.pair_id) is None:
            # This node was restored: what it lost of the pair, the other side has, and the hit waits here for it.
            work.pairs.add(adopted(pair, answer, answer.known, now, declare_at))
        if after.is_over and pair.hit_id is not None:
            # Held and released, and the other side's record is gone by now.
            end_pair(work, self._draws, pair, WithdrawalReason.OWNER_REQUEST)
            return
        work.pairs.save(after)
        hit = None if after.hit_id is None else work.hits.lock(after.hit_id)
        if hit is not None and answer.side is not None:
            work.hits.name_counterpart(hit.hit_id, answer.side)


def _reference(pair: Pair) -> RecordReference | None:
    return None if pair.other_side is None else pair.other_side.reference
