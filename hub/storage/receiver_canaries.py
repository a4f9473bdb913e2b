"""Which of the rows that were compared are canaries: told to the one member that can see the answers, and checks them.

The operators are told of none. The members make canaries of the linkage key that they hold together, so a member learns
by this which rows of others are nobody's, and nothing of anybody.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symbolon.hub.domain.ids import PartitionId
from symbolon.hub.domain.scope import Scope
from symbolon.hub.ports import Work
from symbolon.hub.storage.blind_encodings import judging_profile_of
from symbolon.matching.blind.canaries import CanaryForm, CanaryName, known_answer
from symbolon.matching.blind.shared_record import NUMBERED
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages import CanaryForm as WireForm
from symbolon.protocol.messages import KnownYes, NamedCanary
from symbolon.protocol.messages_receivers import MOST_RECORDS
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "receivers")


@dataclass(frozen=True, slots=True)
class _Canary:
    handle: int
    name: CanaryName
    partition: PartitionId
    filled: str
    is_whole: bool
    """All its vectors of the kind are among the rows, and every operator can read them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The handles in the rows of a piece, one for each vector; 0 where a row is empty."""

    what: str
    queries: Sequence[int]
    records: Sequence[int]


def canaries_of(
    work: Work, compared: Compared, schema: LinkageSchema, scope: Scope
) -> tuple[tuple[NamedCanary, ...], tuple[KnownYes, ...]]:
    """All canaries among the rows, and of which two of them the answer must be yes."""
    asking, asked = (_among(work, compared.what, handles) for handles in (compared.queries, compared.records))
    named = {each.handle: each for each in (*asking, *asked)}
    alike = () if compared.what.startswith(NUMBERED) else tuple(_alike(compared.what, schema, scope, (asking, asked)))
    return (
        tuple(NamedCanary(each.handle, each.name.number, WireForm(each.name.form.value)) for each in named.values()),
        alike[:MOST_RECORDS],
    )


def _among(work: Work, what: str, handles: Sequence[int]) -> list[_Canary]:
    rows = Counter(handles)
    return [
        _Canary(
            row["handle"],
            CanaryName(row["number"], CanaryForm(row["form"])),
            PartitionId(row["partition_id"]),
            row["filled"],
            rows[row["handle"]] == row["vectors"] and not row["is_unreadable"],
        )
        for row in work.transaction.fetch_all(_QUERIES["canaries_among"], handles=list(rows), what=what)
    ]


def _alike(
    what: str, schema: LinkageSchema, scope: Scope, sides: tuple[Sequence[_Canary], Sequence[_Canary]]
) -> Iterator[KnownYes]:
    asking, asked = ([each for each in side if each.is_whole] for side in sides)
    for one in asking:
        for other in asked:
            meet = other.partition in scope.get(one.partition, ())
            judged_by = judging_profile_of(schema, one.filled, other.filled)
            if meet and judged_by == what and known_answer(one.name, other.name):
                yield KnownYes(one.handle, other.handle)
