"""Names and records through the production encoder, under a throw-away key, compared as encodings only."""

import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolon.matching.encoding import EncodedRecord, RecordEncoder
from symbolon.matching.errors import IdentifierError, TooLittleToMatch
from symbolon.matching.identifiers import Phone, RecordIdentifiers, parse_person_name
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.pair_scores import PackedVectors

NAMES_ALONE = "names-alone"
_DECISIVE = Phone("+0")
"""A name alone is too little to publish, so the encoder is given a number beside it; the number is never compared."""
NOT_OF_THE_ENCODING = "the cell holds bytes that are not of the file's encoding"


@dataclass(frozen=True, slots=True)
class NameCell:
    """One name as a file has it; `readable` is False where its bytes are not of the file's encoding."""

    text: str
    readable: bool = True


class EncodingForEvaluation:
    """The production encoder under a key that nobody else has and that ends with the process."""

    def __init__(self, schema: LinkageSchema, throw_away_key: bytes) -> None:
        self.schema = schema
        self.encoder = RecordEncoder(schema, lambda label: hmac.digest(throw_away_key, label.encode(), "sha256"))

    @property
    def threshold_of_names_alone(self) -> Fraction:
        """Where the schema says that two names agree."""
        return self.schema.explanations["name"].agree

    @property
    def linkage_schema(self) -> LinkageSchema:
        """The schema, and one more profile by which pairs that share none of its own are judged: the name alone.

        A hub never compares by that profile; two files that somebody wants linked are another matter.
        """
        named = replace(
            self.schema.profiles[-1], id=NAMES_ALONE, fields=(("name", 1.0),), date_weights=None, bands=(),
            threshold=self.schema.names_alone_threshold, popcount_min=1, popcount_max=self.schema.vector_bits,
        )  # fmt: skip
        return replace(self.schema, profiles=(*self.schema.profiles, named))

    def record(self, identifiers: RecordIdentifiers) -> EncodedRecord:
        """A record with the vectors of its names alone as one profile more.

        Raises:
            TooLittleToMatch: there is nothing to compare, not even a name.

        """
        try:
            encoded = self.encoder.encode(identifiers)
        except TooLittleToMatch:
            with_number = self.encoder.encode(replace(identifiers, phones=(_DECISIVE,)))
            if not with_number.explanations["name"]:
                raise
            encoded = replace(with_number, tokens=dict.fromkeys(with_number.tokens, ()))
        return replace(encoded, profiles={**encoded.profiles, NAMES_ALONE: encoded.explanations["name"]})

    def name(self, cell: NameCell) -> tuple[bytes, ...]:
        """The vectors by which the schema compares a name alone.

        Raises:
            IdentifierError: it is no name.
            TooLittleToMatch: nothing in it tells people apart.

        """
        if not cell.readable:
            raise IdentifierError("names", NOT_OF_THE_ENCODING, "save the file as UTF-8")
        record = self.encoder.encode(RecordIdentifiers(names=(parse_person_name(cell.text),), phones=(_DECISIVE,)))
        vectors = record.explanations["name"]
        if not vectors:
            raise TooLittleToMatch("the name holds only titles, particles or initials")
        return vectors


class DistinctNames:
    """Encodes each distinct name once; names that the encoder refuses are kept without a vector, and counted."""

    def __init__(self, encoding: EncodingForEvaluation) -> None:
        self._encoding = encoding
        self._numbers: dict[NameCell, int] = {}
        self._vectors: list[tuple[bytes, ...]] = []
        self.refused: Counter[str] = Counter()
        """Reason → number of distinct names."""

    def number_of(self, cell: NameCell) -> int:
        """The number of this name; the same for the same text."""
        known = self._numbers.get(cell)
        if known is not None:
            return known
        try:
            vectors = self._encoding.name(cell)
        except IdentifierError as error:
            self.refused[error.what] += 1
            vectors = ()
        except TooLittleToMatch as error:
            self.refused[str(error)] += 1
            vectors = ()
        self._vectors.append(vectors)
        self._numbers[cell] = len(self._vectors) - 1
        return len(self._vectors) - 1

    def numbers_of(self, cells: Iterable[NameCell]) -> list[int]:
        """The numbers of several names."""
        return [self.number_of(cell) for cell in cells]

    def packed(self) -> PackedVectors:
        """The vectors of all names so far, by number."""
        return PackedVectors.of(self._vectors, self._encoding.schema.explanations["name"].bits)
