"""What the HTML report of an evaluation shows, computed; `symbolon.node.cli.evaluation_page` writes it down.

The report holds clear data of the operator's own files: it is for the operator alone.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from symbolon.matching.evaluation import Flags, RankingQuality, calibration, precision_recall
from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.matching.pair_scores import Scores
from symbolon.node.services.evaluate_link import FileRecord, LinkEvaluation
from symbolon.node.services.evaluate_names import NamesEvaluation

_BINS = 40
_MOST_ROWS = 40
"""Worst misses, and worst false hits, that are listed."""
UNKNOWN = "not given"


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many pairs of one person, and of two, lie in each of equal steps of the score from 0 to 1."""

    same: tuple[int, ...]
    other: tuple[int, ...]
    threshold: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (x, y), both from 0 to 1."""

    title: str
    x_label: str
    y_label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table in words."""

    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything on the page, in its order."""

    title: str
    figures: tuple[tuple[str, str], ...]
    histogram: Histogram
    curves: tuple[Curve, ...]
    tables: tuple[ReportTable, ...]


def names_report(found: NamesEvaluation) -> EvaluationReport:
    """The report of pairs of names."""
    positive = np.array([pair.same_person for pair in found.pairs], dtype=bool)
    missed = [place for place in np.argsort(found.scores) if positive[place] and found.scores[place] < found.threshold]
    false = [
        place for place in np.argsort(-found.scores) if not positive[place] and found.scores[place] >= found.threshold
    ]

    def row(place: int) -> tuple[str, ...]:
        pair = found.pairs[place]
        return f"{found.scores[place]:.3f}", pair.first.text, pair.second.text, pair.group or "–"

    header = ("score", "name", "other name", "group")
    negatives = [pair for pair in found.pairs if not pair.same_person]
    false_pairs = [found.pairs[place] for place in false]
    grouped: list[tuple[str, Callable[[str], str]]] = [("script", script_of)]
    tables = [
        ReportTable("Worst misses", "One person, under the threshold.", header, tuple(map(row, missed[:_MOST_ROWS]))),
        ReportTable("Worst false hits", "Two people, over the threshold.", header, tuple(map(row, false[:_MOST_ROWS]))),
        *(
            _groups_table(
                title, [key(pair.first.text) for pair in negatives], [key(pair.first.text) for pair in false_pairs]
            )
            for title, key in grouped
        ),
    ]
    if found.groups:
        tables.append(_groups_table("group", [pair.group for pair in negatives], [pair.group for pair in false_pairs]))
    return EvaluationReport(
        title="Names, compared as encodings",
        figures=(
            ("Pairs of one person", str(found.overall.positives)),
            ("Pairs of two people", str(found.overall.negatives)),
            *_ranking_figures(found.overall.ranking),
            (f"Recall at the schema's threshold, {found.threshold:.2f}", _share(found.overall.recall)),
            ("False positives there", _share(found.overall.false_positive_rate)),
        ),
        histogram=_histogram(found.scores, positive, found.threshold),
        curves=_curves(found.scores, positive, int(positive.sum())),
        tables=tuple(tables),
    )


def link_report(found: LinkEvaluation, left: Sequence[FileRecord], right: Sequence[FileRecord]) -> EvaluationReport:
    """The report of two linked files; scores are shifted so that each profile's threshold is the same."""
    threshold = found.all_pairs.threshold
    links = found.links
    scores = np.clip(links.margins + threshold, 0, 1)
    score_of = {
        (one, other): score
        for one, other, score in zip(links.left.tolist(), links.right.tolist(), scores.tolist(), strict=True)
    }
    missed = sorted(
        (pair for pair in found.true_pairs if score_of.get(pair, 0.0) < threshold),
        key=lambda pair: (score_of.get(pair, 0.0), pair),
    )
    hits = np.flatnonzero(links.margins >= 0)
    false = [place for place in hits[np.argsort(-scores[hits], kind="stable")] if not links.correct[place]]
    false_pairs = [(int(links.left[place]), int(links.right[place])) for place in false]

    def row(pair: tuple[int, int]) -> tuple[str, ...]:
        shown = f"{score_of[pair]:.3f}" if pair in score_of else "far below"
        return shown, described(left[pair[0]].identifiers), described(right[pair[1]].identifiers)

    header = ("score", "left record", "right record")
    by = (("language", language_of), ("sex", sex_of), ("nationality", nationality_of))
    return EvaluationReport(
        title="Two files, linked by encodings",
        figures=(
            ("Left records", str(len(left))),
            ("Right records", str(len(right))),
            ("True pairs", str(found.positives)),
            (f"F1 at the schema's threshold, {threshold:.2f}", f"{found.all_pairs.f1:.4f}"),
            ("Precision, recall", f"{found.all_pairs.precision:.4f}, {found.all_pairs.recall:.4f}"),
            ("F1 with one partner at most", f"{found.one_to_one.f1:.4f}"),
            ("Best F1, and where", f"{found.best_all_pairs.f1:.4f} at {found.best_all_pairs.threshold:.3f}"),
            ("Records too weak to encode", str(sum(found.refused.values()))),
        ),
        histogram=_histogram(scores, links.correct, threshold),
        curves=_curves(scores, links.correct, found.positives),
        tables=(
            ReportTable(
                "Worst misses",
                "One person, not found. Far below: not scored, or too weak to encode.",
                header,
                tuple(row(pair) for pair in islice(missed, _MOST_ROWS)),
            ),
            ReportTable(
                "Worst false hits",
                "Two people, or one that the truth does not know.",
                header,
                tuple(row(pair) for pair in islice(false_pairs, _MOST_ROWS)),
            ),
            _calibration_table(scores, links.probabilities, links.correct),
            *(
                _groups_table(
                    title,
                    [key(record.identifiers) for record in left],
                    [key(left[one].identifiers) for one, _ in false_pairs],
                )
                for title, key in by
            ),
        ),
    )


def described(identifiers: RecordIdentifiers) -> str:
    """A record in clear, for its own operator."""
    parts = [" / ".join(name.text for name in identifiers.names)]
    if date := identifiers.birth_date:
        parts.append("-".join(f"{part:02}" for part in (date.year, date.month, date.day) if part is not None))
    parts += [code for code in (nationality_of(identifiers), sex_of(identifiers)) if code != UNKNOWN]
    if identifiers.place:
        parts.append(identifiers.place.text)
    parts += [document.number for document in identifiers.documents]
    return " · ".join(filter(None, parts))


def language_of(identifiers: RecordIdentifiers) -> str:
    """The language that the file tells, or else the script of the first name."""
    if not identifiers.names:
        return UNKNOWN
    name = identifiers.names[0]
    return name.language or script_of(name.text)


def sex_of(identifiers: RecordIdentifiers) -> str:
    """F, M, X or not given."""
    return identifiers.sex.code.value if identifiers.sex else UNKNOWN


def nationality_of(identifiers: RecordIdentifiers) -> str:
    """The country's code, or not given."""
    return identifiers.nationality.code if identifiers.nationality else UNKNOWN


def script_of(text: str) -> str:
    """The script of most letters, by Unicode's names: latin, thai, bengali, cjk."""
    scripts = Counter(unicodedata.name(letter, "unknown").split()[0].lower() for letter in text if letter.isalpha())
    return scripts.most_common(1)[0][0] if scripts else UNKNOWN


def _calibration_table(scores: Scores, probabilities: Scores, correct: Flags) -> ReportTable:
    rows = []
    for step in calibration(scores, correct):
        inside = (scores >= step.low) & ((scores < step.high) | (step.high == 1))
        rows.append(
            (
                f"{step.low:.2f} to {step.high:.2f}", str(step.pairs), f"{step.positives / step.pairs:.3f}",
                f"{probabilities[inside].mean():.3f}",
            )
        )  # fmt: skip
    return ReportTable(
        "Does the schema's calibration hold here?",
        "Share of pairs that are one person at each score, found and foretold for files with as many true pairs.",
        ("score", "pairs", "found", "foretold"),
        tuple(rows),
    )


def _groups_table(title: str, all_groups: Iterable[str], false_groups: Iterable[str]) -> ReportTable:
    every, false = Counter(all_groups), Counter(false_groups)
    return ReportTable(
        f"False hits by {title}",
        "Where one group has far more than its share, ask for another identifier before acting on its hits.",
        (title, "compared", "false hits", "per thousand"),
        tuple(
            (group or UNKNOWN, str(count), str(false[group]), f"{1000 * false[group] / count:.1f}")
            for group, count in every.most_common()
        ),
    )


def _histogram(scores: Scores, same: Flags, threshold: float) -> Histogram:
    steps = np.linspace(0, 1, _BINS + 1)
    return Histogram(
        tuple(np.histogram(scores[same], steps)[0].tolist()),
        tuple(np.histogram(scores[~same], steps)[0].tolist()),
        threshold,
    )


def _curves(scores: Scores, correct: Flags, positives: int) -> tuple[Curve, ...]:
    precision = precision_recall(scores, correct, positives)
    # A thousand points draw the same line as a hundred thousand.
    last = len(precision.recall) - 1
    chosen = np.unique(np.linspace(0, last, 1000).astype(int)).tolist() if len(scores) else []
    bins = calibration(scores, correct)
    prior = f"{correct.mean():.3f}" if len(correct) else "unknown"
    return (
        Curve(
            "Precision and recall", "recall", "precision",
            tuple((float(precision.recall[place]), float(precision.precision[place])) for place in chosen),
        ),
        Curve(
            f"Calibration, where {prior} of the pairs are of one person", "score", "share that is one person",
            tuple(((step.low + step.high) / 2, step.positives / step.pairs) for step in bins),
        ),
    )  # fmt: skip


def _ranking_figures(ranking: RankingQuality | None) -> tuple[tuple[str, str], ...]:
    """Each measure with its 95 % interval; none where there is nothing to rank."""
    if ranking is None:
        return ()
    measures = (
        ("Recall at 1 % false positives", ranking.recall_at_1pct_fpr, ranking.recall_at_1pct_fpr_interval),
        ("Recall at 0.1 % false positives", ranking.recall_at_01pct_fpr, ranking.recall_at_01pct_fpr_interval),
        ("Area under the curve", ranking.auc, ranking.auc_interval),
    )
    return tuple((name, f"{value:.4f} ({low:.4f} to {high:.4f})") for name, value, (low, high) in measures)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
