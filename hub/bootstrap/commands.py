"""The operator's acts, wired for the command line."""

from symbolon.hub.bootstrap.opening import CLOCK, Hub
from symbolon.hub.services.change_policies import ChangePolicies
from symbolon.hub.services.close_epoch import CloseEpoch, DropEpoch
from symbolon.hub.services.expel_member import ExpelMember
from symbolon.hub.services.open_epoch import OpenEpoch
from symbolon.hub.services.reinstate_member import ReinstateMember
from symbolon.hub.services.renew_certificate import RenewCertificate
from symbolon.hub.services.replace_card import ReplaceCard
from symbolon.hub.services.rotate_keys import DropRotation
from symbolon.hub.services.show_directory import ShowDirectory
from symbolon.hub.services.suspend_member import SuspendMember


def suspend_member(hub: Hub) -> SuspendMember:
    """Stops serving a member."""
    return SuspendMember(hub.store, hub.draft_directory(), CLOCK)


def reinstate_member(hub: Hub) -> ReinstateMember:
    """Lets a suspended member take part again."""
    return ReinstateMember(hub.store, hub.draft_directory(), CLOCK)


def expel_member(hub: Hub) -> ExpelMember:
    """Stops serving a member, for good once the others have signed."""
    return ExpelMember(hub.store, hub.draft_directory(), CLOCK)


def change_policies(hub: Hub) -> ChangePolicies:
    """Proposes other policies."""
    return ChangePolicies(hub.store, hub.draft_directory(), CLOCK)


def open_epoch(hub: Hub) -> OpenEpoch:
    """Proposes a new epoch of the linkage key."""
    return OpenEpoch(hub.store, hub.draft_directory(), expel_member(hub), CLOCK)


def close_epoch(hub: Hub) -> CloseEpoch:
    """Proposes to close the older of two epochs."""
    return CloseEpoch(hub.store, hub.draft_directory(), CLOCK)


def drop_epoch(hub: Hub) -> DropEpoch:
    """Takes back an epoch that is only proposed."""
    return DropEpoch(hub.store, hub.draft_directory(), CLOCK)


def drop_rotation(hub: Hub) -> DropRotation:
    """Takes a member's new card off the proposal."""
    return DropRotation(hub.store, hub.draft_directory(), CLOCK)


def replace_card(hub: Hub) -> ReplaceCard:
    """Takes back a member that lost its keys."""
    return ReplaceCard(hub.store, hub.founder(), hub.draft_directory(), CLOCK)


def renew_certificate(hub: Hub) -> RenewCertificate:
    """Renews the hub's own certificate."""
    return RenewCertificate(hub.store, hub.home.tls, hub.authority, CLOCK)


def show_directory(hub: Hub) -> ShowDirectory:
    """The directory in effect and what is proposed."""
    return ShowDirectory(hub.store)
