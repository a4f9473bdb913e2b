"""Who may cause which step: party, office, and the second pair of eyes on everything that leaves a state.

On the side whose record is a victim's or minor's, the protection officer stands in for every other office (invariant
6), so there the second pair of eyes is another protection officer's: an authoriser would have to learn of the hit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from symbolon.protocol.lifecycle_problems import FourEyesMissing, NotTheirs
from symbolon.protocol.lifecycle_states import Event, HitAction, JointState, Office, Party
from symbolon.protocol.lifecycle_table import STEPS, Step

_ON_A_SIDE: Final = frozenset({Party.OWNER, Party.EITHER, Party.RECEIVER, Party.GIVER})
_PROTECTION: Final = frozenset({Office.PROTECTION_OFFICER})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who wants to cause a step: as which parties it counts, in which offices, and whether its record is protected.

    A program (hub, clock, opened votes) has no office.
    """

    parties: frozenset[Party]
    offices: frozenset[Office] = frozenset()
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Officer:
    """A person of one side, by login and offices."""

    login: str
    offices: frozenset[Office]


def offices_for(step: Step, *, protected: bool) -> frozenset[Office]:
    """Give the offices of which one acts or drafts; empty where only a program does."""
    return _PROTECTION if protected and step.offices else step.offices


def approving_offices(step: Step, *, protected: bool) -> frozenset[Office]:
    """Give the offices of which one must approve besides; empty where the step is no release."""
    if not step.release:
        return frozenset()
    return _PROTECTION if protected else frozenset({Office.AUTHORISER})


def may_cause(step: Step, caller: Caller) -> bool:
    """Whether this caller may act, or draft, for this step; total over every caller."""
    if step.parties & caller.parties - _ON_A_SIDE:
        return True
    if not step.parties & caller.parties & _ON_A_SIDE:
        return False
    return bool(offices_for(step, protected=caller.protected) & caller.offices)


def events_open_to(state: JointState, caller: Caller) -> frozenset[Event]:
    """Give the events that this caller may cause from a state: what a page offers and an interface takes."""
    return frozenset(step.event for step in STEPS if step.source is state and may_cause(step, caller))


def check_release(step: Step, drafter: Officer, approver: Officer | None, *, protected: bool) -> None:
    """Refuse a step whose officers may not make it.

    Raises :class:`NotTheirs` where the drafter has none of the offices, :class:`FourEyesMissing` where a release was
    not approved, or by the drafter, or by somebody without the office.
    """
    if not drafter.offices & offices_for(step, protected=protected):
        raise NotTheirs("This step is another office's: ask the focal point or the protection officer.")
    needed = approving_offices(step, protected=protected)
    if not needed:
        return
    if approver is None:
        raise FourEyesMissing("This leaves the state only when a second officer has approved exactly this text.")
    if approver.login == drafter.login:
        raise FourEyesMissing("Who drafted it cannot approve it: ask another officer.")
    if not approver.offices & needed:
        raise FourEyesMissing("The approving officer does not have the office for it.")


SIDE_OFFICES: Final[Mapping[HitAction, frozenset[Office]]] = MappingProxyType(
    {
        HitAction.ACKNOWLEDGE: frozenset({Office.FOCAL_POINT}),
        HitAction.ASSIGN: frozenset({Office.FOCAL_POINT}),
        HitAction.RECOMMEND: frozenset({Office.INVESTIGATOR}),
        HitAction.VOTE: frozenset({Office.FOCAL_POINT}),
    }
)
"""Who does what on the side track of a general hit."""


def may_act_on_side(action: HitAction, offices: Collection[Office], *, protected: bool) -> bool:
    """Whether an officer may do this on the side track; of a protected record the protection officer does all."""
    allowed = SIDE_OFFICES.get(action, frozenset())
    return not (_PROTECTION if protected and allowed else allowed).isdisjoint(offices)


def may_hold_for_safety(offices: Collection[Office]) -> bool:
    """Whether an officer may begin, or lift, their own side's safety hold."""
    return Office.PROTECTION_OFFICER in offices
