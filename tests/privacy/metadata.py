"""What the shape of records gives away, without any content: labels, and persons who are the only ones of theirs.

An attacker sorts the records that it sees, and the people that it knows, by everything that both have: how many vectors
of which kind, whether anything was asked about them after a match, how many tokens. Within a label it guesses.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np
from tests.privacy.federations import BlindFederationView, OperatorView
from tests.privacy.graph_matching import Assignment
from tests.simulators.hub_members import SCHEMA

from symbolon.matching.blind.shared_record import EXPLAINED, Outline, outline_of
from symbolon.matching.decision import explain
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages_operators import Call, Channel, Feed

_SECRET_LENGTH = 16
Labels = Sequence[Hashable]


def seen_by_operator(operator: OperatorView, references: Sequence[str], *, with_matches: bool) -> Labels:
    """Of each record: its vectors by kind, and whether an explanation of a match was asked for."""
    segments = {each["segment"]: each["what"] for each in operator.tables["segment"]}
    kinds = {
        each["reference"]: Counter(segments[segment] for segment in each["segments"])
        for each in operator.tables["shared_record"]
    }
    explained = asked_to_explain(operator) if with_matches else frozenset()
    return [(frozenset(kinds[each].items()), each in explained) for each in references]


def asked_to_explain(operator: OperatorView) -> frozenset[str]:
    """The records of which explanation vectors were compared: those are asked about for pairs that matched alone."""
    owner = {
        share.tobytes(): reference
        for reference, shares in operator.shares_by_reference().items()
        for what, share in shares.items()
        if what.startswith(EXPLAINED)
    }
    rows = (row for each in operator.computed for row in each.queries)
    found = {owner.get(row.tobytes()) for row in rows} | {
        owner.get(row.tobytes()) for each in operator.computed for row in each.records
    }
    return frozenset(reference for reference in found if reference is not None)


def told_of_several(operator: OperatorView) -> frozenset[str]:
    """Values that an operator was told, or keeps, of two records or more, and that could only be equal for a reason.

    A digest, a commitment, a token: whatever is as long as a secret would show that records have something in common,
    also to an operator that may never compare them. Schemas are named by digests, by right.
    """
    holders: defaultdict[str, set[object]] = defaultdict(set)
    names = {each["handle"]: each["reference"] for each in operator.tables["shared_record"]}
    for message in operator.received:
        told = Call.from_bytes(message.payload).message if message.kind is Channel.CALL else None
        for change in told.changes if isinstance(told, Feed) else ():
            for value in _leaves(to_wire(change)):
                holders[value].add(names.get(change.handle, change.handle))
    for rows in operator.tables.values():
        for row in rows:
            if "handle" in row or "reference" in row:
                for value in row.values():
                    for leaf in _leaves(value):
                        holders[leaf].add(row.get("reference") or names.get(row["handle"], row["handle"]))
    return frozenset(value for value, records in holders.items() if len(records) > 1)


def seen_by_hub(view: BlindFederationView, references: Sequence[str], *, with_matches: bool) -> Labels:
    """Of each record: its outline with the number of tokens by kind; what it matched, how well and by which kinds."""
    outlines = {each["handle"]: each["outline"] for each in view.hub["blind_record"]}
    shapes = {
        each["reference"]: _shape(Outline.from_bytes(SCHEMA, outlines[each["handle"]]))
        for each in view.hub["encoded_version"]
    }
    matches: defaultdict[str, Counter[Hashable]] = defaultdict(Counter)
    for hit in view.hub["hit"] if with_matches else ():
        how = hit["band"], tuple(sorted(hit["agreement"].items()))
        low, high = hit["low_reference"], hit["high_reference"]
        matches[low][shapes[high], how] += 1
        matches[high][shapes[low], how] += 1
    return [(shapes[each], frozenset(matches[each].items())) for each in references]


def at_operator_in_clear(
    people: Sequence[RecordIdentifiers], others: Sequence[RecordIdentifiers], encoder: RecordEncoder
) -> Labels:
    """The labels that these people's records would have; the attacker knows the other state's people as well."""
    against = [encoder.encode(person) for person in others]
    labels = []
    for each in (encoder.encode(person) for person in people):
        kinds = Counter({what: len(vectors) for what, vectors in each.profiles.items()})
        kinds.update({EXPLAINED + kind: len(vectors) for kind, vectors in each.explanations.items()})
        matches = any(explain(SCHEMA, each, other) is not None for other in against)
        labels.append((frozenset((+kinds).items()), matches))
    return labels


def at_hub_in_clear(
    people: Sequence[RecordIdentifiers], others: Sequence[RecordIdentifiers], encoder: RecordEncoder
) -> Labels:
    """The same for what a hub sees."""
    against = [encoder.encode(person) for person in others]
    shapes = [_shape_of_encoding(other) for other in against]
    labels = []
    for each in (encoder.encode(person) for person in people):
        matches: Counter[Hashable] = Counter()
        for other, shape in zip(against, shapes, strict=True):
            found = explain(SCHEMA, each, other)
            if found is not None:
                agreement = tuple(sorted((kind, value.value) for kind, value in found.agreement.items()))
                matches[shape, (found.band.value, agreement)] += 1
        labels.append((_shape_of_encoding(each), frozenset(matches.items())))
    return labels


def expected_right(labels: Labels, known: Labels, truth: Assignment) -> float:
    """How many persons are named rightly, on average, by who guesses among equal labels."""
    here, there = Counter(labels), Counter(known)
    right = 0.0
    for place, person in enumerate(truth.tolist()):
        if person >= 0 and labels[place] == known[person]:
            right += 1 / max(here[labels[place]], there[known[person]])
    return right


def alone_in_label(labels: Labels, known: Labels, truth: Assignment) -> int:
    """How many are named with certainty, and rightly: nobody else has their label, here or there."""
    here, there = Counter(labels), Counter(known)
    return sum(
        labels[place] == known[person] and here[labels[place]] == there[known[person]] == 1
        for place, person in enumerate(truth.tolist())
        if person >= 0
    )


def aligned_in_order(labels: Labels, known: Labels) -> Assignment:
    """Names by order: records came in the order of a list that the attacker has too, with other gaps.

    The alignment of both sequences of labels in which the rarest labels fit (Needleman & Wunsch 1970).
    """
    frequency = Counter(known)
    worth = defaultdict(float, {label: 1 + np.log(len(known) / count) for label, count in frequency.items()})
    best = np.zeros((len(labels) + 1, len(known) + 1))
    for row, label in enumerate(labels, start=1):
        for column, other in enumerate(known, start=1):
            together = best[row - 1, column - 1] + (worth[label] if label == other else -1.0)
            best[row, column] = max(together, best[row - 1, column], best[row, column - 1])
    assignment = np.full(len(labels), -1, dtype=np.int64)
    row, column = len(labels), len(known)
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            assignment[row] = column
    return assignment


def _leaves(value: object) -> Iterator[str]:
    """Texts and bytes of the length of a secret, wherever they stand."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str | bytes) and len(value) >= _SECRET_LENGTH:
        yield value if isinstance(value, str) else value.hex()


def _shape(outline: Outline) -> Hashable:
    return (
        tuple(outline.profiles.items()),
        tuple(outline.explanations.items()),
        outline.whole,
        tuple((kind, len(values)) for kind, values in outline.tokens.items()),
    )


def _shape_of_encoding(record: EncodedRecord) -> Hashable:
    values = {(kind, token): token for kind, tokens in record.tokens.items() for token in tokens}
    return _shape(outline_of(SCHEMA, record, values))
