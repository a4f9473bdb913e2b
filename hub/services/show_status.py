"""The hub's state at a glance, without anything that identifies a person, a record or a hit."""

from dataclasses import replace
from datetime import date

from symbolon.hub.domain.status import DirectoryStatus, HubStatus
from symbolon.hub.ports import Store
from symbolon.hub.services.draft_directory import outlook
from symbolon.runtime.clock import Clock


class ShowStatus:
    """The use case of the operator's page and of `symbolon hub status`."""

    def __init__(self, store: Store, clock: Clock, certificate_expires_on: date | None) -> None:
        self._store = store
        self._certificate_expires_on = certificate_expires_on
        self._clock = clock

    def __call__(self) -> HubStatus:
        """Members, directory, epochs, records, queues, hits and workers in numbers."""
        with self._store.work() as work:
            known, proposed = work.directory.in_effect(), outlook(work)
            directory = DirectoryStatus(
                version=None if known is None else known.version,
                proposed=proposed.version,
                signed_by=proposed.signed_by,
                quorum=proposed.quorum,
            )
            status = work.status.read(directory, self._clock.now())
        return replace(status, certificate_expires_on=self._certificate_expires_on)
