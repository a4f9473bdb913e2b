"""Hits: the inbox, one hit, and what is done about it before the votes agree."""

from dataclasses import dataclass, field
from typing import Final

from symbolon.node.domain.contacts import AskedBefore
from symbolon.node.domain.forms import ContactForm, InformationForm, RequestForm
from symbolon.node.domain.hits import HitSummary, HitView
from symbolon.node.domain.justification import ViewReason
from symbolon.node.errors import InvalidDraft
from symbolon.node.web.api.operations import Blob, Call, Made, Operation, PageOf, page_of
from symbolon.node.web.queue import Overlay, QueueQuery, Show, Sort, arrange
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.handling import Band, HoldRuling, IdentifierKind, Urgency, Verdict
from symbolon.protocol.lifecycle import JointState

_CURSOR: Final = {
    "limit": "How many at once: 1 to 200, usually 50.",
    "cursor": "Where to go on: `next` of the answer before.",
}
_FILTERS: Final = {
    "show": "open (usual), mine, ended or all.",
    "country": "The other state.",
    "urgency": "U1, U2 or U3.",
    "band": "strong, probable or possible.",
    "overlay": "escalated, safety-hold or protected.",
    "state": "Joint states with commas between.",
    "sort": "time-left (usual), newest, urgency, band or country.",
}


@dataclass(frozen=True, slots=True)
class JustificationBody:
    """Why a victim's or minor's hit is looked at."""

    reason: ViewReason
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AssignmentBody:
    """Who is to check the hit."""

    login: str


@dataclass(frozen=True, slots=True)
class RecommendationBody:
    """What to vote, and why."""

    verdict: Verdict
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoteBody:
    """The vote of this side; a reason may be left out for SAME."""

    verdict: Verdict
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ExtraFieldsBody:
    """One to three kinds of identifier, and what they would decide."""

    kinds: tuple[IdentifierKind, ...]
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgreedBody:
    """Whether this side agrees."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class RulingBody:
    """The protection officer's decision on a hold."""

    ruling: HoldRuling


@dataclass(frozen=True, slots=True)
class SafetyHoldBody:
    """Hold the hit for somebody's safety, or lift this side's own hold."""

    holds: bool
    justification: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReasonBody:
    """Why, in words."""

    justification: str = field(repr=False)


def _list(call: Call) -> PageOf:
    params = call.params
    query = QueueQuery(
        show=params.choice("show", Show) or Show.OPEN,
        country=params.member("country") or "",
        urgency=params.choice("urgency", Urgency),
        band=params.choice("band", Band),
        sort=params.choice("sort", Sort) or Sort.TIME_LEFT,
        overlay=params.choice("overlay", Overlay),
    )
    states = params.choices("state", JointState)
    hits = call.services.desk.list_hits.export(
        call.caller.actor, lambda hit: query.admits(hit) and (not states or hit.joint_state in states)
    )
    now = max((hit.alerted_at for hit in hits), default=None)
    lines = () if now is None else tuple(line.hit for line in arrange(hits, query, now))
    return page_of(lines, params, lambda hit: str(hit.hit_id))


def _assign(call: Call) -> None:
    if call.body.login not in call.services.officers():
        raise InvalidDraft("login", "login: nobody who may act here has this login; choose one of `/officers`.")
    call.services.desk.assign_hit(call.caller.actor, call.hit_id, call.body.login)


def _contact(call: Call) -> Made:
    made = call.services.desk.note_contact(call.caller.actor, call.hit_id, call.body)
    return Made("contact_id", str(made), f"/hits/{call.hit_id}/asked-before")


def _pack(call: Call) -> Blob:
    form = call.params.choice("form", Export) or Export.CASE_SYSTEM
    pdf = call.services.desk.print_pack(call.caller.actor, call.hit_id, form, call.caller.visit)
    return Blob(pdf, "application/pdf", f"hit-{call.hit_id}.pdf")


def _officers(call: Call) -> list[dict[str, object]]:
    found = call.services.officers()
    return [{"login": login, "roles": frozenset(found[login])} for login in sorted(found)]


_ID: Final = "/hits/{hit_id}"

HITS: Final = (
    Operation(
        "GET",
        "/hits",
        "List hits",
        _list,
        gives=tuple[HitSummary, ...],
        params=_FILTERS | _CURSOR,
        description="The inbox, with the filters of its page. The answer holds `items` and `next`.",
    ),
    Operation(
        "GET",
        _ID,
        "Show a hit",
        lambda call: call.seen_hit(),
        gives=HitView,
        description="All that this client may see of the hit. Its `ETag` goes into `If-Match` of an act.",
    ),
    Operation(
        "POST",
        f"{_ID}/justification",
        "Say why a protected hit is looked at",
        lambda call: call.services.desk.give_justification(
            call.caller.actor, call.hit_id, call.caller.visit, call.body.reason, call.body.text
        ),
        takes=JustificationBody,
        looks=False,
        example={"reason": "check-hit", "text": "The night desk asks whether it is the same child."},
        description="Counts for fifteen minutes, for this client and this hit.",
    ),
    Operation(
        "POST",
        f"{_ID}/acknowledge",
        "Acknowledge a hit",
        lambda call: call.services.desk.acknowledge_hit(call.caller.actor, call.hit_id),
    ),
    Operation(
        "POST",
        f"{_ID}/assignment",
        "Assign a hit",
        _assign,
        takes=AssignmentBody,
        example={"login": "ivo"},
    ),
    Operation(
        "POST",
        f"{_ID}/recommendation",
        "Recommend a vote",
        lambda call: call.services.desk.recommend(call.caller.actor, call.hit_id, call.body.verdict, call.body.text),
        takes=RecommendationBody,
        example={"verdict": "SAME", "text": "Same passport, same village."},
    ),
    Operation(
        "POST",
        f"{_ID}/votes",
        "Cast this side's vote",
        lambda call: call.services.desk.cast_vote(call.caller.actor, call.hit_id, call.body.verdict, call.body.reason),
        takes=VoteBody,
        example={"verdict": "SAME", "reason": "Same passport, same village."},
    ),
    Operation(
        "POST",
        f"{_ID}/extra-fields",
        "Propose to show further kinds of identifier",
        lambda call: call.services.desk.propose_extra_fields(
            call.caller.actor, call.hit_id, call.body.kinds, call.body.reason
        ),
        takes=ExtraFieldsBody,
        example={"kinds": ["place"], "reason": "The village would decide it."},
    ),
    Operation(
        "POST",
        f"{_ID}/extra-fields/answer",
        "Answer such a proposal",
        lambda call: call.services.desk.answer_extra_fields(call.caller.actor, call.hit_id, call.body.agreed),
        takes=AgreedBody,
        example={"agreed": True},
    ),
    Operation(
        "POST",
        f"{_ID}/extra-fields/show",
        "Show what both agreed on",
        lambda call: call.services.desk.show_extra_fields(call.caller.actor, call.hit_id),
    ),
    Operation(
        "POST",
        f"{_ID}/hold-ruling",
        "Release a held hit, or close it",
        lambda call: call.services.desk.release_hold(call.caller.actor, call.hit_id, call.body.ruling),
        takes=RulingBody,
        example={"ruling": "release"},
    ),
    Operation(
        "POST",
        f"{_ID}/safety-hold",
        "Hold a hit for somebody's safety, or lift that",
        lambda call: call.services.desk.hold_for_safety(
            call.caller.actor, call.hit_id, call.body.holds, call.body.justification
        ),
        takes=SafetyHoldBody,
        looks=False,
        example={"holds": True, "justification": "A relative was threatened."},
    ),
    Operation(
        "POST",
        f"{_ID}/close",
        "Close a hit",
        lambda call: call.services.desk.close_hit(call.caller.actor, call.hit_id),
    ),
    Operation(
        "POST",
        f"{_ID}/reopen",
        "Reopen a hit",
        lambda call: call.services.desk.reopen_hit(call.caller.actor, call.hit_id, call.body.justification),
        takes=ReasonBody,
        example={"justification": "A new document came up."},
    ),
    Operation(
        "GET",
        f"{_ID}/asked-before",
        "Show what was asked about the same subject before",
        lambda call: call.services.desk.asked_before(call.caller.actor, call.hit_id, call.caller.visit),
        gives=tuple[AskedBefore, ...],
    ),
    Operation(
        "POST",
        f"{_ID}/contacts",
        "Enter a past contact about the subject",
        _contact,
        takes=ContactForm,
        example={"channel": "telephone", "counterpart": "Duty desk of Belanu", "on": "2026-02-27"},
    ),
    Operation(
        "GET",
        f"{_ID}/request-form",
        "Prefill a request",
        lambda call: call.services.desk.prefill_request(call.caller.actor, call.hit_id, call.caller.visit),
        gives=RequestForm,
    ),
    Operation(
        "GET",
        f"{_ID}/information-form",
        "Prefill information that nobody asked for",
        lambda call: call.services.desk.prefill_information(call.caller.actor, call.hit_id, call.caller.visit),
        gives=InformationForm,
    ),
    Operation(
        "GET",
        f"{_ID}/pack",
        "Print a hit and its exchanges",
        _pack,
        params={"form": "case-system (usual), print or evidence."},
        description="A PDF whose every page carries its handling code.",
    ),
    Operation("GET", "/officers", "List who may be assigned a hit", _officers),
)
