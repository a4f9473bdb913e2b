"""Desks: whom to call, the own desks, proof of life, clocks that ran out, interests, what pairs agreed on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from symbolon.node.domain.agreements import PairDraft
from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.desks import CallAnswer, DeskQuery, DutyLine, FocalPointView
from symbolon.node.domain.escalations import EscalationLine
from symbolon.node.domain.interests import InterestLine
from symbolon.node.web.api.operations import Call, Operation, PageOf, page_of
from symbolon.protocol.focal_points import CallQuery
from symbolon.protocol.messages_focal_points import Competence
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeskId
from symbolon.runtime.problem_responses import Refusal


@dataclass(frozen=True, slots=True)
class OwnDesksBody:
    """The own desks as TOML, and the `mark` of what was read before."""

    toml: str = field(repr=False)
    mark: str


@dataclass(frozen=True, slots=True)
class StaffBody:
    """Who works at one of the own desks."""

    desk_id: DeskId
    logins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterestBody:
    """A record, by its reference or its own id, and until when it is followed (null: ninety days)."""

    record: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordBody:
    """A record, by its reference or its own id."""

    record: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgreementBody:
    """The digest of the proposal as it was read."""

    digest: str


def _call_whom(call: Call) -> CallAnswer:
    member, competence = call.params.member("member"), call.params.choice("competence", Competence)
    if member is None or competence is None:
        raise Refusal(Problem.INVALID_INPUT, "query: say member and competence.")
    languages = tuple(filter(None, call.params.text("languages").split(",")))
    return call.services.desk.watch.who_to_call(call.caller.actor, member, CallQuery(competence, languages))


def _focal_points(call: Call) -> FocalPointView:
    query = DeskQuery(
        call.params.member("member"), call.params.choice("competence", Competence), call.params.text("language")
    )
    return call.services.desk.watch.show_focal_points(call.caller.actor, query)


def _own(call: Call) -> dict[str, object]:
    own = call.services.desk.watch.edit_focal_points.show(call.caller.actor)
    return {
        "toml": own.toml,
        "mark": own.mark,
        "is_changed": own.is_changed,
        "changed_by": own.changed_by,
        "published": None if own.published is None else own.published.directory.version,
        "handed_out": own.handed_out,
        "staff": own.staff,
    }


def _escalations(call: Call) -> PageOf:
    lines = call.services.desk.watch.list_escalations(call.caller.actor)
    return page_of(lines, call.params, _escalation_key)


def _escalation_key(line: EscalationLine) -> str:
    each = line.escalation
    noted = each.noted_at.timestamp()
    return f"{each.hit_id}.{each.exchange_id}.{each.clock.value}.{each.level.value}.{each.watcher.value}.{noted:.6f}"


_PAGING: Final = {"limit": "How many at once.", "cursor": "Where to go on."}

DESKS: Final = (
    Operation(
        "GET",
        "/focal-points",
        "List all states' desks",
        _focal_points,
        gives=FocalPointView,
        params={"member": "One state.", "competence": "One subject.", "language": "A language tag."},
    ),
    Operation(
        "GET",
        "/focal-points/duty",
        "List who is on duty",
        lambda call: call.services.desk.watch.show_focal_points.roster(call.caller.actor),
        gives=tuple[DutyLine, ...],
    ),
    Operation(
        "GET",
        "/who-to-call",
        "Say whom to call now",
        _call_whom,
        gives=CallAnswer,
        params={"member": "The state.", "competence": "The subject.", "languages": "Best first, commas between."},
    ),
    Operation("GET", "/focal-points/own", "Show the own desks", _own),
    Operation(
        "PUT",
        "/focal-points/own",
        "Change the own desks",
        lambda call: call.services.desk.watch.edit_focal_points.save(
            call.caller.actor, read_toml(call.body.toml), call.body.mark
        ),
        takes=OwnDesksBody,
        example={"toml": "valid_until = 2027-01-31\n", "mark": "0f3a"},
    ),
    Operation(
        "PUT",
        "/focal-points/own/staff",
        "Say who works at a desk",
        lambda call: call.services.desk.watch.edit_focal_points.staff(
            call.caller.actor, call.body.desk_id, call.body.logins
        ),
        takes=StaffBody,
        example={"desk_id": "duty", "logins": ["mara"]},
    ),
    Operation(
        "POST",
        "/focal-points/own/publish",
        "Sign and publish the own desks",
        lambda call: {"version": call.services.desk.watch.publish_focal_points(call.caller.actor)},
    ),
    Operation(
        "GET",
        "/pings",
        "List what asks whether a desk lives",
        lambda call: call.services.desk.watch.answer_ping.open_to(call.caller.actor),
    ),
    Operation(
        "POST",
        "/pings/{ping_id}/answer",
        "Answer that a desk lives",
        lambda call: call.services.desk.watch.answer_ping(call.caller.actor, call.path["ping_id"]),
    ),
    Operation(
        "GET",
        "/escalations",
        "List clocks that have run far",
        _escalations,
        gives=tuple[EscalationLine, ...],
        params=_PAGING,
    ),
    Operation(
        "GET",
        "/interests",
        "List the records that this client follows",
        lambda call: call.services.desk.watch.follow_record.list(call.caller.actor),
        gives=tuple[InterestLine, ...],
    ),
    Operation(
        "POST",
        "/interests",
        "Follow a record",
        lambda call: call.services.desk.watch.follow_record.set(call.caller.actor, call.body.record, call.body.until),
        takes=InterestBody,
        example={"record": "P-0001", "until": None},
    ),
    Operation(
        "POST",
        "/interests/end",
        "Follow a record no more",
        lambda call: call.services.desk.watch.follow_record.end(call.caller.actor, call.body.record),
        takes=RecordBody,
        example={"record": "P-0001"},
    ),
    Operation(
        "GET",
        "/agreements",
        "List what this state agreed on with others",
        lambda call: call.services.desk.watch.agree_pair.show(call.caller.actor),
    ),
    Operation(
        "POST",
        "/agreements/{member}",
        "Propose times to a state",
        lambda call: {
            "version": call.services.desk.watch.agree_pair.propose(call.caller.actor, call.path["member"], call.body)
        },
        takes=PairDraft,
        example={
            "effective_from": "2026-04-01",
            "times": [{"clock": "respond", "urgency": "U1", "counting": "clock-hours", "amount": 7200}],
        },
    ),
    Operation(
        "POST",
        "/agreements/{member}/sign",
        "Sign what a state proposed",
        lambda call: call.services.desk.watch.agree_pair.sign(call.caller.actor, call.path["member"], call.body.digest),
        takes=AgreementBody,
        example={"digest": "9f86d081884c7d65"},
    ),
)
