"""The programs of the own state that act by the API: what each may do, and the token by which it is known.

A client is a principal like an officer, with roles; its scopes then say which parts of the API it may use at all. It
acts under the login `client:NAME`, which no person can have, so that every list and every audit leaf tells them apart.

Four eyes: what leaves is drafted by one principal and released by another, and one of the two is always a person. No
policy of the federation can change that: the other states rely on a person having looked, and could not see at a
release that none had.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID

from symbolon.node.domain.actors import CLIENT_PREFIX, Actor, Role, role_conflict
from symbolon.node.errors import NodeError
from symbolon.protocol.problems import Problem

Word = TypeVar("Word", bound=StrEnum)
TOKEN_BYTES: Final = 32
USUAL_LIFETIME: Final = timedelta(days=90)
LONGEST_LIFETIME: Final = timedelta(days=366)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_TOKEN: Final = re.compile(r"symbolon\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


class Scope(StrEnum):
    """One part of the API."""

    HITS_READ = "hits:read"
    HITS_ACT = "hits:act"
    VOTE = "vote"
    DRAFTS = "drafts"
    RELEASE = "release"
    EXCHANGES = "exchanges"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    DESKS_READ = "desks:read"
    DESKS_WRITE = "desks:write"
    RECORDS_READ = "records:read"
    RECORDS_WRITE = "records:write"
    RETENTION = "retention"
    DATA_SUBJECTS = "data-subjects"
    FEDERATION = "federation"
    AUDIT_OWN = "audit:own"
    PROTECTED = "protected"
    """Victims' and minors' hits; counts only once a protection officer granted it to this very client."""


class ClientMistake(NodeError):
    """A client cannot be made or changed as asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.INVALID_INPUT, sentence)


class UnknownToken(NodeError):
    """No token, or none that counts now: unknown, changed, expired and revoked are told apart to nobody."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNAUTHENTICATED,
            "Send a token that counts as `Authorization: Bearer …`: the administrator makes one with"
            " `symbolon node api-client add`.",
        )


@dataclass(frozen=True, slots=True)
class ApiClient:
    """One client as it is kept."""

    client_id: UUID
    name: str
    roles: frozenset[Role]
    scopes: frozenset[Scope]
    token_digest: bytes = field(repr=False)
    added_by: str
    added_at: datetime
    expires_at: datetime
    protected_by: str | None = None
    protected_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def login(self) -> str:
        """Under which it acts."""
        return f"{CLIENT_PREFIX}{self.name}"

    @property
    def actor(self) -> Actor:
        """The client as the services know it; no protection officer before one granted that."""
        granted = Scope.PROTECTED in self.scopes and self.protected_by is not None
        return Actor(self.login, self.roles if granted else self.roles - {Role.PROTECTION_OFFICER})

    @property
    def awaits_grant(self) -> bool:
        """Whether a protection officer has still to let it see protected hits."""
        return Scope.PROTECTED in self.scopes and self.protected_by is None

    def counts_at(self, now: datetime) -> bool:
        """Whether its token opens anything now."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class ClientDraft:
    """What an administrator says of a new client."""

    name: str
    roles: frozenset[Role]
    scopes: frozenset[Scope]
    expires_at: datetime


def check_client(draft: ClientDraft, now: datetime) -> None:
    """Refuse a client that nobody may have (:class:`ClientMistake`)."""
    if not _NAME.fullmatch(draft.name):
        raise ClientMistake("Name the client with 2 to 40 small letters, digits, dots, dashes or underscores.")
    if not draft.roles or not draft.scopes:
        raise ClientMistake("Give the client at least one role and one scope: without both it may do nothing.")
    conflict = role_conflict(draft.roles)
    if conflict is not None:
        raise ClientMistake(conflict)
    if {Role.FOCAL_POINT, Role.AUTHORISER} <= draft.roles or {Scope.DRAFTS, Scope.RELEASE} <= draft.scopes:
        raise ClientMistake("A client either drafts or releases: make two clients, and let a person do one of the two.")
    if (Role.PROTECTION_OFFICER in draft.roles) != (Scope.PROTECTED in draft.scopes):
        raise ClientMistake("The role protection_officer and the scope protected go together: give both, or neither.")
    if not now < draft.expires_at <= now + LONGEST_LIFETIME:
        raise ClientMistake("Let the client expire on a day from tomorrow on, within a year.")


def new_token(client_id: UUID, random_bytes: bytes) -> tuple[str, bytes]:
    """A token to be shown once, and the digest of its secret half; ``random_bytes``: 32, fresh."""
    if len(random_bytes) != TOKEN_BYTES:
        raise ValueError(f"a token is made of {TOKEN_BYTES} random bytes")
    secret = urlsafe_b64encode(random_bytes).rstrip(b"=").decode("ascii")
    return f"symbolon.{client_id.hex}.{secret}", sha256(secret.encode("ascii")).digest()


def client_of_token(token: str) -> tuple[UUID, bytes] | None:
    """Whose token it says to be, and the digest of its secret half; None for what no token looks like."""
    found = _TOKEN.fullmatch(token)
    return None if found is None else (UUID(found[1]), sha256(found[2].encode("ascii")).digest())


def is_its_token(client: ApiClient, digest: bytes) -> bool:
    """Whether the secret half is the client's, compared in constant time."""
    return hmac.compare_digest(client.token_digest, digest)


def read_roles(names: Collection[str]) -> frozenset[Role]:
    """Roles by their names; raises :class:`ClientMistake`."""
    return frozenset(_named(Role, name, "roles") for name in names)


def read_scopes(names: Collection[str]) -> frozenset[Scope]:
    """Scopes by their names; raises :class:`ClientMistake`."""
    return frozenset(_named(Scope, name, "scopes") for name in names)


def _named(kind: type[Word], name: str, what: str) -> Word:
    try:
        return kind(name)
    except ValueError:
        raise ClientMistake(f"Choose {what} among {', '.join(each.value for each in kind)}.") from None
