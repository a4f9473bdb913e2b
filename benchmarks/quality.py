"""All open sets beside the peers, encodings only, with the shipped linkage schema; writes `results/quality.md`.

    make bench-quality DATA=/path/to/the/sets
    make bench-quality DATA=... ARGS="--only SDN"       # sets whose title holds the word; prints, writes nothing

Peers that are not installed are left out, and named. `--ours` leaves out all of them.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import quality_documents
import quality_sets as sets
from quality_links import febrl_peers
from quality_links import ours as our_links
from quality_peers import SearchPeer, names_peers, search_peers
from quality_sets import Data, NameSet, SearchSet

from symbolon.matching.evaluation import LinkageQuality, recall_at_fpr
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest
from symbolon.matching.pair_scores import Scores
from symbolon.node.services.evaluate_names import EvaluateNames, NamePair
from symbolon.node.services.evaluate_search import EvaluateSearch
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation

RESULTS = Path(__file__).parent / "results" / "quality.md"
NAME_SETS: tuple[Callable[[Data], Iterator[NameSet]], ...] = (
    sets.sdn_variants, sets.crossscript, sets.name_words, sets.popular, sets.un_variants, sets.judged,
)  # fmt: skip
TARGETS = {
    "SDN, spelling variants": (0.47, 0.99), "Bengali": (0.88, None), "Urdu": (0.80, None),
    "Persian, Dari, Pashto": (0.77, None), "Sinhala": (0.76, None), "Hindi": (0.87, None), "Arabic": (0.65, None),
    "Burmese": (0.65, None), "Khmer": (0.80, None), "Chinese": (0.42, None), "Popular names, KR": (None, None),
}  # fmt: skip
SEARCH_TARGET = 0.93
FEBRL_TARGETS = (0.96, 0.9925)
DOCUMENT_TARGET = 0.97


def main() -> None:
    """Measure, print, and write the results where all sets were measured."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--data", type=Path, default=os.environ.get("DATA") or None, help="the folder of the open sets"
    )
    arguments.add_argument("--only", default="", help="only sets whose title holds this")
    arguments.add_argument("--ours", action="store_true", help="without the peers")
    arguments.add_argument("--schema", type=Path, help="another linkage schema than the shipped one")
    chosen = arguments.parse_args()
    data = open_data(chosen.data)
    schema_bytes = chosen.schema.read_bytes() if chosen.schema else _shipped_schema()
    encoding = EncodingForEvaluation(LinkageSchema.from_bytes(schema_bytes), b"benchmark")
    report = Report(f"{encoding.schema.id}, {schema_digest(schema_bytes)[:16]}", chosen.only.lower())
    report.names(data, encoding, chosen.ours)
    report.searches(data, encoding, chosen.ours)
    report.links(data, encoding, chosen.ours)
    report.documents(data, encoding)
    if not chosen.only and not chosen.ours and not chosen.schema:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(report.text(), encoding="utf-8")
        print(f"written: {RESULTS}")


def open_data(folder: Path | None) -> Data:
    """The folder of the sets; where it or a file is lacking, say so and stop."""
    if folder is None:
        sys.exit(
            "The open sets are not part of the repository: say where they are, make bench-quality DATA=/path/to/them"
        )
    data = Data(Path(folder))
    lacking = data.lacking()
    if lacking:
        sys.exit(f"The folder {folder} lacks {', '.join(f'{name}.csv.gz' for name in lacking)}")
    return data


class Report:
    """Tables as Markdown, printed as they grow."""

    def __init__(self, schema: str, only: str) -> None:
        self._lines: list[str] = []
        self._only = only
        self._header: list[str] = []
        self._say(f"Linkage schema {schema}.")

    def text(self) -> str:
        """The whole report."""
        return "\n".join(self._lines) + "\n"

    def names(self, data: Data, encoding: EncodingForEvaluation, ours: bool) -> None:
        """Recall at 1 % false positives, hard / random negatives, by set and method."""
        peers = {} if ours else names_peers()
        evaluate = EvaluateNames(encoding, np.random.default_rng(1))
        threshold = float(encoding.threshold_of_names_alone)
        header = ["set", "pairs", "symbolon", "target", *peers, f"recall at {threshold:.2f}", "FP hard", "FP random"]
        self._table(header)
        for name_set in self._chosen(data, NAME_SETS):
            scored = _Scored(name_set, lambda pairs: evaluate.scores(pairs)[0])
            cells = [
                name_set.title, f"{len(name_set.positives)} / {len(name_set.hard)} / {len(name_set.random)}",
                scored.recalls(), _target(name_set.title),
                *(_Scored(name_set, peer).recalls() for peer in peers.values()),
                *scored.at(threshold),
            ]  # fmt: skip
            self._row(cells)

    def searches(self, data: Data, encoding: EncodingForEvaluation, ours: bool) -> None:
        """hit@1 and hit@10, ties counted as misses."""
        peers = {} if ours else search_peers()
        self._table(["search", "queries", "symbolon hit@1", "target", "hit@10", *(f"{name} hit@1" for name in peers)])
        for search in self._chosen(data, (sets.sdn_search,)):
            found = EvaluateSearch(encoding)(search.queries, search.corpus)
            theirs = [f"{_hit_at_1(search, peer):.3f}" for peer in peers.values()]
            self._row([search.title, str(len(search.queries)), f"{found.hit_at_1:.3f}", f"≥ {SEARCH_TARGET:.2f}",
                       f"{found.hit_at_10:.3f}", *theirs])  # fmt: skip

    def links(self, data: Data, encoding: EncodingForEvaluation, ours: bool) -> None:
        """F1 of every pair over the threshold, and of one partner at most; peers at the best threshold for each."""
        self._table(["link", "method", "F1 all pairs", "precision / recall", "F1 one-to-one", "precision / recall"])
        for link_set in self._chosen(data, (sets.febrl4, sets.historical_figures, sets.un_and_sdn)):
            found = our_links(link_set, encoding)
            title = link_set.title
            single = _f1(found.one_to_one) if link_set.is_one_to_one else ("–", "–")
            best_single = _f1(found.best_one_to_one) if link_set.is_one_to_one else ("–", "–")
            self._row([title, "symbolon, the schema's threshold", *_f1(found.all_pairs), *single])
            self._row([title, "symbolon, best threshold", *_f1(found.best_all_pairs), *best_single])
            if not title.startswith("FEBRL4"):
                continue
            self._row([title, "target", f"≥ {FEBRL_TARGETS[0]}", "", f"≥ {FEBRL_TARGETS[1]}", ""])
            for name, peer in ({} if ours else febrl_peers()).items():
                links = peer(link_set)
                self._row([title, f"{name}, best threshold", *_f1(links.all_pairs), *_f1(links.one_to_one)])

    def documents(self, data: Data, encoding: EncodingForEvaluation) -> None:
        """Recall of documents with one wrong character beside the same name; what chance does."""
        if self._only not in "documents":
            return
        found = quality_documents.measure(data, encoding)
        self._table(["documents with one wrong character, beside the same name", "recall", "target"])
        for kind, recall in found.recall.items():
            self._row([kind, f"{recall:.3f}", f"≥ {DOCUMENT_TARGET}"])
        self._row(["beside another name (should find nothing)", f"{found.beside_another_name:.4f}", ""])
        self._say("")
        self._say(
            f"{found.numbers} numbers of the two lists. Among 1 M x 1 M random passport numbers (a letter and seven"
            f" digits), {found.candidates_in_a_million:,.0f} pairs share a token: they are no hits, unless a name or"
            " date beside them agrees."
        )

    def _chosen(self, data: Data, sources: tuple) -> Iterator:
        for source in sources:
            for found in source(data):
                if self._only in found.title.lower():
                    yield found

    def _table(self, header: list[str]) -> None:
        """Begin a table; one without a row is not shown."""
        self._header = header

    def _row(self, cells: list[str]) -> None:
        if self._header:
            self._say("")
            self._say("| " + " | ".join(self._header) + " |")
            self._say("|" + "---|" * len(self._header))
            self._header = []
        self._say("| " + " | ".join(cells) + " |")

    def _say(self, line: str) -> None:
        self._lines.append(line)
        print(line, flush=True)


class _Scored:
    """One method's scores of one set."""

    def __init__(self, name_set: NameSet, method: Callable[[tuple[NamePair, ...]], Scores]) -> None:
        self._positives, self._hard, self._random = (
            method(pairs) if pairs else np.empty(0) for pairs in (name_set.positives, name_set.hard, name_set.random)
        )

    def recalls(self) -> str:
        """Recall at 1 % false positives: hard / random."""
        return " / ".join(self._recall(negatives) for negatives in (self._hard, self._random))

    def at(self, threshold: float) -> list[str]:
        """Recall, and the share of hard and of random negatives, at or over the threshold."""
        return [
            f"{(scores >= threshold).mean():.3f}" if len(scores) else "–"
            for scores in (self._positives, self._hard, self._random)
        ]

    def _recall(self, negatives: Scores) -> str:
        if not len(negatives):
            return "–"
        scores = np.concatenate([self._positives, negatives])
        positive = np.arange(len(scores)) < len(self._positives)
        return f"{recall_at_fpr(scores, positive, 10):.3f}"


def _f1(quality: LinkageQuality) -> tuple[str, str]:
    return f"{quality.f1:.4f} at {quality.threshold:.3f}", f"{quality.precision:.3f} / {quality.recall:.3f}"


def _target(title: str) -> str:
    hard, drawn = TARGETS.get(title, (None, None))
    return " / ".join("–" if value is None else f"≥ {value:.2f}" for value in (hard, drawn))


def _hit_at_1(search: SearchSet, peer: SearchPeer) -> float:
    """Share of queries whose person scores over everybody else."""
    scores = peer([query.name.text for query in search.queries], [person.name.text for person in search.corpus])
    own = np.array([[query.id] for query in search.queries]) == np.array([person.id for person in search.corpus])
    best_own = np.where(own, scores, -1).max(axis=1)
    return float((np.where(own, -1, scores).max(axis=1) < best_own).mean())


def _shipped_schema() -> bytes:
    package, name = DEFAULT_SCHEMA_RESOURCE
    return resources.files(package).joinpath(name).read_bytes()


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s")
