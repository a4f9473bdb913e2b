"""The operators of blind comparison, as this hub calls them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from symbolon.hub.bootstrap.opening import Hub
from symbolon.hub.errors import NotPossible
from symbolon.hub.gateway.operator_calls import OperatorAddress, RoomSettings
from symbolon.hub.ports import Work
from symbolon.hub.services.add_operator import COORDINATOR_CERTIFICATE, COORDINATOR_KEY
from symbolon.hub.services.initialise_hub import AUTHORITY_CERTIFICATE
from symbolon.protocol.messages_sessions import OPERATORS
from symbolon.runtime.tls import TlsFiles, client_context

if TYPE_CHECKING:
    from symbolon.hub.gateway.operator_room import OperatorRoom

PATIENCE_S: Final = 20.0
Addresses = Mapping[int, OperatorAddress]


def addresses_in(work: Work) -> Addresses:
    """Where the operators are called now, by place. Raises `NotPossible` where some are missing."""
    contacts = [each.contact for each in work.operators.all()]
    if len(contacts) < OPERATORS:
        raise NotPossible("The federation compares blind, and not all its operators are added: `hub operator add`.")
    return {
        each.card.place: OperatorAddress(each.host, each.port, each.card.certificate_fingerprint) for each in contacts
    }


def room_settings(
    hub: Hub, addresses: Addresses, *, patience_s: float = PATIENCE_S, tree: bool = False
) -> RoomSettings:
    """The operators at these addresses, called with the hub's certificate as coordinator."""
    tls = hub.home.tls
    own = TlsFiles(tls.file(COORDINATOR_CERTIFICATE), tls.private_file(COORDINATOR_KEY))
    authority = tls.file(AUTHORITY_CERTIFICATE)
    return RoomSettings(addresses, lambda: client_context(own, authority), patience_s, tree=tree)


def operator_room(hub: Hub, *, patience_s: float = PATIENCE_S, tree: bool = False) -> "OperatorRoom":
    """The three operators that were added, to ask them in. Raises `NotPossible` where some are missing."""
    # Imported here: the web process, which calls operators for tokens alone, needs nothing that computes.
    from symbolon.hub.gateway.operator_room import OperatorRoom

    with hub.store.work() as work:
        addresses = addresses_in(work)
    return OperatorRoom(room_settings(hub, addresses, patience_s=patience_s, tree=tree))
