"""An epoch of the linkage key is changed while records come in: is a hit lost or doubled, does an old encoding stay?

A whole federation of three states on real servers: nodes with worker and database each, hub with web, worker, beat,
broker and PostgreSQL. It plays twice with the same records: once without a change, for the hits that there must be,
and once with it: nine tenths of the records are matched, then the next epoch is opened, co-signed and its key made;
the nodes encode again while the last tenth comes in; the old epoch is closed, and its encodings are erased.

The old key is put in place, the same in both plays; the new one is made by the members. Prints one JSON object:
`hits_lost`, `hits_doubled` and `old_encodings_left` must be 0. `hits_expected` are the hits of the play without a
change that both plays must show: all between records that share a telephone, and, of names that are alike by chance
(they lie about the threshold, under another key a little above or below it), those between records that came in while
the old epoch was open. `only_by_the_new_key` are hits beyond them, by chance too. `reencode_records_per_s` counts
from the new key to the last of the old records under it; `overlap_s` is how long both epochs were open;
`submitted_during_overlap` are new records that came in meanwhile; `left_behind` are records whose name is too short
under the new key, which the old epoch is closed without.
"""

import argparse
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, count
from time import perf_counter

import psycopg

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import STATES, FictionalRecord, drama_phone
from symbolon.exercise.population import make_population
from symbolon.exercise.state_files import write_state_file
from symbolon.node.domain.epochs import EpochStanding
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.protocol.handling import RecordKind, SubjectCategory
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.references import MemberCode

OLD, NEW = 1, 2
OLD_KEY = LinkageKey.generate(OLD, sha256(b"the linkage key that both plays begin with").digest())
LATE_SHARE = 0.1
SHARED_SHARE = 0.03
DRAWN_AT_ONCE = 5_000
LATE_FILE_RECORDS = 100
LATE_PAUSE_S = 2.0
PATIENCE_S = 3_600.0
LOOK_EVERY_S = 0.5

Files = list[tuple[MemberCode, Sequence[FictionalRecord]]]
Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one play showed; all but the hits are 0 where no epoch was changed."""

    hits: Counter[Pair]
    old_encodings_left: int = 0
    reencode_records_per_s: float = 0.0
    overlap_s: float = 0.0
    submitted_during_overlap: int = 0
    left_behind: int = 0
    under_old_key: frozenset[str] = frozenset()
    """The late records that came in while the old epoch was open."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    records = draw_records(parser.parse_args().records)
    early, late = in_files(records)
    tell("playing without a change")
    without = play(early, late, changes=False)
    tell("playing with a change")
    changed = play(early, late, changes=True)
    certain = pairs_that_share_a_phone(records)
    both_show = changed.under_old_key | {one.local_id for _state, file in early for one in file}
    expected = {pair for pair in without.hits if pair in certain or pair <= both_show}
    print(
        json.dumps(
            {
                "records": sum(map(len, records.values())),
                "hits_expected": len(expected),
                "hits_lost": len(expected - changed.hits.keys()),
                "hits_doubled": sum(times - 1 for times in changed.hits.values()),
                "old_encodings_left": changed.old_encodings_left,
                "reencode_records_per_s": round(changed.reencode_records_per_s),
                "overlap_s": round(changed.overlap_s, 1),
                "submitted_during_overlap": changed.submitted_during_overlap,
                "left_behind": changed.left_behind,
                "hits_by_chance": len(expected - certain),
                "only_by_the_new_key": len(changed.hits.keys() - without.hits.keys()),
            }
        )
    )


def pairs_that_share_a_phone(records: Mapping[MemberCode, Sequence[FictionalRecord]]) -> set[Pair]:
    by_phone: dict[str, set[str]] = {}
    for one in chain.from_iterable(records.values()):
        if one.phone:
            by_phone.setdefault(one.phone, set()).add(one.local_id)
    return {frozenset(pair) for pair in by_phone.values()}


def draw_records(total: int) -> Mapping[MemberCode, Sequence[FictionalRecord]]:
    """People of the exercise's fiction, numbered anew; some share a telephone with one in another state: the hits."""
    a_state = total // len(STATES)
    shared = round(SHARED_SHARE * a_state)
    phones = map(drama_phone, count())
    people = {state: drawn_people(state, a_state) for state in STATES}
    for state, other in zip(STATES, (*STATES[1:], STATES[0]), strict=True):
        # One of the first in one file and one of the last in the other: an early and a late record.
        for place, phone in zip(range(shared), phones, strict=False):
            people[state][place] = replace(people[state][place], phone=phone)
            people[other][-1 - place] = replace(people[other][-1 - place], phone=phone)
    return {
        state: [replace(one, local_id=f"{state}-{number}", case_id="") for number, one in enumerate(people[state])]
        for state in STATES
    }


def drawn_people(state: MemberCode, wanted: int) -> list[FictionalRecord]:
    # Each draw has its own seed: one alone runs out of numbers that are nobody's.
    people: list[FictionalRecord] = []
    for seed in count(1):
        if len(people) >= wanted:
            break
        people += filter(is_plain_person, make_population(seed, DRAWN_AT_ONCE).records[state])
    return [replace(one, passport="", passport_issuer="", phone="") for one in people[:wanted]]


def is_plain_person(record: FictionalRecord) -> bool:
    suits = record.category in (SubjectCategory.SUSPECT, SubjectCategory.VICTIM, SubjectCategory.UNKNOWN)
    return record.kind is RecordKind.PERSON and suits


def in_files(records: Mapping[MemberCode, Sequence[FictionalRecord]]) -> tuple[Files, Files]:
    """One large file of each state, and many small ones that come in later, the states in turn."""
    early: Files = []
    late: list[list[tuple[MemberCode, Sequence[FictionalRecord]]]] = []
    for state, own in records.items():
        begin = round((1 - LATE_SHARE) * len(own))
        early.append((state, own[:begin]))
        late.append([(state, own[at : at + LATE_FILE_RECORDS]) for at in range(begin, len(own), LATE_FILE_RECORDS)])
    return early, [file for files in zip(*late, strict=True) for file in files]


def play(early: Files, late: Files, *, changes: bool) -> Figures:
    with Federation() as federation:
        federation.start_processes()
        federation.co_sign()
        for node in federation.nodes.values():
            LinkageKeyFiles(node.home.keys).add(OLD_KEY)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda file: hand_in(federation, *file), early))
        await_settled(federation)
        tell("the early records are matched")
        figures = Figures(Counter())
        if changes:
            figures = change_epoch(federation, late)
        else:
            for file in late:
                hand_in(federation, *file)
        await_settled(federation)
        return replace(
            figures,
            hits=pairs_of(federation),
            old_encodings_left=count_encodings(federation, OLD) if changes else 0,
        )


def change_epoch(federation: Federation, late: Files) -> Figures:
    old_records = count_encodings(federation, OLD)
    federation.hub.open_epoch()
    federation.co_sign()
    opened = perf_counter()
    federation.hold_ceremony()
    keyed = perf_counter()
    tell("the new key is made")
    with LateRecords(federation, late) as coming_in:
        federation.wait_until(
            "Encoding again",
            lambda: count_encodings(federation, NEW) >= old_records - count_left_behind(federation),
            PATIENCE_S,
            look_every_s=LOOK_EVERY_S,
        )
        encoded = perf_counter()
        under_old_key = frozenset(coming_in.handed_in)
        tell("the old records are encoded again")
        federation.wait_until("Being through", lambda: is_through(federation), PATIENCE_S, look_every_s=LOOK_EVERY_S)
        left_behind = count_left_behind(federation)
        federation.hub.close_epoch(OLD, leave_behind=True)
        federation.co_sign()
        closed = perf_counter()
        submitted = len(coming_in.handed_in)
        tell("the old epoch is closed")
        federation.wait_until(
            "Erasing", lambda: not count_encodings(federation, OLD), PATIENCE_S, look_every_s=LOOK_EVERY_S
        )
    return Figures(
        Counter(),
        reencode_records_per_s=old_records / (encoded - keyed),
        overlap_s=closed - opened,
        submitted_during_overlap=submitted,
        left_behind=left_behind,
        under_old_key=under_old_key,
    )


class LateRecords:
    """Hands in one small file after the other, with pauses; what is left when the block ends follows at once."""

    def __init__(self, federation: Federation, files: Files) -> None:
        self._federation = federation
        self._files = files
        self._hurry = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self.handed_in: list[str] = []

    def __enter__(self) -> "LateRecords":
        self._work = self._pool.submit(self._hand_in)
        return self

    def __exit__(self, *_error: object) -> None:
        self._hurry.set()
        self._pool.shutdown()
        self._work.result()

    def _hand_in(self) -> None:
        for state, records in self._files:
            hand_in(self._federation, state, records)
            self.handed_in += [record.local_id for record in records]
            self._hurry.wait(LATE_PAUSE_S)


def hand_in(federation: Federation, state: MemberCode, records: Sequence[FictionalRecord]) -> None:
    file = federation.servers.folder / f"{records[0].local_id}.csv"
    file.write_bytes(write_state_file(state, records))
    node = federation.nodes[state]
    node.import_file(file, CASE_FOLDER / f"{state.lower()}.toml")
    node.publish()


def standings(federation: Federation) -> Iterator[EpochStanding]:
    """How each node stands to the new epoch."""
    for node in federation.nodes.values():
        yield from (standing for standing in node.status().epochs if standing.epoch == NEW)


def count_left_behind(federation: Federation) -> int:
    return sum(standing.records_refused for standing in standings(federation))


def is_through(federation: Federation) -> bool:
    """Whether every node has encoded all that it can, late records too, as far as they have come."""
    return all(
        standing.records_encoded + standing.records_refused >= standing.records_total
        for standing in standings(federation)
    )


def await_settled(federation: Federation) -> None:
    federation.wait_until("Matching all records", federation.is_settled, PATIENCE_S, look_every_s=LOOK_EVERY_S)


def pairs_of(federation: Federation) -> Counter[Pair]:
    """The hub's hits as pairs of the owners' own numbers, which are the same in every play."""
    numbers = {each.reference: each.local_id for node in federation.nodes.values() for each in node.list_records()}
    rows = ask_hub(federation, "select low_reference, high_reference from hit")
    return Counter(frozenset((numbers[low], numbers[high])) for low, high in rows)


def count_encodings(federation: Federation, epoch: int) -> int:
    """What the hub holds of an epoch, in either of the tables that could."""
    ((versions, encodings),) = ask_hub(
        federation,
        "select (select count(*) from encoded_version where key_epoch = %(epoch)s),"
        " (select count(*) from encoding where key_epoch = %(epoch)s)",
        epoch=epoch,
    )
    return max(versions, encodings)


def ask_hub(federation: Federation, query: str, **values: int) -> Iterator[tuple[int, int]]:
    with psycopg.connect(federation.servers.postgres.superuser_conninfo("hub")) as connection:
        yield from connection.execute(query, values).fetchall()


def tell(what: str) -> None:
    print(f"{perf_counter():.0f} s: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
