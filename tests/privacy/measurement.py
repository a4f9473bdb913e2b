"""The attacks on two federations with the same people: what who holds what can name."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tests.privacy import metadata
from tests.privacy.federations import BlindFederationView, OpenHubView, OperatorView
from tests.privacy.graph_matching import Assignment, Similarities, alignment_evidence, match_graphs
from tests.privacy.invented_state import Populations, is_whole
from tests.privacy.readings import (
    JUDGED,
    of_batches,
    of_open_hub,
    of_people,
    of_people_beside,
    of_shares,
    of_values_in_clear,
    of_words,
)
from tests.simulators.hub_members import SCHEMA

from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.protocol.keys import LinkageKey

MEMBERS_KEY = LinkageKey.generate(1, hashlib.sha256(b"a key that members share").digest())
ATTACKERS_KEY = LinkageKey.generate(1, hashlib.sha256(b"a key that no member has").digest())


@dataclass(frozen=True, slots=True)
class Named:
    """What one attack achieved."""

    right: int
    people: int
    """Whom the attacker could have named: they are in its register."""
    evidence: float
    """How far the reading goes together with clear similarities, in standard deviations (`alignment_evidence`)."""

    @property
    def part(self) -> float:
        """Of those who could have been named."""
        return self.right / self.people


@dataclass(frozen=True, slots=True)
class Shape:
    """What the shapes of records give, to one who holds them."""

    expected_right: float
    """Guessing among equals, on average."""
    alone: int
    """Nobody else has their label: named with certainty."""
    labels: int
    people: int


def chance_of_right(count: int) -> float:
    """How often, at most, guesses that have nothing to do with the persons name so many rightly.

    Whatever is guessed, the persons lie in an order that is independent of it: the number of right ones has factorial
    moments of at most 1, as the fixed points of a random permutation, so P(X >= k) <= 1 / k!.

    >>> chance_of_right(13) < 1e-9
    True
    """
    return 1 / math.factorial(count)


class Attacker:
    """Who holds a register in clear, and the public schema; no key of the federation.

    It attacks the records that show nothing by their fields alone (`is_whole`), and is even told which these are: so
    what it finds, it finds by content.
    """

    def __init__(self, people: Populations) -> None:
        self._people = people
        self._encoder = RecordEncoder(SCHEMA, ATTACKERS_KEY.subkey)
        self._files = _places(is_whole(person) for person in people.files)
        register = _places(is_whole(person) for person in people.register)
        place = {int(person): number for number, person in enumerate(register)}
        self.truth: Assignment = np.array(
            [place.get(int(person), -1) for person in people.truth[self._files]], dtype=np.int64
        )
        self._register = [people.register[each] for each in register]
        self._known = of_people(self._register, self._encoder)
        self._known_beside = of_people_beside(self._register, people.others, self._encoder)

    def on_open_hub(self, view: OpenHubView) -> Named:
        """The table of encodings of an open hub."""
        return self._name(of_open_hub(view, self._references(view.submitted.files)), self._known)

    def on_values_in_clear(self, view: BlindFederationView) -> Named:
        """What the batches would show without masks: the attack by batches can see, if there is anything to be seen."""
        similar = of_values_in_clear(view, self._references(view.submitted.files))
        return self._name(similar, self._known_beside)

    def on_operator(self, view: BlindFederationView, operator: OperatorView) -> Mapping[str, Named]:
        """Everything that one operator holds, by reading."""
        references = self._references(view.submitted.files)
        found = {
            reading: self._name(similar, self._known) for reading, similar in of_shares(operator, references).items()
        }
        for reading, similar in of_batches(view, operator, references).items():
            if similar.any():
                found[reading] = self._name(similar, self._known_beside)
        return found

    def on_shares_under_one_mask(self) -> Mapping[str, Named]:
        """What the readings of shares would give if members drew one mask for all: they can see, too."""
        members = RecordEncoder(SCHEMA, MEMBERS_KEY.subkey)
        seen = _masked(members, [self._people.files[each] for each in self._files], b"the only mask")
        known = _masked(self._encoder, self._register, b"a mask of the attacker's")
        return {reading: self._name(similar, known[reading]) for reading, similar in seen.items()}

    def by_shape(self, view: BlindFederationView, operator: OperatorView | None, *, with_matches: bool) -> Shape:
        """The shapes of all records, as an operator (or, None, the hub) sees them."""
        labels, known = self._labels(view, operator, with_matches=with_matches)
        truth = self._people.truth
        return Shape(
            expected_right=metadata.expected_right(labels, known, truth),
            alone=metadata.alone_in_label(labels, known, truth),
            labels=len(set(labels)),
            people=int((truth >= 0).sum()),
        )

    def by_order(self, view: BlindFederationView, operator: OperatorView) -> Named:
        """As if all had been submitted in the order of a list that the register keeps too, shapes helping."""
        labels, known = self._labels(view, operator, with_matches=True)
        truth, names = self._people.truth, [person.names[0].text for person in self._people.register]
        in_list = sorted(range(len(known)), key=lambda place: names[place])
        rank = {place: number for number, place in enumerate(in_list)}
        own_names = [person.names[0].text for person in self._people.files]
        submitted = sorted(range(len(labels)), key=lambda place: own_names[place])
        assignment = metadata.aligned_in_order([labels[each] for each in submitted], [known[each] for each in in_list])
        right = [
            truth[each] >= 0 and rank[int(truth[each])] == found
            for each, found in zip(submitted, assignment, strict=True)
        ]
        return Named(sum(map(bool, right)), int((truth >= 0).sum()), 0.0)

    def _labels(
        self, view: BlindFederationView, operator: OperatorView | None, *, with_matches: bool
    ) -> tuple[metadata.Labels, metadata.Labels]:
        files, people = view.submitted.files, self._people
        others = people.others if with_matches else ()
        if operator is None:
            seen = metadata.seen_by_hub(view, files, with_matches=with_matches)
            return seen, metadata.at_hub_in_clear(people.register, others, self._encoder)
        seen = metadata.seen_by_operator(operator, files, with_matches=with_matches)
        return seen, metadata.at_operator_in_clear(people.register, others, self._encoder)

    def _references(self, files: Sequence[str]) -> Sequence[str]:
        return [files[each] for each in self._files]

    def _name(self, similar: Similarities, known: Similarities) -> Named:
        attempt = match_graphs(similar, known)
        evidence = alignment_evidence(similar, known, self.truth)
        return Named(attempt.count_right(self.truth), int((self.truth >= 0).sum()), evidence)


def _masked(encoder: RecordEncoder, people: Sequence[RecordIdentifiers], mask: bytes) -> Mapping[str, Similarities]:
    row = RowOfElements(RING_16, SCHEMA.vector_bits)
    uniform = np.random.default_rng(list(mask)).bytes(row.size)
    vectors = [encoder.encode(person).profiles[JUDGED.id][0] for person in people]
    words = np.array([np.frombuffer(share(row, vector, uniform)[0], dtype="<i2") for vector in vectors])
    return of_words(words, words, 0)


def _places(chosen: Iterable[bool]) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.array(list(chosen)))
