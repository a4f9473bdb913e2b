"""All that a hub stores and carries, where match bits open towards members alone: nothing of it tells a pair."""

import base64
import json
from collections import defaultdict

import psycopg
from psycopg.rows import dict_row
from tests.integration.receivers.federation import ReceiverFederation
from tests.integration.receivers.test_hits_past_the_hub import hits

from symbolon.protocol.handling import OffenceGroup, RecordKind

PEOPLE = ("Somchai Jaidee", "Nguyen Van Anh", "Ko Zaw Min", "Maria Santos Reyes", "Abdul Karim Hossain")
STRANGERS = ("Ngozi Okafor", "Bruno Castelli", "Halima Warsame", "Tomasz Wisniewski", "Ingrid Sorensen")
HITS = {("XA A-1", "XB B-1"), ("XA A-3", "XB B-3")}
Rows = dict[str, list[dict[str, object]]]


def row(state: str, number: int, *, other: bool = False) -> str:
    name = STRANGERS[number] if other else PEOPLE[number]
    year = 1940 + 7 * number + (33 if other else 0)
    return f"{state}-{number},C-1,{name},{year}-05-03,suspect,all"


def whole_database(federation: ReceiverFederation) -> Rows:
    """Every row of every table of the hub."""
    conninfo = federation.hub.hub.settings.database
    with psycopg.connect(conninfo, row_factory=dict_row) as connection:
        tables = [
            each["tablename"]
            for each in connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        ]
        return {table: connection.execute(f"select * from {table}").fetchall() for table in tables}  # noqa: S608


def words_of(row_of_table: dict[str, object]) -> str:
    """A row as text, what is signed or sealed in it decoded as far as anybody can."""
    words: list[str] = []
    for value in row_of_table.values():
        content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        words.append(content.decode("utf-8", "replace"))
        words += [_decoded(text) for text in _texts_in(content)]
    return "\n".join(words)


def _texts_in(content: bytes) -> list[str]:
    try:
        found = json.loads(content)
    except ValueError:
        return []
    texts: list[str] = []
    waiting = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str):
            texts.append(each)
    return texts


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except ValueError:
        return text


def test_no_row_of_the_hub_puts_two_records_beside_each_other_nor_a_record_beside_what_stands_for_it(
    federation: ReceiverFederation,
) -> None:
    # Two of each five are the same people; the others are strangers to each other.
    federation["XA"].publish(*(row("A", number) for number in range(5)))
    federation["XB"].publish(*(row("B", number, other=number not in (1, 3)) for number in range(5)))
    federation.pump()
    assert {(own, other) for own, other, _state in hits(federation, "XA")} == HITS
    names = federation._names()
    database = whole_database(federation)
    aliases = {str(each["reference"]) for each in database["pair_alias"]}
    assert len(aliases) == 2 * len(HITS)
    assert not aliases & names.keys()
    owner = {reference: name.split()[0] for reference, name in names.items()}
    for table, rows in database.items():
        for each in rows:
            words = words_of(each)
            records = {reference for reference in names if reference in words}
            standing = {alias for alias in aliases if alias in words}
            assert not (records and standing), table
            assert len({owner[reference] for reference in records}) <= 1, table


def test_what_stands_for_a_record_is_like_all_others(federation: ReceiverFederation) -> None:
    federation["XA"].publish(*(row("A", number) for number in range(5)))
    federation["XB"].publish(*(row("B", number, other=number not in (1, 3)) for number in range(5)))
    federation.pump()
    database = whole_database(federation)
    aliases = {str(each["reference"]) for each in database["pair_alias"]}
    told: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
    for each in database["record"]:
        if each["reference"] in aliases:
            said = (each["record_kind"], each["offence_group"], each["urgency"], each["review_date"], each["version"])
            told[str(each["member"])].add(said)
    # Of one state's five records, an attacker that has all of this can only draw one: each fits as well.
    assert {member: len(said) for member, said in told.items()} == {"XA": 1, "XB": 1}
    kinds = {(said[0], said[1]) for each in told.values() for said in each}
    assert kinds == {(RecordKind.PERSON.value, OffenceGroup.OTHER.value)}


def test_each_node_says_as_much_to_each_other_whether_or_not_it_found_something(
    federation: ReceiverFederation,
) -> None:
    federation["XA"].publish(row("A", 1))
    federation["XB"].publish(row("B", 1))
    federation.pump()
    database = whole_database(federation)
    told = [each for each in database["delivery"] if each["purpose"] == "pairs-found"]
    assert {each["member"] for each in told} == {"XA", "XB"}
    lengths = {
        len(json.loads(bytes(each["envelope"]))["body"]["ciphertext"])  # type: ignore[arg-type]
        for each in told
        if each["envelope"] is not None
    }
    assert len(lengths) == 1
