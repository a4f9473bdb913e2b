"""All that a node can do, as one value: web, jobs and cli get it from `symbolon.node.bootstrap` and call it.

Each field is a service (one verb phrase) that can be called; the types say how. Everything raises
`symbolon.node.errors.NodeError` with a sentence for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.expiry import ExpiryLine
from symbolon.node.domain.hits import HitSummary, HitView, ReplyDraft, RequestDraft
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.node.domain.retention import RecordReview, RenewalReason, ReviewLine, ReviewQuery, WithdrawalGround
from symbolon.node.services.set_legal_hold import SetLegalHold
from symbolon.node.services.show_federation import FederationView
from symbolon.node.services.watch_services import WatchServices
from symbolon.node.services.withdraw_records import WithdrawalReport
from symbolon.protocol.handling import HoldRuling, Verdict
from symbolon.protocol.references import HitId, RecordReference, RequestId


class Inbox(Protocol):
    """The hits that one actor may see; see `symbolon.node.services.list_hits.ListHits`."""

    def __call__(self, actor: Actor) -> tuple[HitSummary, ...]:
        """A look that somebody takes on purpose."""
        ...

    def export(self, actor: Actor, wanted: Callable[[HitSummary], bool]) -> tuple[HitSummary, ...]:
        """The wanted ones, to be taken out of the system."""
        ...

    def refresh(self, actor: Actor) -> tuple[HitSummary, ...]:
        """The same list, for an open page that looks again by itself."""
        ...

    def mark(self, actor: Actor) -> str:
        """A text that stays the same while the list would."""
        ...


class HitViewing(Protocol):
    """One hit for one actor's eyes; see `symbolon.node.services.view_hit.ViewHit`."""

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit) -> HitView:
        """A look; a protected hit needs a reason of this visit, not older than fifteen minutes."""
        ...

    def again(self, actor: Actor, hit_id: HitId, visit: Visit) -> HitView:
        """The same page once more, with a form that could not be taken as it was."""
        ...


@dataclass(frozen=True, slots=True)
class DeskServices:
    """What the officers' pages and commands call."""

    list_hits: Inbox
    view_hit: HitViewing
    """The only way to a hit's page: it asks for the reason that a protected one needs."""
    give_justification: Callable[[Actor, HitId, Visit, ViewReason, str], None]
    """Arguments: actor, hit, visit, reason, and the reason in words."""
    acknowledge_hit: Callable[[Actor, HitId], None]
    cast_vote: Callable[[Actor, HitId, Verdict, str], None]
    """Arguments: actor, hit, verdict, reason (may be empty for SAME)."""
    open_request: Callable[[Actor, HitId, RequestDraft], RequestId]
    answer_request: Callable[[Actor, RequestId, ReplyDraft], None]
    release_hold: Callable[[Actor, HitId, HoldRuling], None]
    show_expiry: Callable[[], tuple[ExpiryLine, ...]]
    list_reviews: Callable[[Actor, ReviewQuery], tuple[ReviewLine, ...]]
    show_review: Callable[[Actor, RecordReference], RecordReview]
    renew_record: Callable[[Actor, RecordReference, date, RenewalReason, str], None]
    """Arguments: actor, record, last day, reason, and the reason in words."""
    withdraw_record: Callable[[Actor, RecordReference, WithdrawalGround, str], WithdrawalReport]
    """Arguments: actor, record, ground, and the ground in words."""
    set_legal_hold: SetLegalHold
    watch: WatchServices
    """Focal points, who to call, clocks that run out, what pairs agreed on, interests and notices."""
    show_federation: Callable[[], FederationView]
    """Raises `NotJoined` before the node has a federation."""
