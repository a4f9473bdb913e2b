"""The operator proposes other policies: how many members sign, how long keys and certificates serve."""

from symbolon.hub.domain.directory_drafts import with_policies
from symbolon.hub.ports import Store
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.runtime.clock import Clock


class ChangePolicies:
    """The use case of `symbolon hub federation policy`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(
        self,
        *,
        quorum: int | None = None,
        key_lifetime_days: int | None = None,
        certificate_lifetime_days: int | None = None,
        dry_run: bool = False,
    ) -> Outlook:
        """Propose those that are given; raises `NotPossible`."""
        step = with_policies(quorum, key_lifetime_days, certificate_lifetime_days)
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            return self._draft(work, step, "policy", self._clock.now())
