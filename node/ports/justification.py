"""Where the reasons for looking at protected hits are kept."""

from datetime import datetime
from typing import Protocol

from symbolon.node.domain.justification import Justification, ViewReason, Visit
from symbolon.protocol.references import HitId


class JustificationStore(Protocol):
    """Reasons for looking at protected hits; their words are sealed where they lie."""

    def add(self, justification: Justification) -> None:
        """Keep a reason."""
        ...

    def newest(self, visit: Visit, hit_id: HitId, since: datetime) -> ViewReason | None:
        """The reason that was given last in a visit, for this hit and after this moment."""
        ...
