"""All that a node can do, as one value: web, jobs and cli get it from `symbolon.node.bootstrap` and call it.

Each field is a service (one verb phrase) that can be called; the types say how. Everything raises
`symbolon.node.errors.NodeError` with a sentence for a person.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.expiry import ExpiryLine
from symbolon.node.domain.hits import HitSummary, HitView
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.node.services.api_administration import ApiAdministration
from symbolon.node.services.end_hit import CloseHit
from symbolon.node.services.exchange_services import ExchangeServices
from symbolon.node.services.retention_services import FileServices, RetentionServices
from symbolon.node.services.show_federation import FederationView
from symbolon.node.services.watch_services import WatchServices
from symbolon.protocol.handling import HoldRuling, IdentifierKind, Verdict
from symbolon.protocol.references import HitId


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
class DeskServices(ExchangeServices):
    """What the officers' pages and commands call; what they do about a confirmed hit is in `ExchangeServices`."""

    list_hits: Inbox
    view_hit: HitViewing
    """The only way to a hit's page: it asks for the reason that a protected one needs."""
    give_justification: Callable[[Actor, HitId, Visit, ViewReason, str], None]
    """Arguments: actor, hit, visit, reason, and the reason in words."""
    acknowledge_hit: Callable[[Actor, HitId], None]
    cast_vote: Callable[[Actor, HitId, Verdict, str], None]
    """Arguments: actor, hit, verdict, reason (may be empty for SAME)."""
    assign_hit: Callable[[Actor, HitId, str], None]
    recommend: Callable[[Actor, HitId, Verdict, str], None]
    """Arguments: actor, hit, verdict, and why."""
    propose_extra_fields: Callable[[Actor, HitId, Collection[IdentifierKind], str], None]
    """Arguments: actor, hit, one to three kinds, and what they would decide."""
    answer_extra_fields: Callable[[Actor, HitId, bool], None]
    show_extra_fields: Callable[[Actor, HitId], None]
    """Shows of the own record exactly the kinds that both agreed on."""
    release_hold: Callable[[Actor, HitId, HoldRuling], None]
    hold_for_safety: Callable[[Actor, HitId, bool, str], None]
    """Arguments: actor, hit, whether to hold it or to lift this side's own hold, and why."""
    close_hit: CloseHit
    """Called with an exchange's id it closes that one, which was refused and does not go on."""
    reopen_hit: Callable[[Actor, HitId, str], None]
    show_expiry: Callable[[], tuple[ExpiryLine, ...]]
    retention: RetentionServices
    """Reviews, legal holds, purges, data subjects."""
    files: FileServices
    """Files of a hit."""
    watch: WatchServices
    """Focal points, who to call, clocks that run out, what pairs agreed on, interests and notices."""
    api: ApiAdministration
    """Programs that act by the API, and the addresses that are told of news."""
    show_federation: Callable[[], FederationView]
    """Raises `NotJoined` before the node has a federation."""
