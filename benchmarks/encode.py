"""Records per second of the encoder from raw strings, in one process, beside clkhash on the same records and fields.

    make bench-encode [ARGS="--records 20000"]

People of the synthetic population that `symbolon evaluate load` draws: given names, surname and birth date. *Cold*: a
new encoder and empty caches, as when a file of new people is imported first. *Warm*: the same file once more. *New
people*: the encoder has met the words, not the people, as a node does day by day. clkhash remembers fields and bigrams
too, so each state is measured beside clkhash in the same state, and beside clkhash warm. Medians of five rounds, all in
turn, by processor time, since a shared machine is never quiet.
"""

import argparse
import hmac
import statistics
import sys
import time
from collections.abc import Callable
from itertools import islice
from random import Random

from quality_peers import clk_schema, installed

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.identifiers import RecordIdentifiers, parse_birth_date, parse_person_name
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.services.population.people import people

Row = tuple[str, str, str]
Rates = dict[str, float]
_CLK_BITS_EACH = 200
_FEW = 1_000
ROUNDS = 5
_STATES = ("cold", "new people", "warm")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=20_000)
    count = arguments.parse_args().records
    drawn = people(Random(1))  # noqa: S311  invented people, not secrets
    rows, later_rows = _rows(drawn, count), _rows(drawn, count)
    words = [word for row in rows for part in row[:2] for word in part.split()]
    print(
        f"{count} records; {len(set(words)) / len(words):.3f} of their name words and"
        f" {len({row[2] for row in rows}) / count:.3f} of their birth dates are distinct"
    )
    schema = LinkageSchema.from_bytes(schema_bytes())
    rounds = [_round(schema, rows, later_rows) for _ in range(ROUNDS)]
    for state in _STATES:
        line = f"{state:12s} {_median(rounds, lambda ours, _, state=state: ours[state]):8.0f} records/s"
        if rounds[0][1]:
            line += (
                f"  clkhash {_median(rounds, lambda _, clk, state=state: clk[state]):8.0f}"
                f"  {_median(rounds, lambda ours, clk, state=state: ours[state] / clk[state]):5.2f} x clkhash"
                f"  {_median(rounds, lambda ours, clk, state=state: ours[state] / clk['warm']):5.2f} x clkhash warm"
            )
        print(line)
    if not rounds[0][1]:
        print("clkhash is not installed, so it is not measured: make bench-encode installs it")


def _median(rounds: list[tuple[Rates, Rates]], rate: Callable[[Rates, Rates], float]) -> float:
    return statistics.median(rate(*of_round) for of_round in rounds)


def _round(schema: LinkageSchema, rows: list[Row], later_rows: list[Row]) -> tuple[Rates, Rates]:
    """Records per second, by state of the caches: our own and clkhash's, each state of both in turn."""
    forget_words()
    encoder = RecordEncoder(schema, lambda label: hmac.digest(b"benchmark", label.encode(), "sha256"))
    ours, clk = {}, {}
    if measured := installed("clkhash"):
        _forget_bigrams()
    for state, of_state in zip(_STATES, (rows, later_rows, rows), strict=True):
        ours[state] = _rate(len(rows), lambda rows=of_state: _encode(encoder, rows))
        if measured:
            clk[state] = _rate(len(rows), lambda rows=of_state: _clkhash(rows))
    return ours, clk


def forget_words() -> None:
    """Empty the caches of words that outlive an encoder; parameters that were read stay read."""
    for module in [module for name, module in sys.modules.items() if name.startswith("symbolon.matching.")]:
        for function in vars(module).values():
            if hasattr(function, "cache_parameters") and (function.cache_parameters()["maxsize"] or 0) > _FEW:
                function.cache_clear()


def _rows(drawn: object, count: int) -> list[Row]:
    rows = []
    for person in islice(drawn, count):
        *given, surname = person.name.split()
        born = person.birth_date
        rows.append((" ".join(given) or " ", surname, f"{born.year}-{born.month:02}-{born.day:02}"))
    return rows


def _encode(encoder: RecordEncoder, rows: list[Row]) -> None:
    for given_name, surname, birth_date in rows:
        try:
            encoder.encode(
                RecordIdentifiers(
                    names=(parse_person_name(f"{given_name} {surname}"),), birth_date=parse_birth_date(birth_date)
                )
            )
        except TooLittleToMatch:
            continue


def _forget_bigrams() -> None:
    """Empty the caches of clkhash."""
    from clkhash import bloomfilter

    for function in vars(bloomfilter).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


def _clkhash(rows: list[Row]) -> None:
    from clkhash import clk

    clk.generate_clks(rows, clk_schema(("given_name", "surname", "birth_date"), _CLK_BITS_EACH), "key", max_workers=1)


def _rate(count: int, run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return count / (time.process_time() - started)


if __name__ == "__main__":
    main()
