"""Documents with one wrong character, for `make bench-quality`: recall beside a name, and what random numbers do."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from quality_sets import Data

from symbolon.matching.decision import explain
from symbolon.matching.encoding import EncodedRecord
from symbolon.matching.errors import IdentifierError, TooLittleToMatch
from symbolon.matching.identifiers import Document, PersonName, RecordIdentifiers, parse_document
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation

ISSUER = "TH"
SAMPLE = 50_000
A_MILLION = 1_000_000
_CONFUSED = ("0O", "0D", "0Q", "1I", "1L", "8B", "5S", "2Z", "6G", "7T")
_CHARACTERS = "0123456789"


@dataclass(frozen=True, slots=True)
class DocumentFigures:
    """Recall of each kind of error beside the same name; hits beside another name; chance pairs of random numbers."""

    numbers: int
    recall: dict[str, float]
    beside_another_name: float
    candidates_in_a_million: float
    """Pairs of 1 M x 1 M random numbers that share any token: looked at, and no hit without a name that agrees."""


def measure(data: Data, encoding: EncodingForEvaluation) -> DocumentFigures:
    """Every number of the two lists, once for each kind of error that it can have."""
    choose = random.Random(1)  # noqa: S311  a draw that repeats
    cases = _documents(data)
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    others = 0
    for name, number in cases:
        original = _encoded(encoding, name, number)
        other_name = choose.choice(cases)[0]
        for kind, change in ERRORS.items():
            changed = change(choose, number)
            if original is None or changed in {None, number}:
                continue
            wrong = _encoded(encoding, name, changed)
            stranger = _encoded(encoding, other_name, changed)
            tried[kind] += 1
            found[kind] += wrong is not None and explain(encoding.schema, original, wrong) is not None
            others += (
                stranger is not None and other_name != name and explain(encoding.schema, original, stranger) is not None
            )
    return DocumentFigures(
        numbers=len(cases),
        recall={kind: found[kind] / tried[kind] for kind in ERRORS if tried[kind]},
        beside_another_name=others / max(tried.total(), 1),
        candidates_in_a_million=_candidates(choose, encoding),
    )


def _documents(data: Data) -> list[tuple[str, str]]:
    cases = []
    for name in ("sdn_documents", "un_documents"):
        for row in data.rows(name):
            try:
                cases.append((row["name"], parse_document(row["number"]).number))
            except IdentifierError:
                continue
    return cases


def _encoded(encoding: EncodingForEvaluation, name: str, number: str) -> EncodedRecord | None:
    try:
        document = parse_document(number, "passport", ISSUER)
        return encoding.encoder.encode(RecordIdentifiers(names=(PersonName(name),), documents=(document,)))
    except (IdentifierError, TooLittleToMatch):
        return None


def _candidates(choose: random.Random, encoding: EncodingForEvaluation) -> float:
    """Scaled up from a sample: pairs grow with the square."""
    holders: dict[tuple[str, bytes], list[int]] = defaultdict(list)
    for number in range(SAMPLE):
        for token in _tokens(choose, encoding):
            holders[token].append(number)
    pairs = {
        (query, target) for query in range(SAMPLE) for token in _tokens(choose, encoding) for target in holders[token]
    }
    return len(pairs) * (A_MILLION / SAMPLE) ** 2


def _tokens(choose: random.Random, encoding: EncodingForEvaluation) -> list[tuple[str, bytes]]:
    number = choose.choice("ABCDEFGHJKLMNPRSTUVWXYZ") + f"{choose.randrange(10**7):07}"
    document = Document(parse_document(number, "passport", ISSUER).type, ISSUER, number)
    record = encoding.encoder.encode(RecordIdentifiers(documents=(document,)))
    return [(kind, token) for kind, tokens in record.tokens.items() for token in tokens]


def _misread(choose: random.Random, number: str) -> str | None:
    places = [
        (place, pair[1 - side])
        for place, character in enumerate(number)
        for pair in _CONFUSED
        for side in (0, 1)
        if pair[side] == character
    ]
    if not places:
        return None
    place, character = choose.choice(places)
    return number[:place] + character + number[place + 1 :]


def _wrong_key(choose: random.Random, number: str) -> str:
    place = choose.randrange(len(number))
    return number[:place] + choose.choice(_CHARACTERS) + number[place + 1 :]


def _left_out(choose: random.Random, number: str) -> str:
    place = choose.randrange(len(number))
    return number[:place] + number[place + 1 :]


def _doubled(choose: random.Random, number: str) -> str:
    place = choose.randrange(len(number))
    return number[:place] + choose.choice(_CHARACTERS) + number[place:]


def _swapped(choose: random.Random, number: str) -> str:
    place = choose.randrange(len(number) - 1)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


ERRORS: dict[str, Callable[[random.Random, str], str | None]] = {
    "misread (OCR)": _misread,
    "wrong key": _wrong_key,
    "left out": _left_out,
    "one too many": _doubled,
    "neighbours swapped": _swapped,
}
