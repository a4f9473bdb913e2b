"""The directory in effect, and what is proposed in its place."""

from symbolon.hub.ports import Store
from symbolon.hub.services.draft_directory import Outlook, outlook
from symbolon.protocol.messages import FederationDirectory


class ShowDirectory:
    """The use case of `symbolon hub federation show`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self) -> tuple[FederationDirectory | None, Outlook]:
        """The version in effect (None before the founding), and the outlook on the next."""
        with self._store.work() as work:
            return work.directory.in_effect(), outlook(work)
