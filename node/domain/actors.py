"""Who may do what at a node: roles, rights, and the one table between them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from symbolon.protocol.lifecycle_states import Office

CLIENT_PREFIX: Final = "client:"
"""Begins the login of a program that acts by the API; no person's login holds a colon."""


class Role(StrEnum):
    """A role of a signed-in person (design: the people who use it)."""

    FOCAL_POINT = "focal_point"
    INVESTIGATOR = "investigator"
    PROTECTION_OFFICER = "protection_officer"
    AUTHORISER = "authoriser"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """One kind of act. Each right on hits covers general hits only; `HANDLE_PROTECTED` opens the protected ones."""

    VIEW_HITS = "view-hits"
    HANDLE_PROTECTED = "handle-protected"
    ACKNOWLEDGE_HIT = "acknowledge-hit"
    CAST_VOTE = "cast-vote"
    OPEN_REQUEST = "open-request"
    ANSWER_REQUEST = "answer-request"
    RELEASE_HOLD = "release-hold"
    ASSIGN_HIT = "assign-hit"
    RECOMMEND = "recommend"
    DRAFT_RELEASE = "draft-release"
    APPROVE_RELEASE = "approve-release"
    REFUSE_REQUEST = "refuse-request"
    END_HIT = "end-hit"
    REOPEN_HIT = "reopen-hit"
    HOLD_FOR_SAFETY = "hold-for-safety"
    VIEW_FOCAL_POINTS = "view-focal-points"
    MANAGE_FOCAL_POINTS = "manage-focal-points"
    REVIEW_RETENTION = "review-retention"
    LEGAL_HOLD = "legal-hold"
    DATA_SUBJECTS = "data-subjects"
    MANAGE_API = "manage-api"
    AGREE_PAIR = "agree-pair"
    CHANGE_RECORDS = "change-records"
    MANAGE_NODE = "manage-node"
    MANAGE_PEOPLE = "manage-people"
    VIEW_FEDERATION = "view-federation"
    VIEW_AUDIT = "view-audit"


_HANDLE_HITS = frozenset(
    {
        Right.VIEW_HITS,
        Right.ACKNOWLEDGE_HIT,
        Right.ASSIGN_HIT,
        Right.CAST_VOTE,
        Right.OPEN_REQUEST,
        Right.ANSWER_REQUEST,
        Right.DRAFT_RELEASE,
        Right.END_HIT,
        Right.CHANGE_RECORDS,
        Right.VIEW_FOCAL_POINTS,
        Right.REVIEW_RETENTION,
        Right.DATA_SUBJECTS,
    }
)
_DECIDE = frozenset({Right.APPROVE_RELEASE, Right.REFUSE_REQUEST, Right.REOPEN_HIT, Right.LEGAL_HOLD})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.FOCAL_POINT: _HANDLE_HITS | {Right.MANAGE_FOCAL_POINTS},
    # Checks and recommends; the vote is the focal point's.
    Role.INVESTIGATOR: frozenset({Right.VIEW_HITS, Right.RECOMMEND, Right.CHANGE_RECORDS, Right.VIEW_FOCAL_POINTS}),
    # A victim's or minor's hit is this officer's alone, from the hold to the answer, in every office; of the general
    # ones they see those that a victim's mark or a safety hold lies on, and act on none but to hold it for safety.
    Role.PROTECTION_OFFICER: _HANDLE_HITS
    | _DECIDE
    | {Right.HANDLE_PROTECTED, Right.RELEASE_HOLD, Right.HOLD_FOR_SAFETY, Right.RECOMMEND},
    Role.AUTHORISER: _DECIDE | {Right.VIEW_HITS, Right.VIEW_FOCAL_POINTS, Right.AGREE_PAIR},
    # Keys, people, imports: no hit, and no page that shows a record.
    Role.ADMINISTRATOR: frozenset(
        {Right.MANAGE_NODE, Right.MANAGE_PEOPLE, Right.MANAGE_API, Right.VIEW_FEDERATION, Right.CHANGE_RECORDS}
    ),
    Role.AUDITOR: frozenset({Right.VIEW_AUDIT}),
}
_HELD_ALONE = (Role.ADMINISTRATOR, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the node's own worker) in whose name an act is done."""

    login: str
    roles: frozenset[Role]

    @property
    def rights(self) -> frozenset[Right]:
        """Every right that one of the actor's roles carries."""
        return frozenset(right for role in self.roles for right in RIGHTS[role])

    def permits(self, right: Right) -> bool:
        """Whether one of the actor's roles carries the right."""
        return any(right in RIGHTS[role] for role in self.roles)

    def permits_on_hit(self, right: Right, *, protected: bool) -> bool:
        """Whether one single role carries the right for a hit that is (or is not) protected on this node's side.

        A protected hit needs a role with `HANDLE_PROTECTED`; a general hit needs a role without it, so that the
        protection officer's queue holds nothing else.
        """
        granting = [RIGHTS[role] for role in self.roles if right in RIGHTS[role]]
        return any((Right.HANDLE_PROTECTED in rights) == protected for rights in granting)

    def offices_on_hit(self, *, protected: bool) -> frozenset[Office]:
        """In which offices the actor works on a hit that is (or is not) protected on this node's side."""
        roles = {role.value for role in self.roles}
        return frozenset(
            office for office in Office if office.value in roles and (office is Office.PROTECTION_OFFICER) == protected
        )


def is_client(login: str) -> bool:
    """Whether a program acts under this login, and not a person."""
    return login.startswith(CLIENT_PREFIX)


def parse_roles(names: Collection[str]) -> frozenset[Role]:
    """Turn stored role names into roles; a name that is no role of a node gives none, and so no right."""
    return frozenset(role for role in Role if role.value in names)


def role_conflict(names: Collection[str]) -> str | None:
    """Why one account may not have these roles together, as a sentence; None where it may.

    Who says what others may see, and who watches over it, see no case themselves.
    """
    for alone in _HELD_ALONE:
        if alone in names and len(set(names)) > 1:
            return f"The role {alone.value} is held alone: give this account no other, or make a second account."
    return None
