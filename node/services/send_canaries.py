"""Which canaries of blind comparison travel with a batch, among its records and in their shapes.

With the first records of a group go the three forms of one number, so that from then on whatever meets these records
meets known answers. Afterwards, of so many records one is followed by a canary of any number: the members keep sending
new ones, since a row that asks again and again might be recognised.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from symbolon.matching.blind.canaries import NUMBERS, CanaryMaker, CanaryName
from symbolon.matching.blind.canaries import CanaryForm as Form
from symbolon.matching.blind.shared_record import Outline
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.domain.canaries import CanaryGroup, SentCanary
from symbolon.node.domain.tokens import KeyedToken, TokenValue, TokenValues
from symbolon.node.ports.outside import Draws, LinkageKeys
from symbolon.node.ports.storage import Work
from symbolon.node.services.share_encodings import OpenItem
from symbolon.protocol.messages import Canary, CanaryForm, Submission, SubmissionItem
from symbolon.protocol.references import RecordReference, new_record_reference

T = TypeVar("T")
MOST_CANARIES: Final = 100
"""In one batch."""
ONE_IN: Final = 100
"""Of how many records one is followed by a canary."""
_SUBKEY: Final = "canary"
_FIRST: Final = tuple(CanaryName(0, form) for form in Form)
_BETWEEN: Final = "+"
_RANDOM_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class DueCanary:
    """A canary that is to go with a batch, and what the hub is told of it."""

    opened: OpenItem
    mark: Canary


class SendCanaries:
    """Chooses and makes canaries; remembers which the hub took."""

    def __init__(
        self,
        schema_of: Callable[[str], LinkageSchema | None],
        linkage_keys: LinkageKeys,
        draws: Draws,
    ) -> None:
        """`schema_of`: by digest."""
        self._schema_of = schema_of
        self._linkage_keys = linkage_keys
        self._draws = draws

    def due(self, work: Work, records: Sequence[OpenItem]) -> list[DueCanary]:
        """The canaries that are to go with these records."""
        groups: defaultdict[CanaryGroup, list[OpenItem]] = defaultdict(list)
        for record in records:
            counts = {profile: len(vectors) for profile, vectors in record.encoded.profiles.items()}
            group = _group_of(record.item, counts)
            if group.filled:
                groups[group].append(record)
        chosen = [
            (name, self._any_of(like))
            for group, like in groups.items()
            for name in self._names(work.canaries.sent(group), len(like))
        ]
        return [made for name, shape in chosen[:MOST_CANARIES] for made in self._made(name, shape)]

    def among(
        self, records: Sequence[tuple[OpenItem, TokenValues]], canaries: Sequence[DueCanary]
    ) -> Sequence[tuple[OpenItem, TokenValues]]:
        """The records in their order, and the canaries at random places among them, with the values of all tokens."""
        mixed = list(records)
        for canary in canaries:
            tokens = itertools.chain(*canary.opened.encoded.tokens.values())
            # They are random already, as the function's values look.
            values = {KeyedToken(token): TokenValue(token) for token in tokens}
            mixed.insert(self._below(len(mixed) + 1), (canary.opened, values))
        return mixed

    def note(self, work: Work, submission: Submission, taken: Collection[RecordReference]) -> None:
        """Remember which canaries of a batch the hub took."""
        now = self._draws.now()
        marks = {canary.reference: canary for canary in submission.canaries if canary.reference in taken}
        sent: list[SentCanary] = []
        for item in submission.items:
            mark, schema = marks.get(item.reference), self._schema_of(item.schema_digest)
            if mark is not None and schema is not None:
                group = _group_of(item, Outline.from_bytes(schema, item.envelopes[0]).profiles)
                sent.append(SentCanary(item.reference, group, mark.number, mark.form, now))
        work.canaries.keep(sent)

    def _names(self, sent: Collection[tuple[int, CanaryForm]], records: int) -> list[CanaryName]:
        there = {(number, form.value) for number, form in sent}
        first = [name for name in _FIRST if (name.number, name.form.value) not in there]
        followed = sum(self._below(ONE_IN) == 0 for _ in range(records))
        return first + [CanaryName(self._below(NUMBERS), self._any_of(tuple(Form))) for _ in range(followed)]

    def _made(self, name: CanaryName, shape: OpenItem) -> list[DueCanary]:
        key = self._linkage_keys.find(shape.item.key_epoch)
        if key is None:
            # The epoch is being closed: its records go out as they were encoded, and nothing new is made for it.
            return []
        maker = CanaryMaker(shape.schema, shape.item.key_epoch, key.subkey(_SUBKEY))
        if not maker.is_possible:
            return []
        encoded = maker.record(name, shape.encoded, self._draws.random_bytes)
        reference = new_record_reference(self._draws.uuid())
        item = replace(shape.item, reference=reference, version=1, reconsider=())
        mark = Canary(reference, name.number, CanaryForm(name.form.value))
        return [DueCanary(OpenItem(item, shape.schema, encoded), mark)]

    def _any_of(self, several: Sequence[T]) -> T:
        return several[self._below(len(several))]

    def _below(self, bound: int) -> int:
        """A number below the bound; so far from uniform as 2^64 is no multiple of it."""
        return int.from_bytes(self._draws.random_bytes(_RANDOM_BYTES), "big") % bound


def _group_of(item: SubmissionItem, vectors: Mapping[str, int]) -> CanaryGroup:
    filled = _BETWEEN.join(profile for profile, count in vectors.items() if count)
    return CanaryGroup(item.key_epoch, item.namespace, item.comparable_with, filled)
