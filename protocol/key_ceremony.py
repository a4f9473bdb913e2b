"""The linkage key's way from the node that made it to the others, and how they see that it arrived whole.

The share travels sealed from node to node (:mod:`symbolon.protocol.sealing`); the hub relays what it cannot read.
"""

from hmac import compare_digest

from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages_exchange import LinkageKeyShare
from symbolon.protocol.problems import MalformedMessage, WrongFederation


def share_linkage_key(key: LinkageKey, federation: str) -> LinkageKeyShare:
    """Put a linkage key and its check value into the message that carries it."""
    return LinkageKeyShare(federation=federation, epoch=key.epoch, key=key.secret, key_check_value=key.check_value())


def take_linkage_key(share: LinkageKeyShare, federation: str) -> LinkageKey:
    """Give the linkage key that arrived.

    Raises :class:`WrongFederation` where it is another federation's (an exercise's key never meets live data), and
    :class:`MalformedMessage` where it does not have the check value that came with it.
    """
    if share.federation != federation:
        raise WrongFederation("The linkage key belongs to another federation.")
    key = LinkageKey(share.epoch, share.key)
    if not compare_digest(key.check_value(), share.key_check_value):
        raise MalformedMessage("The linkage key does not have the check value that came with it; ask for it again.")
    return key
