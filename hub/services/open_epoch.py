"""The operator proposes a new epoch of the linkage key: a routine rotation, or the answer to an expulsion or a leak."""

from dataclasses import dataclass
from enum import StrEnum

from symbolon.hub.domain.directory_drafts import with_epoch
from symbolon.hub.errors import NotPossible
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.hub.services.expel_member import ExpelMember
from symbolon.hub.services.suspend_member import or_raise
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
    replace: bool = False
    """Whether it takes the place of the newer of two epochs."""

    @property
    def takes_the_place_of_the_newest(self) -> bool:
        """After an expulsion or a leak the newest key is no better than the one before."""
        return self.replace or self.because is not Because.ROTATION or bool(self.expel)


class OpenEpoch:
    """The use case of `symbolon hub epoch open`: expulsion and new epoch are one proposal, signed once."""

    def __init__(self, store: Store, draft: DraftDirectory, expel: ExpelMember, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._expel = expel
        self._clock = clock

    def __call__(self, asked: EpochDraft, *, dry_run: bool = False) -> Outlook:
        """Propose the epoch after the newest; raises `NotPossible`, also for a schema that cannot be used.

        With the version that opens it, the members begin the ceremony for its key. After an expulsion or a leak, and
        where it is asked for, it takes the place of the newer of two epochs.
        """
        if dry_run:
            with self._store.work(rehearse=True) as work:
                refused = self._expel_all(work, asked.expel)
                return self._propose(work, asked) if refused is None else or_raise(refused)
        # Whatever becomes of the epoch: whoever is to be expelled is not served any more.
        with self._store.work() as work:
            refused = self._expel_all(work, asked.expel)
        if refused is not None:
            or_raise(refused)
        try:
            with self._store.work() as work:
                return self._propose(work, asked)
        except NotPossible as refused:
            if not asked.expel:
                raise
            suspended = ", ".join(asked.expel)
            raise NotPossible(
                f"Suspended at this hub, with the expulsion proposed: {suspended}. No epoch is: {refused.sentence}"
            ) from None

    def _expel_all(self, work: Work, codes: tuple[MemberCode, ...]) -> NotPossible | None:
        """Stop serving each, and propose to expel it; the last reason why that could not be proposed."""
        work.records.order_commits()
        outcomes = [self._expel.within(work, code) for code in codes]
        return next((each for each in reversed(outcomes) if isinstance(each, NotPossible)), None)

    def _propose(self, work: Work, asked: EpochDraft) -> Outlook:
        work.records.order_commits()
        known = work.directory.in_effect()
        if known is None:
            raise NotPossible("The federation is not founded yet: its first epoch comes with the founding.")
        schema_id, digest = known.newest_epoch.schema_id, known.newest_epoch.schema_digest
        if asked.schema is not None:
            schema_id, digest = _keep(work, asked.schema)
        step = with_epoch(schema_id, digest, known if asked.takes_the_place_of_the_newest else None)
        return self._draft(work, step, f"epoch-{asked.because.value}", self._clock.now())


def _keep(work: Work, content: bytes) -> tuple[str, str]:
    try:
        schema = LinkageSchema.from_bytes(content)
    except SchemaError as error:
        raise NotPossible(f"The linkage schema cannot be used: {error}") from None
    digest = schema_digest(content)
    work.epochs.keep_schema(schema.id, digest, content)
    return schema.id, digest
