"""What concerns the client itself and the federation: who it is, its own acts in the log, members and expiry."""

from typing import Final

from symbolon.node.domain.expiry import ExpiryLine
from symbolon.node.web.api.operations import Call, Operation

_MOST_LEAVES: Final = 1000


def _client(call: Call) -> dict[str, object]:
    client = call.caller.client
    return {
        "name": client.name,
        "login": client.login,
        "roles": frozenset(call.caller.actor.roles),
        "scopes": frozenset(client.scopes),
        "awaits_grant": client.awaits_grant,
        "expires_at": client.expires_at,
    }


def _leaves(call: Call) -> object:
    return call.services.own_leaves(call.caller.actor.login, call.params.number("limit", 100, _MOST_LEAVES))


def _federation(call: Call) -> dict[str, object]:
    view = call.services.desk.show_federation()
    directory = view.directory
    return {
        "membership": view.membership,
        "version": None if directory is None else directory.version,
        "members": ()
        if directory is None
        else [
            {
                "code": each.code,
                "name": each.name,
                "standing": each.standing,
                "since": each.standing_since,
            }
            for each in directory.members
        ],
    }


OWN: Final = (
    Operation("GET", "/client", "Say who this token's client is", _client),
    Operation(
        "GET",
        "/audit",
        "List this client's own acts in the audit log",
        _leaves,
        params={"limit": "How many, the newest first: 1 to 1000, usually 100."},
    ),
    Operation("GET", "/federation", "Show the federation as this node knows it", _federation),
    Operation(
        "GET",
        "/expiry",
        "List when keys and certificates end",
        lambda call: call.services.desk.show_expiry(),
        gives=tuple[ExpiryLine, ...],
    ),
)
