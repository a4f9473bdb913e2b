"""What the receiver of information may do with it: view, export, pass on. Every view, export and forward asks here.

Handling codes are Europol's 4x4 (H0 the rules in force for all; H1 not as evidence; H2 not passed on; H3 as the caveats
say), the traffic light is TLP 2.0. Whatever they allow, onward use needs its originator's word: in advance, by the list
of states on it, or by a signed token.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from symbolon.protocol.exchange_terms import Caveat, ProtectionMarks, Tlp
from symbolon.protocol.handling import Channel, HandlingCode, IntendedUse
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.lifecycle_states import JointState, Office
from symbolon.protocol.lifecycle_table import EXCHANGE_STATES
from symbolon.protocol.messages_case import OnwardUseToken
from symbolon.protocol.messages_dialogue import SpontaneousInformation
from symbolon.protocol.messages_exchange import Reply, Request
from symbolon.protocol.onward_use import content_digest, covers
from symbolon.protocol.references import MemberCode

Information = Request | Reply | SpontaneousInformation
"""What carries case data and says how it may be used."""


@dataclass(frozen=True, slots=True)
class Restrictions:
    """How a piece of information may be used, and what it is, by its digest."""

    originator: MemberCode
    handling_code: HandlingCode
    tlp: Tlp
    caveats: frozenset[Caveat]
    onward_sharing: frozenset[MemberCode]
    delete_by: date | None
    may_be_evidence: bool
    marks: ProtectionMarks
    content_digest: str


def restrictions_of(message: Information, originator: MemberCode) -> Restrictions:
    """Read the restrictions off a message; a request is never evidence and has no day of deletion."""
    delete_by, may_be_evidence = (
        (None, False) if isinstance(message, Request) else (message.delete_by, message.may_be_evidence)
    )
    return Restrictions(
        originator=originator,
        handling_code=message.handling_code,
        tlp=message.tlp,
        caveats=frozenset(message.caveat_codes if isinstance(message, Reply) else message.caveats),
        onward_sharing=frozenset(message.onward_sharing),
        delete_by=delete_by,
        may_be_evidence=may_be_evidence,
        marks=message.marks,
        content_digest=content_digest(message),
    )


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who wants to see or use it: offices, and whether they are an officer of this very hit."""

    offices: frozenset[Office]
    is_assigned: bool


class Export(StrEnum):
    """In which form information leaves the node."""

    PRINT = "print"
    CASE_SYSTEM = "case-system"
    EVIDENCE = "evidence"


_OPEN_TO_ALL_OFFICERS: Final = frozenset({Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR})


def check_view(given: Restrictions, viewer: Viewer, today: date, *, protected_here: bool) -> None:
    """Refuse a view (:class:`NotDisclosed`).

    A protected hit is the protection officer's alone (invariant 6). AMBER and lighter is for every officer who handles
    hits; AMBER+STRICT, RED and what is for named officers only is for the officers of this hit, and for the authoriser
    who must see what an answer is about. After the day of deletion there is nothing to view.
    """
    _refuse_after_deletion(given, today)
    if protected_here and Office.PROTECTION_OFFICER not in viewer.offices:
        raise NotDisclosed("This is the protection officer's alone.")
    if not viewer.offices:
        raise NotDisclosed("This is for officers who handle hits.")
    for_all = given.tlp in _OPEN_TO_ALL_OFFICERS and Caveat.NAMED_OFFICERS_ONLY not in given.caveats
    if not for_all and not viewer.is_assigned and Office.AUTHORISER not in viewer.offices:
        raise NotDisclosed("This is for the officers of this hit: its traffic light or a caveat says so.")


def check_export(given: Restrictions, export: Export, viewer: Viewer, today: date, *, protected_here: bool) -> None:
    """Refuse an export (:class:`NotDisclosed`): whoever may not view it, RED, NO_EXPORT, and evidence without leave.

    Evidence it becomes only where the message itself permits it, and never under H3.
    """
    check_view(given, viewer, today, protected_here=protected_here)
    if given.tlp is Tlp.RED or Caveat.NO_EXPORT in given.caveats:
        raise NotDisclosed("This stays where it is: its traffic light is red, or a caveat forbids an export.")
    if export is Export.EVIDENCE and not _may_be_evidence(given):
        raise NotDisclosed("Its originator does not permit it as evidence: ask by the formal route.")


def check_forward(
    given: Restrictions, holder: MemberCode, recipient: MemberCode, token: OnwardUseToken | None, today: date
) -> None:
    """Refuse to pass information on to another state (:class:`NotDisclosed`); ``token`` is verified already.

    Back to its originator it may always go. To anybody else H0 and H1 go where the originator's list names them, and
    everything else with a token for this content, this holder and that recipient. RED goes to nobody else at all. Of a
    token that permits no evidence, nothing becomes evidence elsewhere: the restrictions travel on.
    """
    _refuse_after_deletion(given, today)
    if recipient == given.originator:
        return
    if given.tlp is Tlp.RED:
        raise NotDisclosed("Its traffic light is red: it goes to nobody else.")
    if token is not None:
        if token.originator == given.originator and covers(token, given.content_digest, holder, recipient):
            return
        raise NotDisclosed("The originator's permission is for another content, holder or recipient.")
    listed = recipient in given.onward_sharing
    if not listed or given.handling_code not in (HandlingCode.H0, HandlingCode.H1):
        raise NotDisclosed("Passing this on needs its originator's permission: ask for it.")


def check_channel(channel: Channel, use: IntendedUse) -> None:
    """Refuse the informal channel for evidence (:class:`NotDisclosed`): courts take it by legal assistance alone."""
    if use is IntendedUse.EVIDENCE and channel is Channel.INFORMAL:
        raise NotDisclosed("Evidence needs the formal channel: choose it, or ask for intelligence.")


def marks_to_send(own: ProtectionMarks, received: ProtectionMarks) -> ProtectionMarks:
    """Give the marks of the next message about a hit: once said by either side, a mark is never left out again."""
    return ProtectionMarks(
        non_punishment=own.non_punishment or received.non_punishment,
        minor=own.minor or received.minor,
        victim_risk=own.victim_risk or received.victim_risk,
    )


def page_mark(given: Restrictions) -> str:
    """Give the line that stands on every page of a print: handling code, traffic light, originator, non-punishment."""
    parts = [given.handling_code.value, f"TLP:{given.tlp.value.upper().replace('-', '+')}", f"from {given.originator}"]
    parts += [caveat.value.replace("-", " ") for caveat in sorted(given.caveats)]
    if given.marks.non_punishment:
        parts.append("do not punish for what this person was made to do")
    if given.marks.minor:
        parts.append("a minor")
    if given.delete_by is not None:
        parts.append(f"delete by {given.delete_by.isoformat()}")
    return " · ".join(parts)


_CONFIRMED: Final = (EXCHANGE_STATES - {JointState.CLOSED}) | {JointState.CONFIRMED}


def may_know_officers(state: JointState) -> bool:
    """Whether the other side may be told who the assigned officers are: while confirmed; else it knows desks alone."""
    return state in _CONFIRMED


def _may_be_evidence(given: Restrictions) -> bool:
    return given.may_be_evidence and given.handling_code is not HandlingCode.H3


def _refuse_after_deletion(given: Restrictions, today: date) -> None:
    if given.delete_by is not None and today > given.delete_by:
        raise NotDisclosed("Its originator's day of deletion has passed: it is to be purged.")
