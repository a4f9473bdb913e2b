"""A hit in plain words: why it is one, what the other side sees of it, and how far it has come. Pure."""

from dataclasses import dataclass, field

from symbolon.node.domain.hits import Direction, HitView
from symbolon.node.web.wording import BAND_SENTENCES, BANDS, KINDS, OFFENCES, RECORD_KINDS, URGENCIES
from symbolon.protocol.handling import (
    Agreement,
    HandlingCode,
    IdentifierKind,
    InformationAccuracy,
    SourceReliability,
)
from symbolon.protocol.lifecycle import JointState, SideState


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
    both_voted = bool(view.counterpart_votes) and hit.joint_state is not JointState.NEEDS_MORE
    asked = bool(view.requests)
    answered = asked and all(request.reply is not None for request in view.requests)
    is_confirmed = hit.joint_state in (JointState.CONFIRMED, JointState.REQUESTED, JointState.RESPONDED)
    way: list[tuple[str, bool]] = []
    if hit.joint_state is JointState.HELD:
        way.append(("Released by the protection officer", False))
    way += [
        ("Both sides alerted", hit.joint_state is not JointState.HELD),
        ("Acknowledged here", hit.side_state is not SideState.WAITING or both_voted),
        ("Voted here", hit.side_state is SideState.VOTED or both_voted),
        ("Both votes opened", both_voted),
    ]
    if is_confirmed or not both_voted:
        way += [("Question asked", asked), ("Answered", answered)]
    present = next((place for place, (_, done) in enumerate(way) if not done), len(way))
    if both_voted and not is_confirmed:
        present = len(way)
    return tuple(Step(label, done, place == present) for place, (label, done) in enumerate(way))


def request_starter(view: HitView, counterpart: str) -> dict[str, str]:
    """The first words of a request, out of what the hit already says: nothing that identifies anybody."""
    hit = view.summary
    by_use = sorted(view.agreement, key=lambda line: line.agreement is not Agreement.DISAGREE)
    open_kinds = [KINDS[line.kind].lower() for line in by_use if line.agreement is not Agreement.AGREE]
    questions = [f"Which {kind} do you hold for this subject, and since when?" for kind in open_kinds[:3]]
    questions.append("In which role does the subject appear in your case, and who may be called about it?")
    return {
        "purpose": f"To learn what {counterpart} holds about the subject of this hit.",
        "relevance": f"Both sides judged the two records to be the same. Likeness: {BANDS[hit.band].lower()}.",
        "why_this_state": f"{counterpart} holds the other half: {OFFENCES[hit.counterpart_offence_group].lower()}.",
        "facts": f"Our case: {OFFENCES[view.own_record.offence_group].lower()}.",
        "questions": "\n".join(questions),
        "urgency": hit.urgency.value,
        "handling_code": HandlingCode.H1.value,
    }


def reply_starter() -> dict[str, str]:
    """The grades that a reply starts with: the most cautious, so that a better one is somebody's decision."""
    return {
        "source_reliability": SourceReliability.X.value,
        "information_accuracy": InformationAccuracy.CANNOT_BE_JUDGED.value,
        "handling_code": HandlingCode.H1.value,
    }


def open_question(view: HitView) -> str | None:
    """The id of a received request that still waits for our answer, the oldest first."""
    waiting = [r for r in view.requests if r.direction is Direction.RECEIVED and r.reply is None]
    return waiting[0].request_id if waiting else None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
