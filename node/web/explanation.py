"""A hit in plain words: why it is one, what the other side sees of it, and how far it has come. Pure."""

from dataclasses import dataclass, field
from typing import Final

from symbolon.node.domain.hits import HitView
from symbolon.node.web.wording import BAND_SENTENCES, BANDS, KINDS, OFFENCES, RECORD_KINDS, URGENCIES
from symbolon.protocol.handling import Agreement, IdentifierKind
from symbolon.protocol.lifecycle import VOTING, JointState, SideState

_ANSWERED: Final = frozenset(
    {
        JointState.RESPONDED,
        JointState.SPONTANEOUS,
        JointState.FEEDBACK_DUE,
        JointState.REFUSED,
        JointState.FORMAL_ROUTE,
        JointState.RECALLED,
        JointState.CLOSED,
    }
)
"""Where nothing more is waited for from the side that was asked."""


@dataclass(frozen=True, slots=True)
class HalfRow:
    """One kind of identifier: what we hold, in clear, beside how it compares with what they hold."""

    kind: IdentifierKind
    own_texts: tuple[str, ...] = field(repr=False)
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way of a hit: done, the present one, or to come."""

    label: str
    is_done: bool
    is_present: bool


def half_rows(view: HitView) -> tuple[HalfRow, ...]:
    """The two halves kind by kind: what agrees first, then what differs, then what is not known."""
    agreement_of = {line.kind: line.agreement for line in view.agreement}
    own: dict[IdentifierKind, list[str]] = {kind: [] for kind in agreement_of}
    for line in view.own_record.identifiers:
        own.setdefault(line.kind, []).append(line.text)
    rows = [HalfRow(kind, tuple(texts), agreement_of.get(kind, Agreement.UNKNOWN)) for kind, texts in own.items()]
    order = {agreement: place for place, agreement in enumerate(Agreement)}
    # A kind that neither half holds says nothing.
    return tuple(
        sorted(
            (row for row in rows if row.own_texts or row.agreement is not Agreement.UNKNOWN),
            key=lambda row: order[row.agreement],
        )
    )


def why_this_hit(view: HitView) -> tuple[str, ...]:
    """Sentences that say what the comparison found, and what it did not."""
    kinds: dict[Agreement, list[str]] = {agreement: [] for agreement in Agreement}
    for line in view.agreement:
        kinds[line.agreement].append(KINDS[line.kind].lower())
    sentences = [BAND_SENTENCES[view.summary.band]]
    if agreeing := kinds[Agreement.AGREE]:
        sentences.append(f"Alike on both sides: {_listed(agreeing)}.")
    if differing := kinds[Agreement.DISAGREE]:
        sentences.append(f"Different on the two sides: {_listed(differing)}. Look here first.")
    held_here = {KINDS[line.kind].lower() for line in view.own_record.identifiers}
    if only_here := [kind for kind in kinds[Agreement.UNKNOWN] if kind in held_here]:
        sentences.append(f"Held here and not there, so not compared: {_listed(only_here)}.")
    if len(only_here) < len(kinds[Agreement.UNKNOWN]):
        sentences.append("All other kinds are missing in our record, so they could not be compared.")
    return tuple(sentences)


def what_they_see(view: HitView, own_country: str) -> tuple[str, ...]:
    """What the other side's page says of this hit before the exchange: no more than this."""
    if view.summary.joint_state is JointState.HELD:
        return ("Nothing new until the hold ends. A hit that was never alerted stays unknown to them.",)
    return (
        f"That {own_country} holds a record of this kind: {RECORD_KINDS[view.own_record.kind].lower()}.",
        f"The offence group of our case: {OFFENCES[view.own_record.offence_group].lower()}.",
        f"The likeness ({BANDS[view.summary.band].lower()}) and which kinds agree, as on this page.",
        f"The urgency: {URGENCIES[view.summary.urgency]}.",
        "After both sides have voted: your vote and its reason.",
    )


def steps(view: HitView) -> tuple[Step, ...]:
    """The way of the hit so far, and what is still to come."""
    hit = view.summary
    opened = bool(view.counterpart_votes) and hit.joint_state not in VOTING
    voted = opened or hit.side_state is SideState.VOTED
    way: list[tuple[str, bool]] = []
    if hit.joint_state is JointState.HELD:
        way.append(("Released by the protection officer", False))
    way += [
        ("Both sides alerted", hit.joint_state is not JointState.HELD),
        ("Acknowledged here", hit.side_state is not SideState.WAITING or opened),
        ("Checked against our file", voted or view.side.recommended is not None),
        ("Voted here", voted),
        ("Both votes opened", opened),
    ]
    is_confirmed = bool(view.exchanges) or hit.joint_state is JointState.CONFIRMED
    if is_confirmed or not opened:
        way += _exchange_steps(view)
    present = next((place for place, (_, done) in enumerate(way) if not done), len(way))
    if (opened and not is_confirmed) or hit.joint_state is JointState.CLOSED:
        present = len(way)
    return tuple(Step(label, done, place == present) for place, (label, done) in enumerate(way))


def _exchange_steps(view: HitView) -> list[tuple[str, bool]]:
    states = [exchange.state for exchange in view.exchanges]
    return [
        ("Asked, or informed", bool(states)),
        ("Answered", bool(states) and all(state in _ANSWERED for state in states)),
        ("Feedback given, or closed", bool(states) and all(state is JointState.CLOSED for state in states)),
    ]


def first_questions(view: HitView) -> tuple[str, ...]:
    """The first words of a request, out of what the hit already says: nothing that identifies anybody."""
    by_use = sorted(view.agreement, key=lambda line: line.agreement is not Agreement.DISAGREE)
    open_kinds = [KINDS[line.kind].lower() for line in by_use if line.agreement is not Agreement.AGREE]
    questions = [f"Which {kind} do you hold for this subject, and since when?" for kind in open_kinds[:3]]
    return (*questions, "In which role does the subject appear in your case, and who may be called about it?")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
