"""One operator that lies, or loses what it says, costs the other two nothing but time: no share, no mask, no key."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.operators.test_operators_in_step import third_of
from tests.simulators.operator_bench import PLACES
from tests.simulators.standing_bench import WIDTH, StandingBench

from symbolon.hub.operators.bootstrap.opening import Operator
from symbolon.hub.operators.errors import OutOfOrder
from symbolon.matching.blind.sharing import restoring_part
from symbolon.protocol.messages_peers import (
    Contribution,
    Doing,
    PairAnswer,
    PairOffer,
    Parts,
    PeerMessage,
    PeerStanding,
)

OTHER_SEED = bytes(32)


@pytest.fixture
def bench(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[StandingBench]:
    operators = StandingBench(tmp_path, [fresh_database(f"operator{place}") for place in PLACES])
    operators.until(lambda: operators.at(0) and not any(operators.secrets(place).has_line() for place in PLACES))
    for handle in range(1, 6):
        operators.add(handle)
    operators.turn()
    yield operators
    operators.close()


def fits(bench: StandingBench) -> bool:
    held = [bench.bundles(place) for place in PLACES]
    return all(third_of(2, held[0][handle], held[1][handle]) == held[2][handle] for handle in held[0])


def as_the_command(bench: StandingBench, place: int) -> Operator:
    class Home:
        keys = bench.secrets(place)._folder

    return Operator(Home(), None, bench.databases[place], None, bench.store(place))  # type: ignore[arg-type]


# Refresh.


def test_an_operator_that_contributes_otherwise_to_one_does_not_part_the_other_two(bench: StandingBench) -> None:
    def hide(sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        if (sender, receiver) == (1, 2) and isinstance(message, PeerStanding):
            return replace(message, check=None)
        return message

    bench.meddle = hide
    bench.order(0, Doing.REFRESHING)
    bench.until(lambda: bench.standing(0).generation == 1)
    # One honest operator has refreshed; the other has all contributions, and was not told the liar's check.
    assert bench.standing(2) == replace(bench.standing(2), generation=0, doing=Doing.REFRESHING, agreed=False)
    bench.parties[2].hear(1, _bytes(Contribution(1, bench.number, OTHER_SEED)))
    assert bench.secrets(2).contributions(1, bench.number)[1] != OTHER_SEED
    del bench.parties[1]
    for _ in range(3):
        bench.turn()
        bench.parties[2].hear(1, _bytes(PeerStanding(Doing.REFRESHING, 0, bench.number, True, OTHER_SEED)))
    assert bench.standing(2).generation == 0
    bench.start(1)
    bench.meddle = _as_it_is
    bench.until(lambda: bench.at(1))
    assert fits(bench)


def test_whoever_was_told_another_seed_never_refreshes_by_it(bench: StandingBench) -> None:
    def part(sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        if (sender, receiver) == (1, 2) and isinstance(message, Contribution):
            return replace(message, contribution=OTHER_SEED)
        return message

    bench.meddle = part
    before = [bench.bundles(place) for place in PLACES]
    bench.order(0, Doing.REFRESHING)
    for _ in range(8):
        bench.turn()
    assert {bench.standing(place).doing for place in PLACES} == {Doing.REFRESHING}
    assert [bench.bundles(place) for place in PLACES] == before
    # People give it up, one after the other; the next refresh is another.
    bench.meddle = _as_it_is
    for place in PLACES:
        as_the_command(bench, place).resume()
        bench.turn()
    bench.until(lambda: bench.at(0) and not any(bench.secrets(place).has_declined() for place in PLACES))
    assert not any(bench.files(place, "refresh-") for place in PLACES)
    bench.order(2, Doing.REFRESHING)
    bench.until(lambda: bench.at(1))
    assert fits(bench)


def test_a_refresh_that_was_agreed_is_not_given_up(bench: StandingBench) -> None:
    bench.order(0, Doing.REFRESHING)
    with bench.store(0).work() as work:
        work.standings.note(replace(bench.standing(0), agreed=True))
    with pytest.raises(OutOfOrder):
        as_the_command(bench, 0).resume()


def test_a_number_that_one_claims_lets_no_feed_in_once_there_is_a_contribution(bench: StandingBench) -> None:
    bench.order(0, Doing.REFRESHING)

    def claim(sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        if sender == 1 and isinstance(message, PeerStanding) and bench.secrets(receiver).contributions(1, bench.number):
            full = len(bench.secrets(receiver).contributions(1, bench.number)) == 3
            return replace(message, number=10**6) if full else message
        if receiver in {0, 2} and bench.secrets(receiver).contributions(1, bench.number).get(receiver):
            held = bench.held(receiver)
            if bench.standing(receiver).doing is Doing.REFRESHING:
                limits.add((held.contributed, held.limit))
        return message

    limits: set[tuple[bool, int | None]] = set()
    bench.meddle = claim
    for _ in range(6):
        bench.turn()
    assert limits == {(True, bench.number)}
    bench.meddle = _as_it_is
    bench.until(lambda: bench.at(1))
    assert fits(bench)


# What is lost.


def test_a_generation_that_one_operator_claims_makes_nobody_lose_its_shares(bench: StandingBench) -> None:
    def claim(sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        return replace(message, generation=2**31 - 1) if sender == 1 and isinstance(message, PeerStanding) else message

    bench.meddle = claim
    for _ in range(4):
        bench.turn()
    assert {bench.standing(place).doing for place in PLACES} == {Doing.WORKING}
    bench.meddle = _as_it_is
    bench.until(lambda: bench.at(0))


def test_what_both_others_refreshed_is_lost_here_and_comes_back_by_hand_where_it_is_not(bench: StandingBench) -> None:
    def claim(_sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        return replace(message, generation=1) if receiver == 0 and isinstance(message, PeerStanding) else message

    bench.meddle = claim
    bench.until(lambda: bench.standing(0).doing is Doing.LOST)
    with pytest.raises(OutOfOrder):
        as_the_command(bench, 0).resume()
    bench.meddle = _as_it_is
    bench.turn()
    as_the_command(bench, 0).resume()
    bench.until(lambda: bench.at(0))
    assert fits(bench)


# Restoring.


def masks_of(bench: StandingBench, handle: int) -> list[bytes]:
    """The masks of the parts that the third was given of one record, in the order of their coming."""
    masks: list[bytes] = []

    def listen(sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        if isinstance(message, Parts) and sender == 0:
            (part,) = [each.part for each in message.records if each.handle == handle]
            bare = restoring_part(WIDTH, 2, 0, bench.bundles(0)[handle], bytes(WIDTH.size))
            masks.append(WIDTH.write(WIDTH.minus(WIDTH.read(part), WIDTH.read(bare))))
        return message

    bench.meddle = listen
    bench.order(2, Doing.RESTORING)
    bench.until(lambda: bench.at(0))
    bench.meddle = _as_it_is
    return masks


def test_a_mask_never_covers_two_values(bench: StandingBench) -> None:
    before = bench.bundles(2)
    first = masks_of(bench, 3)
    assert bench.bundles(2) == before
    bench.add(3)
    bench.turn()
    second = masks_of(bench, 3)
    bench.start(0)
    bench.turn()
    third = masks_of(bench, 3)
    # Another bundle under the same number and change, as after a database that was put back.
    other = bench.bundles(0)[4]
    for place in (0, 1):
        with bench.store(place).work() as work:
            work.put_refreshed({3: bench.bundles(place)[4]}, 0)
    fourth = masks_of(bench, 3)
    assert bench.bundles(0)[3] == other
    assert len({*first, *second, *third, *fourth}) == len(first + second + third + fourth) == 4
    assert fits(bench)


def test_parts_that_do_not_fit_are_told_to_people_and_restored_when_they_do(bench: StandingBench) -> None:
    def change(sender: int, receiver: int, message: PeerMessage) -> PeerMessage | None:
        if isinstance(message, Parts) and sender == 1:
            return replace(message, records=tuple(replace(each, version=9) for each in message.records))
        return message

    before = bench.bundles(2)
    bench.meddle = change
    bench.order(2, Doing.RESTORING)
    for _ in range(3):
        bench.turn()
    with bench.store(2).work() as work:
        assert "telephone" in (work.standings.trouble() or "")
    assert bench.standing(2).doing is Doing.RESTORING
    bench.meddle = _as_it_is
    bench.start(2)
    bench.until(lambda: bench.at(0))
    assert bench.bundles(2) == before
    with bench.store(2).work() as work:
        assert work.standings.trouble() is None


# Keys.


def pairs(bench: StandingBench) -> dict[tuple[int, int], bytes]:
    found = {}
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert bench.keys[one][other] == bench.keys[other][one]
        found[one, other] = bench.keys[one][other]
    return found


def test_each_refresh_has_keys_of_its_own_and_those_before_are_erased(bench: StandingBench) -> None:
    made = [pairs(bench)]
    for generation in (1, 2):
        bench.order(generation, Doing.REFRESHING)
        bench.until(lambda: bench.at(generation))  # noqa: B023  # called before the next one
        made.append(pairs(bench))
        for place in PLACES:
            assert [each.rpartition(".")[2] for each in bench.files(place, "pair-key-")] == [str(generation)] * 2
    every = [key for keys in made for key in keys.values()]
    assert len({*every, *bench.card_secrets.values()}) == len(every) + 3
    assert not bench.ended


def test_who_hears_everything_and_has_the_home_from_before_has_no_key_from_after(bench: StandingBench) -> None:
    said: list[bytes] = []

    def listen(_sender: int, _receiver: int, message: PeerMessage) -> PeerMessage | None:
        if isinstance(message, PairOffer | PairAnswer):
            said.append(message.key if isinstance(message, PairOffer) else message.sealed)
        return message

    bench.meddle = listen
    bench.order(0, Doing.REFRESHING)
    bench.until(lambda: bench.at(1))
    # An offer is a fresh public key, an answer is sealed for it: neither holds what the key is made of.
    assert len(said) == len(set(said)) >= 6
    kept = [bench.secrets(place)._folder.read(name) for place in PLACES for name in bench.files(place, "pair-key-")]
    assert not any(key in each for key in kept for each in said)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_lost_and_whoever_is_killed_two_never_use_different_keys(bench: StandingBench, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # which messages a test loses

    def lose(_sender: int, _receiver: int, message: PeerMessage) -> PeerMessage | None:
        for one, other in ((0, 1), (0, 2), (1, 2)):
            both = bench.held(one), bench.held(other)
            if both[0].keys_agreed and both[1].keys_agreed and both[0].generation == both[1].generation:
                assert bench.keys[one][other] == bench.keys[other][one]
        return None if chance.random() < 0.3 else message

    bench.meddle = lose
    bench.order(0, Doing.REFRESHING)
    for _ in range(12):
        if chance.random() < 0.4:
            bench.start(chance.choice(PLACES))
        bench.turn()
    bench.meddle = _as_it_is
    bench.until(lambda: bench.at(1))
    pairs(bench)
    assert fits(bench)


def test_an_operator_that_lost_a_key_agrees_on_another_and_sessions_of_the_other_end(bench: StandingBench) -> None:
    before = pairs(bench)
    for name in bench.files(0, "pair-key-"):
        (bench.folder / "secrets0" / name).unlink()
    bench.start(0)
    assert not bench.held(0).keys_agreed
    bench.until(lambda: bench.at(0))
    after = pairs(bench)
    assert [before[pair] == after[pair] for pair in before] == [False, False, True]
    assert sorted(bench.ended) == [1, 2]


def test_rows_that_could_not_be_written_are_written_later(bench: StandingBench) -> None:
    with bench.rows[1].changing() as held:
        held.number -= 1
    bench.turn()
    assert bench.held(1).number == bench.number


def _as_it_is(_sender: int, _receiver: int, message: PeerMessage) -> PeerMessage | None:
    return message


def _bytes(message: PeerMessage) -> bytes:
    from symbolon.protocol.messages_peers import peer_message_bytes

    return peer_message_bytes(message)
