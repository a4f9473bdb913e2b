"""The hub's state at a glance, without anything that identifies a person, a record or a hit."""

from dataclasses import replace
from datetime import date

from symbolon.hub.domain.operators import BlindStatus
from symbolon.hub.domain.status import DirectoryStatus, HubStatus
from symbolon.hub.ports import Store
from symbolon.hub.services.draft_directory import outlook
from symbolon.protocol.messages import Opening
from symbolon.runtime.clock import Clock


class ShowStatus:
    """The use case of the operator's page and of `symbolon hub status`."""

    def __init__(self, store: Store, clock: Clock, certificate_expires_on: date | None, daily_tokens: int) -> None:
        self._store = store
        self._certificate_expires_on = certificate_expires_on
        self._clock = clock
        self._daily_tokens = daily_tokens

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
            now, operators = self._clock.now(), work.operators
            status = work.status.read(directory, now)
            blind = BlindStatus(
                operators=operators.standings(),
                stopped_since=operators.stopped_since(),
                daily_tokens=self._daily_tokens,
                tokens_today=operators.tokens_spent(now.date()),
                canaries=work.canaries.standing(),
                stopped_because=operators.stopped_because(),
                no_bits=operators.shared_no_bits(),
                members_check=known is not None and known.comparison.opening is Opening.RECEIVERS,
            )
        return replace(status, blind=blind, certificate_expires_on=self._certificate_expires_on)
