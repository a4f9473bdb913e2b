"""Tells the hub how far this node is with each epoch: whether the key is here, and how many records are encoded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from symbolon.node.domain.epochs import EncodingActivity, EpochStanding
from symbolon.node.ports.outside import LinkageKeys
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.node.services.hub_line import HubLine
from symbolon.protocol.messages import EpochProgress, FederationDirectory, Purpose
from symbolon.protocol.references import HUB, new_message_id

_LATELY: Final = timedelta(minutes=1)


def standings(
    work: Work,
    directory: FederationDirectory,
    known: tuple[LinkageKeys, EncodeRecord],
    now: datetime,
    *,
    protected: Collection[bool] = (False, True),
) -> tuple[EpochStanding, ...]:
    """How this node stands to each listed epoch, with its protected records, the others, or both."""
    linkage_keys, encode_record = known
    found: list[EpochStanding] = []
    for epoch in directory.epochs:
        key = linkage_keys.find(epoch.epoch)
        counts = work.encodings.counts(epoch.epoch, now - _LATELY, protected)
        found.append(
            EpochStanding(
                epoch=epoch.epoch,
                schema_id=epoch.schema_id,
                schema_here=encode_record.has_schema(epoch),
                key_check=None if key is None else key.check_value().hex(),
                records_total=counts.records_total,
                records_encoded=counts.records_encoded,
                records_refused=counts.records_refused,
                encoded_a_minute=counts.encoded_lately,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was counted last: the directory, which keys are here, and what came since."""

    version: int
    keys: tuple[bytes | None, ...]
    activity: EncodingActivity


class ReportProgress:
    """Sends what changed since it was last told; a worker that starts tells all once.

    The records are counted only after something has changed, and while one epoch alone is listed only once nothing
    more waits to go out: nobody waits for these numbers then.
    """

    def __init__(
        self,
        line: HubLine,
        linkage_keys: LinkageKeys,
        encode_record: EncodeRecord,
    ) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence
        self._linkage_keys = linkage_keys
        self._encode_record = encode_record
        self._told: dict[int, EpochProgress] = {}
        self._counted: _Seen | None = None

    def __call__(self) -> int:
        """Tell the hub; of how many epochs there was something to tell."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            own = None if directory is None else directory.member_of(self._correspondence.code)
            if directory is None or own is None or not own.is_active:
                return 0
            seen = self._look(work, directory)
            is_sending = work.outbox.open_batch() is not None or not work.encodings.nothing_waits()
            if seen == self._counted or (is_sending and len(directory.epochs) == 1):
                return 0
            found = standings(work, directory, (self._linkage_keys, self._encode_record), self._draws.now())
        news = [progress for each in found if self._told.get(each.epoch) != (progress := _progress(each))]
        for progress in news:
            sent = stamp(self._draws, new_message_id(self._draws.uuid()))
            envelope = self._correspondence.sign_for(HUB, progress, Purpose.EPOCH_PROGRESS, directory, sent)
            self._hub.post("/v1/epochs/progress", envelope)
            self._told[progress.epoch] = progress
        self._counted = seen
        return len(news)

    def _look(self, work: Work, directory: FederationDirectory) -> _Seen:
        keys = [self._linkage_keys.find(epoch.epoch) for epoch in directory.epochs]
        checks = tuple(None if key is None else key.check_value() for key in keys)
        return _Seen(directory.version, checks, work.encodings.activity())


def _progress(standing: EpochStanding) -> EpochProgress:
    return EpochProgress(
        epoch=standing.epoch,
        key_held=standing.key_check is not None,
        key_check_value=None if standing.key_check is None else bytes.fromhex(standing.key_check),
        records_total=standing.records_total,
        records_encoded=standing.records_encoded,
    )
