"""Who can be named by what somebody holds: the graph matching attack on two real federations of the same people.

    make bench-graph_attack ARGS="--people 800"

One federation compares openly, the other blind, by three operators over mutual TLS and PostgreSQL; the attacker holds a
register of mostly the same people, and no key. The last line is JSON: shares of the people whom the attacker could have
named, by the open hub's table, by everything that each operator holds (the best of all readings), by the shapes of
records, by the order in which they came, and by guessing.
"""

import os

# Before numpy is imported: the matrices are small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.privacy.federations import BlindFederationView, view_of_blind, view_of_open
from tests.privacy.invented_state import invent
from tests.privacy.measurement import Attacker, Named
from tests.privacy.operator_words import words_of
from tests.privacy.uniformity import Verdict, rejected, verdicts

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=800, help="in the attacked state's files")
    parser.add_argument("--overlap", type=float, default=0.85, help="part of them in the attacker's register")
    parser.add_argument("--others", type=int, default=96, help="records of the other state, half of the same people")
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    people = invent(options.people, options.overlap, options.others, options.seed)
    folder = make_run_folder()
    try:
        with Supervisor() as supervisor:
            server = EmbeddedPostgres(folder / "postgres")
            server.prepare()
            supervisor.start(server.process(folder / "postgres.log"))
            began = time.perf_counter()
            by_open = view_of_open(_made(folder / "open"), lambda name: server.create_party(f"open_{name}"), people)
            by_blind = view_of_blind(_made(folder / "blind"), lambda name: server.create_party(f"blind_{name}"), people)
            print(f"both federations ran, {time.perf_counter() - began:.0f} s; {by_blind.alerts} alerts in each")
    finally:
        shutil.rmtree(folder)
    attacker = Attacker(people)
    attacked = attacker.on_open_hub(by_open)
    print(f"an open hub's table: {attacked.right} of {attacked.people} named")
    figures = {
        "people": options.people,
        "could_be_named": attacked.people,
        "open": round(attacked.part, 4),
        **_by_operators(attacker, by_blind),
        **_by_shapes(attacker, by_blind),
        "guessing": round(1 / attacked.people, 4),
        **_uniformity(by_blind),
    }
    print(json.dumps(figures))


def _by_operators(attacker: Attacker, view: BlindFederationView) -> dict[str, object]:
    figures: dict[str, object] = {}
    for operator in view.operators:
        found = attacker.on_operator(view, operator)
        for reading, named in found.items():
            print(f"operator {operator.place}, {reading}: {_told(named)}")
        best = max(found.values(), key=lambda named: named.right)
        figures[f"operator_{operator.place}"] = round(best.part, 4)
        figures[f"operator_{operator.place}_deviations"] = round(max(abs(each.evidence) for each in found.values()), 1)
    clear = attacker.on_values_in_clear(view)
    print(f"the same reading of all batches, had there been no masks: {_told(clear)}")
    return {**figures, "batches_without_masks": round(clear.part, 4)}


def _by_shapes(attacker: Attacker, view: BlindFederationView) -> dict[str, object]:
    figures: dict[str, object] = {}
    operator = view.operators[0]
    for name, holder in (("operator", operator), ("hub", None)):
        for with_matches in (False, True):
            shape = attacker.by_shape(view, holder, with_matches=with_matches)
            beside = "and matches" if with_matches else "alone"
            print(
                f"shapes {beside}, {name}: {shape.labels} shapes; {shape.expected_right:.1f} of {shape.people} named "
                f"on average by guessing among equals, {shape.alone} with certainty"
            )
            figures[f"shapes{'_and_matches' if with_matches else ''}_{name}"] = round(
                shape.expected_right / shape.people, 4
            )
    ordered = attacker.by_order(view, operator)
    print(f"had they come in the order of a list that the attacker has too: {ordered.right} of {ordered.people} named")
    return {**figures, "order_of_a_known_list": round(ordered.part, 4)}


def _uniformity(view: BlindFederationView) -> dict[str, object]:
    found: list[Verdict] = []
    words = 0
    for operator in view.operators:
        for what, seen in words_of(view, operator):
            found += verdicts(f"operator {operator.place}: {what}", seen)
            words += seen.size
    for each in rejected(found):
        print(f"not uniform: {each}")
    least = min(found, key=lambda each: each.log10_probability)
    print(f"{len(found)} tests of {2 * words / 1e6:.0f} MB against uniform; the least likely: {least}")
    return {"uniformity_tests": len(found), "uniformity_rejected": len(rejected(found))}


def _told(named: Named) -> str:
    return f"{named.right} of {named.people} named; {named.evidence:+.1f} standard deviations from saying nothing"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
