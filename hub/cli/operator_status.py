"""How an operator's status is told: to people in lines that say what they count, to programs as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from symbolon.protocol.messages_peers import Doing

if TYPE_CHECKING:
    from symbolon.hub.operators.bootstrap.opening import DirectoryReport, OperatorReport

_IN_WORDS: Final = {
    Doing.WORKING: "works.",
    Doing.REFRESHING: "refreshes its shares with the others; nothing is compared meanwhile.",
    Doing.LOST: "needs restore: it lost shares. Give `symbolon hub operator restore`, or `resume` if nothing was.",
    Doing.RESTORING: "is restored from the other two while all three run; nothing is compared meanwhile.",
}


def in_words(report: OperatorReport) -> Iterator[str]:
    """Lines for people."""
    yield f"Operator {report.place} of {report.federation}: {_IN_WORDS[report.standing.doing]}"
    yield (
        f"It holds a share of {report.records} records, up to change {report.number} of the hub, refreshed "
        f"{report.standing.generation} times; {report.unreadable} bundles could not be read."
    )
    if report.trouble is not None:
        yield f"Its shares could not be restored: {report.trouble}"
    yield f"It has {'a' if report.has_token_share else 'no'} share of the token key."
    yield from _directory_in_words(report.directory)
    life = report.life
    if life.emptied_at is not None:
        yield (
            f"The hub was restored from a backup: the shares of {life.emptied_records} records were erased for it at "
            f"{life.emptied_at:%Y-%m-%d %H:%M:%S}, and the members share them out anew."
        )
    heard = {each["place"]: each for each in report.others}
    for place in sorted({*report.names, *heard} - {report.place}):
        named = f"Operator {place}" + (f" ({report.names[place]})" if place in report.names else "")
        yield f"{named}: {_heard_in_words(heard.get(place))}"
    if len(report.names) <= 1:
        yield "The others are not known yet: join with the welcome that the hub writes when all three are added."
    for each in report.spent:
        yield f"{each.member}: {each.amount} of {report.budgets[each.kind]} {each.kind} today."


def as_json(report: OperatorReport) -> dict[str, Any]:
    """One object for programs."""
    standing = report.standing
    return {
        "place": report.place,
        "federation": report.federation,
        "doing": standing.doing.value,
        "generation": standing.generation,
        "number": report.number,
        "records": report.records,
        "unreadable": report.unreadable,
        "token_key": report.has_token_share,
        "restoring_trouble": report.trouble,
        "others": [{**each, "heard_at": _moment(each["heard_at"])} for each in report.others],
        "known": sorted(report.names),
        "directory": _directory_in_json(report.directory),
        "hub_life": {
            "incarnation": report.life.incarnation,
            "emptied_at": None if report.life.emptied_at is None else _moment(report.life.emptied_at),
            "emptied_records": report.life.emptied_records,
        },
        "budgets": dict(report.budgets),
        "spent_today": [{"member": each.member, "kind": each.kind, "amount": each.amount} for each in report.spent],
    }


def _heard_in_words(heard: Any) -> str:
    if heard is None:
        return "has said nothing yet."
    return (
        f"{heard['doing']}, change {heard['number']}, refreshed {heard['generation']} times, as it said last when that "
        f"changed, at {heard['heard_at']:%Y-%m-%d %H:%M:%S}."
    )


def _directory_in_json(known: DirectoryReport) -> dict[str, object]:
    return {
        "version": known.version,
        "founding": known.founding,
        "cards_differ": known.cards_differ,
        "confirmed_at": None if known.confirmed_at is None else _moment(known.confirmed_at),
        "trouble": known.trouble,
    }


def _directory_in_words(known: DirectoryReport) -> Iterator[str]:
    if known.founding is None:
        yield "The members have founded no federation yet, as far as the hub says."
    else:
        confirmed = "confirmed with a member" if known.confirmed_at else "NOT CONFIRMED: ask a member, and `confirm` it"
        yield f"Directory version {known.version}; the founding's fingerprint is {known.founding}, {confirmed}."
    if known.cards_differ:
        yield (
            "It stands still: the members signed other operators' cards than this one joined with. Where an operator "
            "has a new card, wait for the members' signatures, and join with the welcome of after it."
        )
    if known.trouble is not None:
        yield f"The hub shows a directory that is no continuation of this one. {known.trouble}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
