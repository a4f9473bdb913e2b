"""Linking two files, for `make bench-quality`: our encodings, CLKs of clkhash compared by anonlink, Splink in clear."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from quality_peers import CLK_BITS, anonlink_similarities, clk_schema, installed
from quality_sets import LinkSet

from symbolon.matching.evaluation import LinkageQuality, Scores, best_linkage_quality, one_to_one
from symbolon.node.domain.evaluation_mapping import parse_evaluation_mapping
from symbolon.node.domain.import_mapping import ImportMapping
from symbolon.node.domain.import_rows import Row, RowReader
from symbolon.node.services.evaluate_link import EvaluateLink, FileRecord, LinkEvaluation
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation

FEBRL_FIELDS = ("given_name", "surname", "date_of_birth")
_CLK_BITS_EACH = 200
_CLK_FLOOR = 0.6
_SPLINK_FLOOR = 0.001


@dataclass(frozen=True, slots=True)
class PeerLinks:
    """A peer's best F1 over all thresholds: every pair, and one partner at most."""

    all_pairs: LinkageQuality
    one_to_one: LinkageQuality


def ours(link_set: LinkSet, encoding: EncodingForEvaluation) -> LinkEvaluation:
    """Through the production reader and encoder."""
    mapping = parse_evaluation_mapping(link_set.mapping)
    return EvaluateLink(encoding)(
        _records(link_set.left, mapping.left), _records(link_set.right, mapping.right), link_set.truth
    )


def _records(rows: Iterable[dict[str, str]], mapping: ImportMapping) -> list[FileRecord]:
    reader = RowReader(mapping)
    return [
        FileRecord(row[mapping.record.local_id.shown_column], reader.read_identifiers(Row(line, row))[0])
        for line, row in enumerate(rows, start=2)
    ]


def febrl_peers() -> dict[str, Callable[[LinkSet], PeerLinks]]:
    """The peers that are installed."""
    peers: dict[str, Callable[[LinkSet], PeerLinks]] = {}
    if installed("clkhash", "anonlink"):
        peers["CLK, clkhash + anonlink"] = _clk_links
    if installed("splink"):
        peers["Splink, clear text"] = _splink_links
    return peers


def _clk_links(link_set: LinkSet) -> PeerLinks:
    from clkhash import clk

    schema = clk_schema(FEBRL_FIELDS, _CLK_BITS_EACH)
    sides = []
    for rows in (link_set.left, link_set.right):
        texts = [tuple(row[field].strip() or " " for field in FEBRL_FIELDS) for row in rows]
        sides.append(clk.generate_clks(texts, schema, "benchmark"))
    compare = anonlink_similarities().dice_coefficient_accelerated
    scores, (left, right) = compare(sides, threshold=_CLK_FLOOR, k=None)
    assert len(sides[0][0]) == CLK_BITS
    return _best(link_set, np.array(left, np.int64), np.array(right, np.int64), np.array(scores))


def _splink_links(link_set: LinkSet) -> PeerLinks:
    """Fellegi-Sunter trained without the truth, as Splink's FEBRL4 example does, on the same three fields."""
    import pyarrow
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rules = [block_on(field) for field in FEBRL_FIELDS]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        ],
        # Nearly all pairs of persons have one of these in common; without a rule there are 25 million to score.
        blocking_rules_to_generate_predictions=[*rules, block_on("substr(given_name, 1, 2)", "substr(surname, 1, 2)"),
            block_on("substr(date_of_birth, 1, 4)"), block_on("substr(date_of_birth, 5, 4)")],
    )  # fmt: skip
    database = DuckDBAPI()
    tables = []
    for name, rows in (("left_file", link_set.left), ("right_file", link_set.right)):
        cells = {field: [row[field].strip() or None for row in rows] for field in ("id", *FEBRL_FIELDS)}
        tables.append(database.register(pyarrow.table(cells), table_name=name))
    linker = Linker(tables, settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match([block_on(*FEBRL_FIELDS)], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in rules:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=_SPLINK_FLOOR).as_record_list()
    places = [{row["id"]: place for place, row in enumerate(rows)} for rows in (link_set.left, link_set.right)]
    return _best(
        link_set,
        np.array([places[0][pair["id_l"]] for pair in found], np.int64),
        np.array([places[1][pair["id_r"]] for pair in found], np.int64),
        np.array([pair["match_weight"] for pair in found]),
    )


def _best(link_set: LinkSet, left: np.ndarray, right: np.ndarray, scores: Scores) -> PeerLinks:
    truth = set(link_set.truth)
    ids = [[row["id"] for row in rows] for rows in (link_set.left, link_set.right)]
    correct = np.array(
        [(ids[0][one], ids[1][other]) in truth for one, other in zip(left.tolist(), right.tolist(), strict=True)]
    )
    kept = one_to_one(left, right, scores)
    every = best_linkage_quality(scores, correct, len(truth))
    single = best_linkage_quality(scores[kept], correct[kept], len(truth))
    assert every is not None
    assert single is not None
    return PeerLinks(every, single)
