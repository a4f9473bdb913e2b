"""Takes what the hub carries where match bits open towards members alone: numbers of own records, sealed openings."""

from collections.abc import Callable
from datetime import datetime, timedelta

from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.domain.openings import FoundRow, OpeningsDisagree, Receiver, found_in
from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.domain.pairs import NumberedVersion, Pair, is_live, is_new
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.outside import Draws, MemberKeys
from symbolon.node.ports.storage import Work
from symbolon.node.services.judge_pairs import brought_back
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import Namespace
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.messages import FederationDirectory, HandleNotice, OpeningProblem, SealedOpenings
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import HUB, KeyId, MemberCode, new_message_id


class ReceiveHandleNotice:
    """Keeps by which numbers the hub speaks of this node's records."""

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> None:
        """Take a verified notice."""
        notice = envelope.read(HandleNotice)
        work.pairs.number(
            [
                NumberedVersion(each.handle, each.reference, each.version, each.key_epoch, each.name)
                for each in notice.records
            ]
        )


class ReceiveOpenings:
    """Opens what the operators sealed for this node, and keeps the pairs that it finds."""

    def __init__(
        self,
        draws: Draws,
        own: MemberCode,
        keys: MemberKeys,
        schema_of: Callable[[str], LinkageSchema | None],
        every: timedelta,
    ) -> None:
        """`schema_of`: by digest; `every`: within which time after a pair is found a hit on it is declared."""
        self._draws = draws
        self._own = own
        self._keys = keys
        self._schema_of = schema_of
        self._every = every

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take verified openings.

        Raises:
            UnreadableDelivery: this program does not bring the linkage schema.
            ProtocolError: they are not for this node, or not what the operators sealed.
            WaitsForMore: the hub has not said yet which records of this node they are about.

        """
        message = envelope.read(SealedOpenings)
        schema = self._schema_of(message.schema_digest)
        if schema is None:
            raise UnreadableDelivery(Problem.UNKNOWN_SCHEMA, "This program does not bring the epoch's linkage schema.")
        if any(work.pairs.numbered(each.handle) for each in message.canaries):
            raise MalformedMessage("A record of this node is called a canary, so that nothing is found with it.")
        try:
            found = found_in(message, Receiver(self._own, directory.federation, self._key), schema)
        except OpeningsDisagree as error:
            self._complain(work, OpeningProblem(message.session, error.number, error.by_canaries))
            return
        now = self._draws.now()
        kept = sum(self._keep(work, row, now) for row in found)
        work.audit.record(AuditAct.OPENINGS_READ, str(HUB), None, {"pairs": len(found), "new": kept})

    def _keep(self, work: Work, row: FoundRow, now: datetime) -> bool:
        """Keep a pair that is new; of a protected record, it is told to nobody but the hub, as a held hit."""
        number = work.pairs.numbered(row.own_handle)
        if number is None:
            raise WaitsForMore(None)
        record = work.records.find(number.reference)
        if record is None or not is_live(record, number) or not record.content.comparable_with.admits(row.other):
            return False
        known = [
            (pair, None if pair.hit_id is None else work.hits.find(pair.hit_id))
            for pair in work.pairs.of_record(number.reference)
            if pair.counterpart == row.other and pair.other_name == row.other_name
        ]
        back = frozenset(brought_back(work, record.reference, record.content))
        if not is_new(
            known,
            number.version,
            lambda pair: pair.other_handle == row.other_handle,
            lambda hit: hit.hit_id in back,
        ):
            return False
        names = work.pairs.names_of(number.handle, row.other_handle, row.key_epoch)
        protected = record.content.namespace is Namespace.PROTECTED
        return work.pairs.add(
            Pair(
                pair_id=names.pair_id,
                is_finder=True,
                counterpart=row.other,
                own_reference=number.reference,
                own_version=number.version,
                other_handle=row.other_handle,
                other_name=row.other_name,
                own_handle=number.handle,
                own_name=number.name,
                other_side=None,
                band=row.band,
                key_epoch=row.key_epoch,
                own_alias=names.own_alias,
                other_alias=names.other_alias,
                to_tell=not protected,
                to_answer=False,
                declare_at=now + self._every * self._draws.jitter() if protected else None,
                hit_id=None,
                is_over=False,
                found_at=now,
                brings_back=any(pair.hit_id in back for pair, _hit in known),
            )
        )

    def _complain(self, work: Work, problem: OpeningProblem) -> None:
        message_id = new_message_id(self._draws.uuid())
        body, now = canonical_bytes(to_wire(problem)), self._draws.now()
        work.outbox.add_message(OutgoingMessage(message_id, problem.PURPOSE, HUB, None, body), now)
        work.pairs.note_problem(problem.session, problem.number, now)
        work.audit.record(
            AuditAct.OPERATORS_DISAGREE, str(HUB), None, {"number": problem.number, "by_canaries": problem.by_canaries}
        )

    def _key(self, key_id: KeyId) -> HybridSealingKey | None:
        hybrids = (each.sealing_keys.hybrid for each in self._keys.generations())
        return next((key for key in hybrids if key is not None and key.key_id == key_id), None)
