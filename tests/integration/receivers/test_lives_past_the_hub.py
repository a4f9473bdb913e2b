"""What becomes of hits that members found past the hub: one federation of three states, whose days are played once.

Each person is of two records of their own, so that what happens to one says nothing of the others.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
import pytest
from tests.integration.backup.federation import FEDERATION, FOCAL_POINT, HEADER, MAPPING, State
from tests.integration.node.asking import answer, ask
from tests.integration.receivers.federation import ReceiverFederation, founded
from tests.integration.receivers.test_hits_past_the_hub import hits
from tests.simulators.operator_bench import three_operators

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.hub.bootstrap.commands import close_epoch, expel_member, open_epoch
from symbolon.hub.services.open_epoch import Because, EpochDraft
from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices
from symbolon.node.errors import NodeError
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.protocol.handling import Verdict
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import card_fingerprint
from symbolon.protocol.references import MemberCode

NARROWED = "Somchai Jaidee,1990-05-03,suspect"
DISMISSED = "Nguyen Van Anh,1970-12-03,suspect,all"
SPELLED = "Nguyen Vann Anh,1970-12-03,suspect,all"
ASKED = "Maria Santos Reyes,1981-02-14,suspect,all"
EXPELLED = "Abdul Karim Hossain,1966-07-21,suspect,all"
LATER = "Ingrid Sorensen,1959-09-09,suspect,all"
Seen = dict[str, list[tuple[str, str, JointState]]]


@dataclass
class Days:
    """What each node showed after each act."""

    federation: ReceiverFederation
    seen: dict[str, Seen] = field(default_factory=dict)
    exchange: JointState | None = None

    def look(self, moment: str) -> None:
        self.seen[moment] = {code: hits(self.federation, code) for code in ("XA", "XB")}

    def states(self, moment: str, code: str, record: str) -> list[JointState]:
        return [state for own, _other, state in self.seen[moment][code] if own == f"{code} {record}"]


@pytest.fixture(scope="module")
def days(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: EmbeddedPostgres, broker_url: str
) -> Iterator[Days]:
    folder = tmp_path_factory.mktemp("lives")
    (folder / "operators").mkdir()

    def database(name: str) -> str:
        return postgres_server.create_party(f"lives_{name}")

    with three_operators(folder / "operators", database, FEDERATION, listed=True) as operators:
        federation = founded(folder, database, broker_url, operators, ("XA", "XB", "XC"))
        days = Days(federation)
        play(days)
        yield days
        assert federation.room is not None
        federation.room.close()
        federation.close()


def play(days: Days) -> None:
    federation = days.federation
    amara, belanu, cassor = (federation[code] for code in ("XA", "XB", "XC"))
    amara.publish(f"A-1,C,{NARROWED},all", f"A-2,C,{DISMISSED}", f"A-3,C,{ASKED}", f"A-4,C,{EXPELLED}")
    federation.pump()
    belanu.publish(f"B-1,C,{NARROWED},all", f"B-2,C,{DISMISSED}", f"B-3,C,{ASKED}")
    cassor.publish(f"C-4,C,{EXPELLED}")
    federation.pump()
    days.look("found")

    amara.write(f"A-1,C,{NARROWED},only XC", revise=True)
    amara.publish()
    for own, verdict in (("2", Verdict.DIFFERENT), ("3", Verdict.SAME)):
        for state, record in ((amara, f"A-{own}"), (belanu, f"B-{own}")):
            state.node.services.cast_vote(FOCAL_POINT, state.hit_on(record), verdict, "seen")
    federation.pump()
    days.look("judged")

    hit_id = amara.hit_on("A-3")
    exchange_id = ask(amara.node, hit_id)  # type: ignore[arg-type]  # a node like those of the node's own tests
    federation.pump()
    answer(belanu.node, hit_id, exchange_id)  # type: ignore[arg-type]
    belanu.write(f"B-2,C,{SPELLED}", revise=True)
    belanu.publish()
    federation.pump()
    (days.exchange,) = {each.state for each in amara.node.services.show_hit(FOCAL_POINT, hit_id).exchanges}
    days.look("spelled")

    with_nationality(belanu, f"B-2,C,{SPELLED},VN")
    belanu.publish()
    federation.pump()
    days.look("changed")

    expel_member(federation.hub.hub)(MemberCode("XC"))
    sign(federation)
    federation.hub.worker.erase_expelled()
    del federation.states["XC"]
    cassor.node.database.close()
    federation.pump()
    days.look("expelled")

    open_epoch(federation.hub.hub)(EpochDraft(schema=None, because=Because.ROTATION, expel=()))
    sign(federation)
    for state in federation.states.values():
        state.node.linkage_keys.add(LinkageKey(2, bytes(range(32, 64))))
    federation.pump()
    close_epoch(federation.hub.hub)(1, leave_behind=True)
    sign(federation)
    federation.pump()
    federation.hub.worker.erase_closed_epochs()
    federation.hub.worker.tidy_up()
    amara.publish(f"A-5,C,{LATER}")
    federation.pump()
    belanu.publish(f"B-5,C,{LATER}")
    federation.pump()
    days.look("new epoch")


def with_nationality(state: State, row: str) -> None:
    """Revise a record of which no nationality was known when it was judged."""
    file = state.folder / "nationality.csv"
    file.write_text(f"{HEADER},nationality\n{row}\n", encoding="utf-8")
    fields = {**MAPPING["fields"], "nationality": "nationality"}
    mapping = parse_mapping({**MAPPING, "fields": fields})
    choices = ImportChoices(revise_changed=True)
    report = state.node.services.import_records(COMMAND, mapping, CsvRows(file, mapping.file), choices)
    assert not report.problems


def sign(federation: ReceiverFederation) -> None:
    with federation.hub.hub.store.work() as work:
        proposed = work.directory.proposal()
    assert proposed is not None
    compared = {member.code: card_fingerprint(member.card) for member in proposed.members}
    for state in federation.states.values():
        with suppress(NodeError):
            state.worker.sign_directory(COMMAND, compared, dry_run=False)
    for state in federation.states.values():
        state.worker.refresh_directory()


def test_a_list_of_states_that_became_narrower_ends_the_hit_at_both(days: Days) -> None:
    assert days.states("found", "XA", "A-1") == days.states("found", "XB", "B-1") == [JointState.ALERTED]
    assert days.states("judged", "XA", "A-1") == days.states("judged", "XB", "B-1") == [JointState.WITHDRAWN]


def test_a_pair_that_was_judged_different_does_not_come_back_for_a_spelling(days: Days) -> None:
    assert days.states("judged", "XB", "B-2") == [JointState.NOT_SAME]
    assert len(days.states("spelled", "XA", "A-2")) == len(days.states("spelled", "XB", "B-2")) == 1


def test_a_pair_that_was_judged_different_comes_back_once_a_record_changed_materially(days: Days) -> None:
    assert days.states("changed", "XA", "A-2").count(JointState.ALERTED) == 1
    assert days.states("changed", "XB", "B-2").count(JointState.ALERTED) == 1


def test_after_both_votes_one_side_asks_and_the_other_answers(days: Days) -> None:
    assert days.states("judged", "XA", "A-3") == [JointState.CONFIRMED]
    assert days.exchange is JointState.RESPONDED


def test_an_expelled_members_hits_end_and_nothing_waits_for_it(days: Days) -> None:
    assert days.states("found", "XA", "A-4") == [JointState.ALERTED]
    assert days.states("expelled", "XA", "A-4") == [JointState.WITHDRAWN]
    with days.federation["XA"].node.unit_of_work.begin() as work:
        assert work.pairs.under_way() == 0


def test_a_new_epoch_doubles_no_hit_and_finds_what_comes_under_it(days: Days) -> None:
    before = {code: days.seen["expelled"][code] for code in ("XA", "XB")}
    after = {code: [each for each in days.seen["new epoch"][code] if "-5" not in each[0]] for code in ("XA", "XB")}
    assert sorted(after["XA"]) == sorted(before["XA"])
    assert sorted(after["XB"]) == sorted(before["XB"])
    assert days.states("new epoch", "XA", "A-5") == days.states("new epoch", "XB", "B-5") == [JointState.ALERTED]
    with psycopg.connect(days.federation.hub.hub.settings.database) as connection:
        epochs = connection.execute("select distinct key_epoch from blind_record").fetchall()
    assert epochs == [(2,)]
