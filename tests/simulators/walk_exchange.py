"""Walk the exchange model at random: ``make walks STEPS=1000000``. Each walk is named by its seed, to be repeated."""

import argparse
from collections import Counter
from random import Random

from tests.simulators.exchange_model import World

LENGTHS = (30, 80, 200, 400)


def walk(seed: int) -> World:
    """Give the world after one whole walk, with everything arrived and agreed."""
    chance, world = Random(seed), World()  # noqa: S311 - a walk, not a secret
    for _ in range(LENGTHS[seed % len(LENGTHS)]):
        world.step(chance.getrandbits(32))
    world.calm()
    world.check_agreement()
    return world


def main() -> None:
    """Walk until so many steps are done; say how often each step of the life cycle was taken."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0, help="where to begin")
    given = parser.parse_args()
    steps, seed, taken = 0, given.seed, Counter[str]()
    while steps < given.steps:
        try:
            world = walk(seed)
        except AssertionError:
            print(f"seed {seed} leads to what may never happen")
            raise
        taken.update(step.event.value for step in world.hub.log)
        steps += LENGTHS[seed % len(LENGTHS)]
        seed += 1
    print(f"{steps} steps in {seed - given.seed} walks: nothing happened that may never happen, and all agreed")
    print(", ".join(f"{event} {times}" for event, times in taken.most_common()))


if __name__ == "__main__":
    main()
