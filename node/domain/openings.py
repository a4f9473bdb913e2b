"""What the operators opened for this node alone: put together, checked, and read as pairs of records. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from symbolon.matching.blind.canaries import CanaryForm, CanaryName, known_answer
from symbolon.matching.blind.errors import BlindError, OpeningDisagrees
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.questions import Question, band_of, questions_in_order
from symbolon.matching.blind.received import rows_received
from symbolon.matching.blind.shared_record import NUMBERED
from symbolon.matching.decision import Band as MatchBand
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.handling import Band
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.messages import SealedOpening, SealedOpenings
from symbolon.protocol.messages_sessions import LinearForm, filled_up
from symbolon.protocol.opening_sealing import OpeningContext, digest_of_job, open_opening
from symbolon.protocol.problems import MalformedMessage, UnsealFailed
from symbolon.protocol.references import KeyId, MemberCode

_BANDS: Final = tuple(MatchBand)

KeyOf = Callable[[KeyId], HybridSealingKey | None]
"""This node's own sealing key of that name, former ones too."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who opens, and for which federation."""

    own: MemberCode
    federation: str
    key_of: KeyOf


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A record of this node's and one of another member's that are alike, each by the hub's number of it.

    `other_name` stays with the other record through its versions and epochs.
    """

    own_handle: int
    other_handle: int
    other_name: int
    other: MemberCode
    key_epoch: int
    band: Band


class OpeningsDisagree(Exception):
    """Two operators opened different things of this job, the same question was answered in two ways, or a canary's
    known answer came out otherwise.
    """

    def __init__(self, number: int, *, by_canaries: bool = False) -> None:
        super().__init__("What the operators opened cannot be true.")
        self.number = number
        self.by_canaries = by_canaries


def found_in(message: SealedOpenings, receiver: Receiver, schema: LinkageSchema) -> tuple[FoundRow, ...]:
    """The pairs that an opening tells of, each once.

    Raises:
        MalformedMessage, UnsealFailed: it is not for this node, or not what the operators sealed.
        OpeningsDisagree: the operators contradict each other, themselves, or what is known of canaries.

    """
    if receiver.own not in (message.asking, message.asked) or message.asking == message.asked:
        raise MalformedMessage("An opening is for one of the two whose records were compared.")
    answers = _answers(message, receiver, schema)
    wanted = questions_in_order(schema, message.what)
    if answers.keys() != set(wanted):
        raise MalformedMessage("An opening answers each of the schema's questions about the same rows.")
    if (len(message.query_names), len(message.record_names)) != (len(message.queries), len(message.records)):
        raise MalformedMessage("An opening names every record that was compared.")
    _check_canaries(message, wanted[0], answers[wanted[0]])
    canaries = {each.handle for each in message.canaries}
    names = dict(zip(message.queries, message.query_names, strict=True))
    names |= dict(zip(message.records, message.record_names, strict=True))
    found: dict[tuple[int, int], Band] = {}
    for query, row in sorted(answers[wanted[0]]):
        band = band_of(schema, message.what, {question: (query, row) in answers[question] for question in wanted})
        asking, asked = message.queries[query], message.records[row]
        if band is None or not asked or not canaries.isdisjoint((asking, asked)):
            continue
        pair = (asking, asked) if message.asking == receiver.own else (asked, asking)
        found[pair] = min(Band(band.value), found.get(pair, Band(band.value)), key=_strength)
    other = message.asked if message.asking == receiver.own else message.asking
    return tuple(
        FoundRow(own, handle, names[handle], other, message.key_epoch, band) for (own, handle), band in found.items()
    )


def _check_canaries(message: SealedOpenings, question: Question, said: Set[tuple[int, int]]) -> None:
    """By the hub's word, which alone knows all members' canaries; the operators are told of none."""
    names = {each.handle: CanaryName(each.number, CanaryForm(each.form.value)) for each in message.canaries}
    if not names:
        return
    opened = {(message.queries[query], message.records[row]) for query, row in said}
    alike = {(each.query, each.record) for each in message.known}
    may_be = {
        (query, record)
        for query, record in alike | opened
        if query in names
        and record in names
        and not message.what.startswith(NUMBERED)
        and known_answer(names[query], names[record])
    }
    if not alike <= may_be:
        raise MalformedMessage("Two canaries are said to be alike that are not.")
    with_canary = {pair for pair in opened if pair[1] and not names.keys().isdisjoint(pair)}
    if not alike <= opened or not with_canary <= may_be:
        number = next(
            each.job.number for each in message.openings if _question(message.what, each.job.form) == question
        )
        raise OpeningsDisagree(number, by_canaries=True)


def _strength(band: Band) -> int:
    return _BANDS.index(MatchBand(band.value))


def _answers(
    message: SealedOpenings, receiver: Receiver, schema: LinkageSchema
) -> Mapping[Question, frozenset[tuple[int, int]]]:
    """By question, which query says yes to which row."""
    asked = set(questions_in_order(schema, message.what))
    first = message.openings[0].job
    answers: dict[Question, frozenset[tuple[int, int]]] = {}
    for opening in message.openings:
        job = opening.job
        question = _question(message.what, job.form)
        if question not in asked or (job.queries, job.against) != (first.queries, first.against):
            raise MalformedMessage("An opening is about the schema's questions, and about the same rows.")
        rows = sum(filled_up(each.count) for each in job.against)
        if (len(job.queries), rows) != (len(message.queries), len(message.records)):
            raise MalformedMessage("An opening names what lies in every row that was compared.")
        said = frozenset(
            (query, row)
            for query, rows in enumerate(_rows(message, opening, receiver))
            for row in rows
            if row < len(message.records)
        )
        if answers.setdefault(question, said) != said:
            raise OpeningsDisagree(job.number)
    return answers


def _rows(message: SealedOpenings, opening: SealedOpening, receiver: Receiver) -> Sequence[tuple[int, ...]]:
    job = opening.job
    opened = dict(enumerate(_opened(message, opening, receiver)))
    try:
        return rows_received(message.session, job.number, job.rotation, range(len(job.queries)), opened)
    except OpeningDisagrees as error:
        raise OpeningsDisagree(job.number) from error
    except BlindError as error:
        raise MalformedMessage(f"An opening cannot be read: {error}.") from error


def _opened(message: SealedOpenings, opening: SealedOpening, receiver: Receiver) -> Iterator[bytes]:
    digest = digest_of_job(opening.job)
    for place, (key_id, sealed) in enumerate(zip(opening.key_ids, opening.sealed, strict=True)):
        key = receiver.key_of(key_id)
        if key is None:
            raise UnsealFailed("An opening was sealed for a key that this node does not have.")
        context = OpeningContext(receiver.federation, message.session, place, receiver.own, digest)
        yield open_opening(sealed, key, context)


def _question(what: str, form: LinearForm) -> Question:
    test = LinearTest(form.overlap, form.query_weight, form.record_weight, form.constant)
    return Question(what, test, form.bits)
