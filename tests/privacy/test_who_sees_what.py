"""One real federation by open comparison and one by blind, of the same people: who can name whom, by what they hold.

False alarms: the readings of the three operators are 45, each wrong with a chance of at most 1 / 12!; what is asked of
`alignment_evidence` is nine standard deviations, and the words' tests share a level of 10^-7. All together fail without
a reason in fewer than one of a million runs. The people, and what is attacked, are the same in each run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from tests.privacy.federations import BlindFederationView, OpenHubView, view_of_blind, view_of_open
from tests.privacy.invented_state import Populations, invent
from tests.privacy.measurement import Attacker, chance_of_right
from tests.privacy.metadata import asked_to_explain, told_of_several
from tests.privacy.operator_words import segment_rows, stored_rows, words_of
from tests.privacy.uniformity import rejected, verdicts

from symbolon.exercise.embedded_postgres import EmbeddedPostgres

PEOPLE, KNOWN, OTHERS, SEED = 360, 0.85, 64, 3
SUSPICIOUS = 12
"""So many named rightly are no accident."""
READINGS = 15
DEVIATIONS = 9.0

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to attack, and who attacks."""

    people: Populations
    open: OpenHubView
    blind: BlindFederationView
    attacker: Attacker


@pytest.fixture(scope="module")
def scene(postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    parties: list[str] = []

    def lend(name: str) -> str:
        parties.append(f"seen_{name}_{next(_NUMBERS)}")
        return postgres_server.create_party(parties[-1])

    def folder(name: str) -> Path:
        return tmp_path_factory.mktemp(name)

    people = invent(PEOPLE, KNOWN, OTHERS, SEED)
    by_open = view_of_open(folder("open"), lend, people)
    by_blind = view_of_blind(folder("blind"), lend, people)
    yield Scene(people, by_open, by_blind, Attacker(people))
    for party in parties:
        postgres_server.drop_party(party)


def test_both_federations_do_their_work(scene: Scene) -> None:
    assert scene.open.alerts == scene.blind.alerts == OTHERS // 2


def test_the_table_of_an_open_hub_names_nearly_everybody(scene: Scene) -> None:
    assert scene.attacker.on_open_hub(scene.open).part > 0.9


@pytest.mark.parametrize("place", range(3))
def test_all_that_an_operator_holds_names_nobody_but_by_accident(scene: Scene, place: int) -> None:
    found = scene.attacker.on_operator(scene.blind, scene.blind.operators[place])
    assert len(found) in {READINGS - 1, READINGS}, "an operator that is never in role 0 has no masked values"
    assert 3 * READINGS * chance_of_right(SUSPICIOUS) < 1e-6
    assert {reading: named for reading, named in found.items() if named.right >= SUSPICIOUS} == {}
    assert {reading: named for reading, named in found.items() if abs(named.evidence) > DEVIATIONS} == {}


def test_the_same_reading_of_batches_without_masks_would_name_most(scene: Scene) -> None:
    named = scene.attacker.on_values_in_clear(scene.blind)
    assert named.part > 0.5
    assert named.evidence > 10 * DEVIATIONS


def test_the_same_readings_of_shares_under_one_mask_would_name_most(scene: Scene) -> None:
    found = scene.attacker.on_shares_under_one_mask()
    assert found["bit 0 of the words"].part > 0.9
    assert sum(named.evidence > 10 * DEVIATIONS for named in found.values()) == len(found) - 1


@pytest.mark.parametrize("place", range(3))
def test_an_operators_whole_view_is_as_uniform_words_are(scene: Scene, place: int) -> None:
    operator = scene.blind.operators[place]
    found = [
        verdict for view, words in words_of(scene.blind, operator) for verdict in verdicts(f"{place}: {view}", words)
    ]
    assert {each.view.partition(": ")[2].partition(":")[0].partition(",")[0] for each in found} == {
        "stored shares", "frames received", "thirds of products", "shares of match bits", "values of proofs received",
        "values of proofs", "sums of proofs received",
    }  # fmt: skip
    assert rejected(found) == []


def test_an_operators_files_hold_what_its_database_holds_and_nothing_else(scene: Scene) -> None:
    for operator in scene.blind.operators:
        assert segment_rows(operator) == stored_rows(operator)


def test_no_share_is_at_two_operators(scene: Scene) -> None:
    first, second, third = (stored_rows(operator) for operator in scene.blind.operators)
    assert not first & second | second & third | third & first


def test_an_operator_sees_which_records_it_is_asked_to_explain(scene: Scene) -> None:
    """Questions about a match show operators that it is one: docs/BLIND.md, section 8, says so."""
    files = set(scene.blind.submitted.files)
    matched = {each["reference"] for each in scene.blind.hub["hit_side"]} & files
    for operator in scene.blind.operators:
        assert asked_to_explain(operator) & files == matched


@pytest.mark.parametrize("place", range(3))
def test_an_operator_is_told_nothing_that_is_equal_for_records_with_a_number_in_common(
    scene: Scene, place: int
) -> None:
    assert told_of_several(scene.blind.operators[place]) == frozenset()


def test_shapes_name_few_at_an_operator_and_more_at_the_hub(scene: Scene) -> None:
    by_operator = scene.attacker.by_shape(scene.blind, scene.blind.operators[0], with_matches=True)
    by_hub = scene.attacker.by_shape(scene.blind, None, with_matches=True)
    assert by_operator.expected_right < 0.1 * by_operator.people
    assert by_operator.expected_right < by_hub.expected_right < 0.25 * by_hub.people


def test_all_operators_see_the_same_shapes(scene: Scene) -> None:
    shapes = {scene.attacker.by_shape(scene.blind, each, with_matches=False) for each in scene.blind.operators}
    assert len(shapes) == 1


def test_names_that_are_guessed_at_random_are_seldom_right(scene: Scene) -> None:
    random = np.random.default_rng(1)
    truth = scene.attacker.truth
    right = [int((random.permutation(len(truth)) == truth).sum()) for _ in range(2_000)]
    assert np.mean(right) == pytest.approx(float((truth >= 0).mean()), abs=0.1)
    assert max(right) < SUSPICIOUS
