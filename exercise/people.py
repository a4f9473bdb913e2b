"""The people of an exercise state: one of every office, and a deputy where one alone could not keep four eyes."""

import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from symbolon.exercise.fiction import OFFICER_NAMES
from symbolon.exercise.officers import Credentials
from symbolon.node.domain.actors import Role
from symbolon.protocol.references import MemberCode


class Post(StrEnum):
    """Where a person works; the value begins their login."""

    FOCAL_POINT = "focal"
    DEPUTY = "deputy"
    AUTHORISER = "authoriser"
    INVESTIGATOR = "investigator"
    PROTECTION_OFFICER = "protection"
    SECOND_PROTECTION_OFFICER = "protection-2"
    ADMINISTRATOR = "admin"
    AUDITOR = "auditor"


ROLES: Final[Mapping[Post, Role]] = {
    Post.FOCAL_POINT: Role.FOCAL_POINT,
    Post.DEPUTY: Role.FOCAL_POINT,
    Post.AUTHORISER: Role.AUTHORISER,
    Post.INVESTIGATOR: Role.INVESTIGATOR,
    Post.PROTECTION_OFFICER: Role.PROTECTION_OFFICER,
    # A victim's answer needs two officers, and both have to be protection officers.
    Post.SECOND_PROTECTION_OFFICER: Role.PROTECTION_OFFICER,
    Post.ADMINISTRATOR: Role.ADMINISTRATOR,
    Post.AUDITOR: Role.AUDITOR,
}
PROTECTION: Final = (Post.PROTECTION_OFFICER, Post.SECOND_PROTECTION_OFFICER)
NOT_FOR_PROTECTED: Final = (Post.FOCAL_POINT, Post.DEPUTY, Post.AUTHORISER, Post.INVESTIGATOR)
"""Those who work on hits and may not know of a victim's."""


def name_of(state: MemberCode, post: Post) -> str:
    """The name of whoever works there; no such person exists."""
    return OFFICER_NAMES[state][tuple(Post).index(post)]


def new_credentials(state: MemberCode) -> Mapping[Post, Credentials]:
    """A login and a password, drawn anew, for everybody of a state."""
    return {post: Credentials(f"{post.value}-{state.lower()}", f"exercise-{secrets.token_hex(4)}") for post in Post}
