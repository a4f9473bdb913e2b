"""Shows how the node stands, in counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from symbolon.node.domain.epochs import EpochReceipt, EpochStanding
from symbolon.node.domain.expiry import expiry_board
from symbolon.node.domain.membership import ShutOut
from symbolon.node.domain.pairs_standing import PairsStanding, policy_text
from symbolon.node.domain.receipts import TIME_TO_ERASE, OwedReceipts
from symbolon.node.domain.tokens import TokenWait
from symbolon.node.ports.outside import Draws, LinkageKeys
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.node.services.report_progress import standings
from symbolon.node.services.review_directory import proposal_view
from symbolon.node.services.show_pairs import pairs_past_hub
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.messages import Member
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode

_LATELY: Final = timedelta(minutes=5)
_STANDINGS: Final = {
    Problem.MEMBER_SUSPENDED: "suspended",
    Problem.MEMBER_EXPELLED: "expelled",
    Problem.NOT_YET_A_MEMBER: "candidate",
}


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Counts only: nothing in it identifies anybody."""

    federation: str | None
    exercise: bool
    directory_version: int
    """The newest version that the members signed; 0 before the founding."""
    standing: str
    """How this node stands: active, suspended, expelled, or candidate while it is not listed.

    As the hub treats it, where that shuts it out, else as the directory says.
    """
    members: tuple[str, ...]
    """The members that are active."""
    awaits_signature: int | None
    """The version of the directory that is proposed and that this node has a say in, but has not signed."""
    epochs: tuple[EpochStanding, ...]
    warnings: tuple[str, ...]
    """Keys and certificates that end within 60 days; that the hub shuts this node out; receipts that do not agree."""
    records: Mapping[str, int]
    without_category: int
    hits: Mapping[str, int]
    outbox: Mapping[str, int]
    inbox: Mapping[str, int]
    past_hub: PairsStanding | None
    """Of pairs that members find past the hub; None where match bits open at the hub."""
    comparison: str | None
    """How records are compared, as the members agreed."""
    clock_seems_slow: bool
    """Whether deliveries came lately that were issued in the future of this node's clock: they wait at the hub."""


class ShowStatus:
    """The node at a glance."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        linkage_keys: LinkageKeys,
        encode_record: EncodeRecord,
        own: MemberCode,
        pairs_every: timedelta,
    ) -> None:
        """`pairs_every`: at which intervals members tell each other of pairs, where they do."""
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._linkage_keys = linkage_keys
        self._encode_record = encode_record
        self._own = own
        self._pairs_every = pairs_every

    def __call__(self) -> NodeStatus:
        """The counts now."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            membership, directory = work.directory.membership(), work.directory.find()
            proposal = proposal_view(work, self._own)
            epochs: tuple[EpochStanding, ...] = ()
            if directory is not None:
                tools = (self._linkage_keys, self._encode_record)
                # Of protected records the protection officer alone may know: they are in none of these counts.
                epochs = standings(work, directory, tools, now, protected=(False,))
            records = work.records.count_by_publication()
            without_category = len(work.records.without_category())
            hits = work.hits.count_by_state()
            outbox = work.outbox.count_waiting()
            inbox = work.inbox.count()
            slow_clock_at = work.inbox.slow_clock_at()
            shut_out = work.directory.shut_out()
            token_wait = work.tokens.wait()
            names = {} if directory is None else {card.place: card.name for card in directory.comparison.operators}
            owed = work.encodings.owed_receipts(names, now - TIME_TO_ERASE) if names else ()
            past_hub = pairs_past_hub(work, directory, self._own, now, self._pairs_every)
            disputed = [receipt for receipt in work.encodings.receipts() if receipt.agrees is False]
        own = None if directory is None else directory.member_of(self._own)
        board = () if directory is None else expiry_board(directory, self._own, now.date())
        return NodeStatus(
            federation=None if membership is None else membership.federation,
            exercise=membership is not None and membership.exercise,
            directory_version=0 if directory is None else directory.version,
            standing=_standing(own, shut_out),
            members=() if directory is None else tuple(member.code for member in directory.active_members),
            awaits_signature=proposal.version if proposal is not None and proposal.waits_for_this_node else None,
            epochs=epochs,
            warnings=(
                *(line.text for line in board if line.notice is not ExpiryNotice.NONE),
                *(() if shut_out is None else (_of_shut_out(shut_out),)),
                *(() if token_wait is None else (_of_token_wait(token_wait),)),
                *(_of_receipt(receipt) for receipt in disputed),
                *(_of_operator(each, names[each.place]) for each in owed),
                *past_hub.warnings,
            ),
            records=records,
            without_category=without_category,
            hits=hits,
            outbox=outbox,
            inbox=inbox,
            past_hub=past_hub.standing,
            comparison=None if directory is None else policy_text(directory.comparison),
            clock_seems_slow=slow_clock_at is not None and now - slow_clock_at < _LATELY,
        )


def _standing(own: Member | None, shut_out: ShutOut | None) -> str:
    told = None if shut_out is None else _STANDINGS.get(shut_out.problem)
    listed = "candidate" if own is None else own.standing.value
    return told or listed


def _of_shut_out(shut_out: ShutOut) -> str:
    return (
        f"The hub has taken nothing of this node since {shut_out.since:%Y-%m-%d %H:%M} UTC: {shut_out.problem.title}"
        " Ask the hub's operator why; nothing is lost, what waits goes out afterwards."
    )


def _of_token_wait(wait: TokenWait) -> str:
    return (
        f"Submissions wait since {wait.since:%Y-%m-%d %H:%M} UTC for tokens that two operators evaluate:"
        f" {wait.problem.title} It is tried again; nothing is lost."
    )


def _of_receipt(receipt: EpochReceipt) -> str:
    return (
        f"The hub's receipt for epoch {receipt.epoch} names {receipt.records} erased records, and this node knew of"
        f" {receipt.own_records} there, or of others: what was withdrawn or on its way when the epoch was closed may"
        " explain a few; for more, ask the hub's operator to account for them."
    )


def _of_operator(owed: OwedReceipts, name: str) -> str:
    return (
        f"Operator {owed.place} ({name}) has not signed that its shares of {owed.records} withdrawn records are erased,"
        f" the oldest withdrawn {owed.since:%Y-%m-%d %H:%M} UTC: ask it, and the hub's operator, why."
    )
