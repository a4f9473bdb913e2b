"""What is true of the case, read apart from everything that is loaded, and the comparison of a run with it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeAlias

from symbolon.exercise.officers import QueueEntry
from symbolon.protocol.references import HitId, MemberCode, parse_member_code

RecordPair: TypeAlias = frozenset[tuple[MemberCode, str]]
"""Two records of different states, each by its state and its own number there."""


@dataclass(frozen=True, slots=True)
class ExpectedHit:
    """A pair that belongs together, and the kinds of identifier that must be reported to agree."""

    records: RecordPair
    agree: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class FoundHit:
    """A hit as the officers of one or both sides see it."""

    hit_id: HitId
    records: RecordPair
    """The own records of the sides that see it: one or two."""
    band: str
    agree: frozenset[str]
    state: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How the hits of a run compare with the truth."""

    expected: int
    found: int
    """Expected hits that both sides see."""
    false_hits: int
    alerts_expected: int
    alerts_delivered: int
    """Sides that see an expected hit."""
    complaints: tuple[str, ...]
    """A sentence for each difference; empty where all is right."""


def read_truth() -> tuple[ExpectedHit, ...]:
    """The hits of the case, from truth.json."""
    text = files("symbolon.exercise.case").joinpath("truth.json").read_text(encoding="utf-8")
    return tuple(
        ExpectedHit(
            records=frozenset((parse_member_code(state), local_id) for state, local_id in entry["records"]),
            agree=frozenset(entry["agree"]),
            why=entry["why"],
        )
        for entry in json.loads(text)["hits"]
    )


def join_sides(queues: Mapping[MemberCode, Iterable[QueueEntry]]) -> tuple[FoundHit, ...]:
    """Lay the halves together: the lines of all states' queues, by hit."""
    sides: dict[HitId, list[tuple[MemberCode, QueueEntry]]] = {}
    for state, queue in queues.items():
        for entry in queue:
            sides.setdefault(entry.hit_id, []).append((state, entry))
    return tuple(
        FoundHit(
            hit_id=hit_id,
            records=frozenset((state, entry.own_record) for state, entry in seen),
            band=seen[0][1].band,
            agree=frozenset(seen[0][1].agree),
            state=seen[0][1].state.value,
        )
        for hit_id, seen in sides.items()
    )


def verify(expected: Iterable[ExpectedHit], found: Iterable[FoundHit], *, kinds_told: bool = True) -> Verification:
    """Compare: every expected hit on both sides with its kinds, and no other on any side.

    `kinds_told`: whether alerts say which kinds agree; where match bits open towards members alone, nobody computes it.
    """
    wanted = {hit.records: hit for hit in expected}
    complete: set[RecordPair] = set()
    alerts = 0
    false_hits = 0
    complaints: list[str] = []
    for hit in found:
        match = wanted.get(hit.records) or _half_seen(wanted, hit)
        if match is None or match.records in complete:
            false_hits += 1
            complaints.append(f"{_pair_text(hit.records)} is reported and should not be")
            continue
        alerts += len(hit.records)
        if hit.records == match.records:
            complete.add(match.records)
        if kinds_told and (missing := match.agree - hit.agree):
            complaints.append(f"{_pair_text(match.records)} should agree in {', '.join(sorted(missing))} ({match.why})")
    complaints += [
        f"{_pair_text(hit.records)} did not reach both sides ({hit.why})"
        for records, hit in wanted.items()
        if records not in complete
    ]
    return Verification(len(wanted), len(complete), false_hits, 2 * len(wanted), alerts, tuple(complaints))


def _half_seen(wanted: Mapping[RecordPair, ExpectedHit], hit: FoundHit) -> ExpectedHit | None:
    """The expected hit of which only this one side is seen yet."""
    if len(hit.records) != 1:
        return None
    candidates = [match for records, match in wanted.items() if hit.records < records]
    return candidates[0] if len(candidates) == 1 else None


def _pair_text(records: RecordPair) -> str:
    return " and ".join(local_id for _state, local_id in sorted(records))
