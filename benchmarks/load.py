"""False alerts and recall against a synthetic population, at the schema's thresholds; writes `results/load.md`.

    make bench-load [ARGS="--population 1000000 --queries 4000"]

What `symbolon evaluate load` prints, as a table; one process.
"""

import argparse
import sys
import time
from pathlib import Path

from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.services.evaluate_load import EvaluateLoad, LoadEvaluation, LoadQuality
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation

RESULTS = Path(__file__).parent / "results" / "load.md"
SEED = 2026
A_MILLION = 1_000_000


def main() -> None:
    """Measure, print, and write the results where the population was a million or more."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--population", type=int, default=A_MILLION)
    arguments.add_argument("--queries", type=int, default=4_000)
    chosen = arguments.parse_args()
    schema = schema_bytes()
    started = time.perf_counter()
    found = EvaluateLoad(EncodingForEvaluation(LinkageSchema.from_bytes(schema), b"benchmark"), SEED)(
        chosen.population, chosen.queries, lambda done: print(f"{done:,} people", end="\r", file=sys.stderr)
    )
    title = (
        f"Linkage schema {LinkageSchema.from_bytes(schema).id}, {schema_digest(schema)[:16]}. {chosen.queries:,}"
        f" submissions against {chosen.population:,} people, {time.perf_counter() - started:.0f} s in one process."
    )
    lines = [
        title,
        "",
        "| kind of record | submissions | false alerts per 1,000 | recall |",
        "|---|---|---|---|",
        _line("**name and whole birth date, one or two variations**", found.overall),
        "| target | | ≤ 5 | ≥ 0.93 |",
        *(_line(kind, quality) for kind, quality in found.kinds.items()),
        *(_line(f"language: {language}", quality) for language, quality in found.languages.items()),
        "",
        "| were every threshold higher by | false alerts per 1,000 | recall |",
        "|---|---|---|",
        *(_shifted(found, percent / 100) for percent in range(-5, 16)),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if chosen.population >= A_MILLION:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text, encoding="utf-8")


def _shifted(found: LoadEvaluation, shift: float) -> str:
    quality = found.at(shift)
    return f"| {shift:+.2f} | {quality.false_alerts_per_1000:.1f} | {quality.recall:.3f} |"


def _line(title: str, quality: LoadQuality) -> str:
    return f"| {title} | {quality.queries} | {quality.false_alerts_per_1000:.1f} | {quality.recall:.3f} |"


if __name__ == "__main__":
    main()
