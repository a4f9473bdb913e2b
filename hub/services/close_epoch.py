"""The operator proposes to close the older of two epochs, once nothing is lost by it; or takes a proposed one back."""

from symbolon.hub.domain.directory_drafts import without_epoch, without_proposed_epoch
from symbolon.hub.domain.epochs import what_keeps_open
from symbolon.hub.errors import EpochNotReady, NotPossible
from symbolon.hub.ports import Store
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.runtime.clock import Clock


class CloseEpoch:
    """The use case of `symbolon hub epoch close`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(self, number: int, *, leave_behind: bool = False, dry_run: bool = False) -> Outlook:
        """Propose it; raises `NotPossible`, or `EpochNotReady` while members are not through with the newest epoch.

        `leave_behind`: do it all the same. Records that are not encoded under the newest epoch are compared with
        nothing until they are; the hits that were raised on them stay.
        """
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            known = work.directory.in_effect()
            if known is None:
                raise NotPossible("The federation is not founded yet: there is no epoch to close.")
            outlook = self._draft(work, without_epoch(number), "epoch-closed", self._clock.now())
            reasons = what_keeps_open(work.epochs.progress(), known.newest_epoch.epoch)
            if reasons and not leave_behind:
                raise EpochNotReady(
                    f"Epoch {number} cannot be closed yet. {' '.join(reasons)} Wait, or give --leave-behind."
                )
        return outlook


class DropEpoch:
    """The use case of `symbolon hub epoch drop`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(self, number: int, *, dry_run: bool = False) -> Outlook:
        """Take back an epoch that is only proposed; raises `NotPossible`. What else is proposed stays."""
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            known = work.directory.in_effect()
            if known is None:
                raise NotPossible("The federation is not founded yet: its first epoch comes with the founding.")
            return self._draft(work, without_proposed_epoch(known, number), "epoch-dropped", self._clock.now())
