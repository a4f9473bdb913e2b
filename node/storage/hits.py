"""Hits and votes in PostgreSQL; the reasons of votes sealed, for officers write of persons in them."""

from collections.abc import Collection, Mapping
from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.hit import Hit, Recommendation
from symbolon.node.domain.hits import AgreementLine, VoteView
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.exchange_steps import step_from_notice
from symbolon.protocol.handling import (
    Agreement,
    Band,
    HoldRuling,
    IdentifierKind,
    OffenceGroup,
    RecordKind,
    Urgency,
    Verdict,
)
from symbolon.protocol.hit_ledger import HitLedger, TrackStep
from symbolon.protocol.known_ledgers import known_ledger, ledger_from
from symbolon.protocol.lifecycle import Event, SideState
from symbolon.protocol.messages import KnownLedger, SideOfPair, StateNotice
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, MessageId, RecordReference, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "hits")


class PostgresHits:
    """Hits within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, hit: Hit) -> bool:
        """Store a hit; False when it is known."""
        row = self._tx.fetch_one(
            QUERIES["add_hit"],
            hit_id=hit.hit_id,
            own_code=hit.own,
            own_reference=hit.own_reference,
            counterpart=hit.counterpart,
            counterpart_reference=hit.counterpart_reference,
            joint_state=hit.joint_state,
            ledger=_ledger_json(hit.ledger),
            side_state=hit.side_state,
            band=hit.band,
            agreement=Jsonb([[line.kind.value, line.agreement.value] for line in hit.agreement]),
            counterpart_offence_group=hit.counterpart_offence_group,
            counterpart_record_kind=hit.counterpart_record_kind,
            urgency=hit.urgency,
            protected=hit.protected,
            non_punishment=hit.non_punishment,
            minor=hit.minor,
            exercise=hit.exercise,
            schema_id=hit.schema_id,
            key_epoch=hit.key_epoch,
            detected_at=hit.detected_at,
            alerted_at=hit.alerted_at,
        )
        return row is not None

    def name_counterpart(self, hit_id: HitId, side: SideOfPair) -> None:
        """Note what the other side told of its record, in the place of what stood for it."""
        self._tx.execute(
            QUERIES["name_counterpart"],
            hit_id=hit_id,
            reference=side.reference,
            offence_group=side.offence_group,
            record_kind=side.record_kind,
        )

    def find(self, hit_id: HitId) -> Hit | None:
        """One hit."""
        row = self._tx.fetch_one(QUERIES["find_hit"], hit_id=hit_id)
        return None if row is None else self._hit(row)

    def many(self, hit_ids: Collection[HitId]) -> Mapping[HitId, Hit]:
        """Some hits, by their ids; those that are not there are left out."""
        hits = (self._hit(row) for row in self._tx.fetch_all(QUERIES["find_hits"], hit_ids=list(hit_ids)))
        return {hit.hit_id: hit for hit in hits}

    def lock(self, hit_id: HitId) -> Hit | None:
        """One hit that is about to change."""
        row = self._tx.fetch_one(QUERIES["lock_hit"], hit_id=hit_id)
        return None if row is None else self._hit(row)

    def lock_of_record(self, reference: RecordReference) -> tuple[Hit, ...]:
        """The hits of a record that are about to change."""
        return tuple(
            self._hit(row) for row in self._tx.fetch_all(QUERIES["lock_hits_of_record"], own_reference=reference)
        )

    def all(self) -> tuple[Hit, ...]:
        """Every hit, for the node's own worker."""
        return self.seen((False, True), marked=False)

    def seen(self, protected: Collection[bool], *, marked: bool) -> tuple[Hit, ...]:
        """The hits that are protected, or are not; `marked`: also those on which a mark or a safety hold lies."""
        rows = self._tx.fetch_all(QUERIES["list_hits"], protected=list(protected), marked=marked)
        return tuple(self._hit(row) for row in rows)

    def digest(self, protected: Collection[bool], *, marked: bool) -> str:
        """A short text that changes with the hits that are protected, or are not, and with what a list says of them.

        `marked`: those count too on which a victim's mark or a safety hold lies.
        """
        return str(self._tx.fetch_value(QUERIES["digest_of_hits"], protected=list(protected), marked=marked))

    def save(self, hit: Hit) -> None:
        """Store the changed states of a hit."""
        advice = hit.recommendation
        sealed = None
        if advice is not None:
            sealed = self._vault.seal(advice.text.encode(), recommendation_place(hit.hit_id))
        self._tx.execute(
            QUERIES["save_hit"],
            hit_id=hit.hit_id,
            joint_state=hit.joint_state,
            ledger=_ledger_json(hit.ledger),
            side_state=hit.side_state,
            protected=hit.protected,
            non_punishment=hit.non_punishment,
            minor=hit.minor,
            alerted_at=hit.alerted_at,
            awaits_hold=hit.awaits_hold,
            hold_decision=hit.hold_decision,
            hold_message_id=hit.hold_message_id,
            is_frozen=hit.is_frozen,
            holds_for_safety=hit.holds_for_safety,
            unread_round=hit.unread_round,
            assigned_to=hit.assigned_to,
            recommended_verdict=None if advice is None else advice.verdict,
            sealed_recommendation=sealed,
            recommended_by=None if advice is None else advice.by,
            recommended_at=None if advice is None else advice.at,
            acknowledged_at=hit.acknowledged_at,
            counterpart_acknowledged_at=hit.counterpart_acknowledged_at,
        )

    def note_step(self, hit_id: HitId, step: TrackStep) -> None:
        """Keep a step of the confirmed order for the hit's timeline."""
        self._tx.execute(
            QUERIES["add_step"],
            hit_id=hit_id,
            exchange_id=step.exchange_id,
            event=step.event,
            taken_by=step.by,
            follows=step.follows,
            urgency=step.urgency,
            taken_at=step.at,
        )

    def steps(self, hit_id: HitId) -> tuple[TrackStep, ...]:
        """The steps of a hit and its exchanges, in the order in which they were followed here."""
        return tuple(
            TrackStep(
                None if row["exchange_id"] is None else RequestId(str(row["exchange_id"])),
                Event(row["event"]),
                MemberCode(row["taken_by"]),
                row["follows"],
                row["taken_at"],
                None if row["urgency"] is None else Urgency(row["urgency"]),
            )
            for row in self._tx.fetch_all(QUERIES["list_steps"], hit_id=hit_id)
        )

    def count_by_state(self) -> Mapping[str, int]:
        """Hits by joint state, but for those of which the protection officer alone may know."""
        return {row["joint_state"]: row["hits"] for row in self._tx.fetch_all(QUERIES["count_by_state"])}

    def add_vote(self, hit_id: HitId, vote: VoteView, message_id: MessageId | None) -> bool:
        """Store a vote (the counterpart's has no voter and no message); False when that side has voted in that round.

        A vote whose message the hub refused is no vote: another one takes its place.
        """
        side = "counterpart" if vote.voter is None else "own"
        row = self._tx.fetch_one(
            QUERIES["add_vote"],
            hit_id=hit_id,
            round=vote.round,
            side=side,
            verdict=vote.verdict,
            sealed_reason=self._vault.seal(vote.reason.encode(), reason_place(hit_id, vote.round, side)),
            voted_at=vote.voted_at,
            voter=vote.voter,
            message_id=message_id,
        )
        return row is not None

    def votes(self, hit_id: HitId) -> tuple[tuple[VoteView, ...], tuple[VoteView, ...]]:
        """The own votes and the counterpart's, by round."""
        rows = self._tx.fetch_all(QUERIES["list_votes"], hit_id=hit_id)
        own = tuple(self._vote(hit_id, row) for row in rows if row["side"] == "own")
        return own, tuple(self._vote(hit_id, row) for row in rows if row["side"] == "counterpart")

    def _vote(self, hit_id: HitId, row: Row) -> VoteView:
        place = reason_place(hit_id, row["round"], row["side"])
        reason = self._vault.open(bytes(row["sealed_reason"]), place).decode()
        problem = _problem(row["problem"])
        return VoteView(
            row["round"],
            Verdict(row["verdict"]),
            reason,
            row["voted_at"],
            row["voter"],
            problem,
            on_its_way=row["on_its_way"],
        )

    def _hit(self, row: Row) -> Hit:
        own, counterpart = MemberCode(row["own_code"]), MemberCode(row["counterpart"])
        hit_id = HitId(str(row["hit_id"]))
        one, other = sorted((own, counterpart))
        return Hit(
            hit_id=hit_id,
            own_reference=RecordReference(str(row["own_reference"])),
            counterpart=counterpart,
            counterpart_reference=RecordReference(str(row["counterpart_reference"])),
            ledger=ledger_from(from_wire(KnownLedger, row["ledger"]), hit_id, (one, other)),
            side_state=SideState(row["side_state"]),
            band=Band(row["band"]),
            agreement=tuple(
                AgreementLine(IdentifierKind(kind), Agreement(agreement)) for kind, agreement in row["agreement"]
            ),
            counterpart_offence_group=OffenceGroup(row["counterpart_offence_group"]),
            counterpart_record_kind=RecordKind(row["counterpart_record_kind"]),
            urgency=Urgency(row["urgency"]),
            protected=row["protected"],
            non_punishment=row["non_punishment"],
            exercise=row["exercise"],
            schema_id=row["schema_id"],
            key_epoch=row["key_epoch"],
            detected_at=row["detected_at"],
            alerted_at=row["alerted_at"],
            state_version=row["state_version"],
            pending=tuple(step_from_notice(from_wire(StateNotice, step), own) for step in row["pending"] or ()),
            minor=row["minor"],
            awaits_hold=row["awaits_hold"],
            hold_decision=None if row["hold_decision"] is None else HoldRuling(row["hold_decision"]),
            hold_message_id=None if row["hold_message_id"] is None else MessageId(str(row["hold_message_id"])),
            hold_not_delivered=_problem(row["hold_problem"]),
            is_frozen=row["is_frozen"],
            holds_for_safety=row["holds_for_safety"],
            unread_round=row["unread_round"],
            assigned_to=row["assigned_to"],
            recommendation=self._recommendation(hit_id, row),
            acknowledged_at=row["acknowledged_at"],
            counterpart_acknowledged_at=row["counterpart_acknowledged_at"],
        )

    def _recommendation(self, hit_id: HitId, row: Row) -> Recommendation | None:
        if row["recommended_verdict"] is None:
            return None
        text = self._vault.open(bytes(row["sealed_recommendation"]), recommendation_place(hit_id)).decode()
        return Recommendation(Verdict(row["recommended_verdict"]), text, row["recommended_by"], row["recommended_at"])


def reason_place(hit_id: HitId, round_number: int, side: str) -> Place:
    """Where the reason of a vote is sealed to."""
    return Place("vote", "sealed_reason", f"{hit_id} {round_number} {side}")


def recommendation_place(hit_id: HitId) -> Place:
    """Where what an officer recommends is sealed to."""
    return Place("hit", "sealed_recommendation", hit_id)


def _problem(code: str | None) -> Problem | None:
    return None if code is None else Problem(code)


def _ledger_json(ledger: HitLedger) -> Jsonb:
    return Jsonb(to_wire(known_ledger(ledger)))
