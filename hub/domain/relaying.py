"""Which sealed messages that are no steps may go from one party of a hit to the other now. Pure."""

from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import NotNow
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.lifecycle_problems import OnHold
from symbolon.protocol.messages import AFTER_THE_END, BEFORE_THE_VOTES, Purpose


def check_relaying(hit: Hit, purpose: Purpose) -> None:
    """Raise `NotNow` where the hit's state does not allow a message of this purpose, `OnHold` where a hold stops it.

    What asks for purging, or says that it is done, goes on whatever became of the hit. Between the two rounds of votes
    an extra field is agreed on, and nothing else is said before the hit is confirmed. A closed hit that was confirmed
    still lets its parties speak (onward use is asked for long after), a withdrawn one does not.
    """
    if len(hit.told) < len(hit.sides):
        raise NotNow("The other side does not know of the hit: there is nobody to write to.")
    if purpose in AFTER_THE_END:
        return
    if hit.was_withdrawn:
        raise NotNow("A record of this hit was withdrawn: nothing more is said about it.")
    if hit.state is JointState.HELD:
        raise OnHold("The hit is held: the message waits until it is released.")
    if hit.ledger.frozen_by:
        raise OnHold("A safety hold lies on the hit: the message waits until it is lifted.")
    if purpose in BEFORE_THE_VOTES:
        if hit.state is not JointState.NEEDS_MORE:
            raise NotNow("An extra field is agreed on between the two rounds of votes, and at no other time.")
        return
    if JointState.CONFIRMED not in (hit.state, hit.ledger.closed_from):
        raise NotNow("The two sides exchange no messages now: the hit is not confirmed.")
