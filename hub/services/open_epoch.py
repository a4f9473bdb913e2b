"""The operator proposes a new epoch of the linkage key: a routine rotation, or the answer to an expulsion or a leak."""

from dataclasses import dataclass
from enum import StrEnum

from symbolon.hub.domain.directory_drafts import with_epoch
from symbolon.hub.errors import NotPossible
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.hub.services.expel_member import ExpelMember
from symbolon.matching.errors import SchemaError
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class Because(StrEnum):
    """Why an epoch is opened."""

    ROTATION = "rotation"
    EXPULSION = "expulsion"
    COMPROMISE = "compromise"


@dataclass(frozen=True, slots=True)
class EpochDraft:
    """What is asked: the content of a new linkage schema (None: as before), why, and whom to expel with it."""

    schema: bytes | None
    because: Because
    expel: tuple[MemberCode, ...] = ()


class OpenEpoch:
    """The use case of `symbolon hub epoch open`: expulsion and new epoch are one proposal, signed once."""

    def __init__(self, store: Store, draft: DraftDirectory, expel: ExpelMember, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._expel = expel
        self._clock = clock

    def __call__(self, asked: EpochDraft, *, dry_run: bool = False) -> Outlook:
        """Propose the epoch after the newest; raises `NotPossible`, also for a schema that cannot be used.

        With the version that opens it, the members begin the ceremony for its key.
        """
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            known = work.directory.in_effect()
            if known is None:
                raise NotPossible("The federation is not founded yet: its first epoch comes with the founding.")
            for code in asked.expel:
                self._expel.within(work, code)
            schema_id, digest = known.newest_epoch.schema_id, known.newest_epoch.schema_digest
            if asked.schema is not None:
                schema_id, digest = _keep(work, asked.schema)
            return self._draft(work, with_epoch(schema_id, digest), f"epoch-{asked.because.value}", self._clock.now())


def _keep(work: Work, content: bytes) -> tuple[str, str]:
    try:
        schema = LinkageSchema.from_bytes(content)
    except SchemaError as error:
        raise NotPossible(f"The linkage schema cannot be used: {error}") from None
    digest = schema_digest(content)
    work.epochs.keep_schema(schema.id, digest, content)
    return schema.id, digest
