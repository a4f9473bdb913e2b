"""What may be seen, taken out and passed on of what was said: the one place where a message meets its restrictions."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from symbolon.node.domain.actors import Actor, is_client
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import HitMessage, StoredMessage
from symbolon.protocol.disclosure_rules import (
    Export,
    Restrictions,
    Viewer,
    check_export,
    check_view,
    restrictions_of,
)
from symbolon.protocol.exchange_terms import NO_MARKS, Caveat, Tlp
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.lifecycle import Office
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.messages import Note, Reply, Request, SpontaneousInformation
from symbolon.protocol.onward_use import content_digest
from symbolon.protocol.references import MemberCode

_DESK: Final = frozenset({Office.FOCAL_POINT, Office.PROTECTION_OFFICER})
_BY_NAME: Final = Tlp.RED


def restrictions_on(message: HitMessage, originator: MemberCode) -> Restrictions | None:
    """How a message may be used; None for one of codes, dates and references alone, which says nothing of a case.

    A text without a traffic light of its own is AMBER+STRICT.
    """
    if isinstance(message, Request | Reply | SpontaneousInformation):
        return restrictions_of(message, originator)
    handling_code: HandlingCode | None = getattr(message, "handling_code", None)
    if handling_code is None:
        return None
    return Restrictions(
        originator=originator,
        handling_code=handling_code,
        tlp=message.tlp if isinstance(message, Note) else Tlp.AMBER_STRICT,
        caveats=frozenset(),
        onward_sharing=frozenset(),
        delete_by=None,
        may_be_evidence=False,
        marks=getattr(message, "marks", NO_MARKS),
        content_digest=content_digest(message),
    )


def originator_of(stored: StoredMessage, hit: Hit) -> MemberCode:
    """The state whose word a message is."""
    return hit.own if stored.direction is Direction.SENT else hit.counterpart


def acted_on(hit: Hit, messages: Iterable[StoredMessage], others: Iterable[str | None]) -> frozenset[str]:
    """The officers of a hit by name: who is assigned to it, or sent what was said about it, or did else what
    makes them one (``others``).
    """
    named = {hit.assigned_to, *others, *(each.sent_by for each in messages)}
    return frozenset(login for login in named if login is not None)


def viewer_of(actor: Actor, hit: Hit, given: Restrictions, officers: Collection[str]) -> Viewer:
    """Who an actor is to a piece of information about a hit.

    For AMBER+STRICT the desk that works on the hit (focal point, or protection officer) counts as its officers; RED,
    and what is for named officers only, is for those alone who have acted on the hit by name.
    """
    offices = actor.offices_on_hit(protected=hit.protected)
    by_name = given.tlp is _BY_NAME or Caveat.NAMED_OFFICERS_ONLY in given.caveats
    is_of_desk = not by_name and not offices.isdisjoint(_DESK)
    return Viewer(offices, is_assigned=is_of_desk or actor.login in officers)


def why_not_shown(stored: StoredMessage, hit: Hit, actor: Actor, officers: Collection[str], today: date) -> str | None:
    """Why an actor may not view what the other side gave, as a sentence; None where they may.

    What this side said itself its own officers may see, as far as they may see the hit.
    """
    given = _received(stored, hit)
    if given is None:
        return None
    try:
        check_shown(given, actor, hit, officers, today)
    except NotDisclosed as refused:
        return str(refused)
    return None


def check_shown(given: Restrictions, actor: Actor, hit: Hit, officers: Collection[str], today: date) -> None:
    """Refuse to show a piece of information to an actor (:class:`NotDisclosed`).

    What a program reads is taken out into the case system behind it: the rules of an export hold for it.
    """
    viewer = viewer_of(actor, hit, given, officers)
    if is_client(actor.login):
        check_export(given, Export.CASE_SYSTEM, viewer, today, protected_here=hit.protected)
    else:
        check_view(given, viewer, today, protected_here=hit.protected)


def why_not_exported(
    stored: StoredMessage, hit: Hit, actor: Actor, officers: Collection[str], terms: tuple[Export, date]
) -> str | None:
    """Why an actor may not take out what the other side gave, in this form and on this day; None where they may."""
    given = _received(stored, hit)
    return None if given is None else why_not_taken_out(given, hit, actor, officers, terms)


def why_not_taken_out(
    given: Restrictions, hit: Hit, actor: Actor, officers: Collection[str], terms: tuple[Export, date]
) -> str | None:
    """Why an actor may not take out a piece of information, in this form and on this day; None where they may."""
    export, today = terms
    try:
        check_export(given, export, viewer_of(actor, hit, given, officers), today, protected_here=hit.protected)
    except NotDisclosed as refused:
        return str(refused)
    return None


def _received(stored: StoredMessage, hit: Hit) -> Restrictions | None:
    if stored.direction is Direction.SENT:
        return None
    return restrictions_on(stored.message, originator_of(stored, hit))
