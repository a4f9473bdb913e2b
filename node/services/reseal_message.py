"""Seals a message again that has not gone out, when its recipient has other keys since: after a compromise the old ones
are known to somebody else.

What it says is taken from where it is kept anyway: the vote, the request, the reply, the linkage key, the ceremony. It
says the same as before, of the same epoch and attempt, or it does not go out.
"""

from dataclasses import replace

from symbolon.node.domain.ceremony import Step
from symbolon.node.domain.outbox import KeyPlace, OutgoingMessage
from symbolon.node.ports.outside import CeremonyVault, LinkageKeys
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, Plain, is_sealed_for
from symbolon.node.services.run_ceremony import CeremonyTools
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.key_ceremony import Ceremony, messages_due, share_linkage_key
from symbolon.protocol.messages import FederationDirectory, KeyConfirmation, Purpose, Sealed, Vote
from symbolon.protocol.references import HUB


class ResealMessage:
    """Gives a message that waits in the form in which it may go out now."""

    def __init__(self, tools: CeremonyTools) -> None:
        self._vault: CeremonyVault = tools.vault
        self._linkage_keys: LinkageKeys = tools.linkage_keys
        self._correspondence: Correspondence = tools.correspondence

    def __call__(self, work: Work, message: OutgoingMessage, directory: FederationDirectory) -> OutgoingMessage | None:
        """The message, sealed for a key that its recipient has now; None, where what it says is kept no more.

        Raises:
            ProtocolError: the keys on the recipient's card cannot be used.

        """
        if message.audience == HUB:
            return message
        card = directory.card_of(message.audience)
        sealed = from_wire(Sealed, parse_json(message.body))
        if card is None or is_sealed_for(card, sealed.recipient_key_id):
            return message
        plain = self._plain(work, message, directory)
        if plain is None:
            return None
        again = self._correspondence.seal_message(plain, card, directory, message.message_id, message.step)
        work.outbox.seal_again(message.message_id, again.body)
        return replace(message, body=again.body)

    def _plain(self, work: Work, message: OutgoingMessage, directory: FederationDirectory) -> Plain | None:
        match message.purpose:
            case Purpose.VOTE:
                return _vote(work, message)
            case Purpose.LINKAGE_KEY:
                return self._share(message.key_place, directory)
            case Purpose.KEY_COMMITMENT | Purpose.KEY_REVEAL | Purpose.KEY_CONFIRMATION:
                return self._of_ceremony(work, message, directory)
            case _:
                said = work.messages.find(message.message_id)
                return None if said is None else said.message

    def _share(self, place: KeyPlace | None, directory: FederationDirectory) -> Plain | None:
        key = None if place is None else self._linkage_keys.find(place.epoch)
        return None if key is None else share_linkage_key(key, directory.federation)

    def _of_ceremony(self, work: Work, message: OutgoingMessage, directory: FederationDirectory) -> Plain | None:
        place = message.key_place
        first = None if place is None else work.directory.first_with_epoch(place.epoch)
        if place is None or place.attempt is None or first is None or directory.epoch(place.epoch) is None:
            return None
        ceremony = Ceremony.authorised_by(first, place.epoch)
        key = self._linkage_keys.find(place.epoch)
        if message.purpose is Purpose.KEY_CONFIRMATION and key is not None and _came_by(work, place):
            return KeyConfirmation(ceremony.ceremony_id, place.epoch, place.attempt, key.check_value())
        state = self._vault.read(place.epoch).state(ceremony, self._correspondence.code)
        due = messages_due(state) if state.attempt == place.attempt else ()
        return next((each for each in due if each.PURPOSE.value == message.purpose.value), None)


def _came_by(work: Work, place: KeyPlace) -> bool:
    """Whether the key that is here was made, or confirmed to this node, in that attempt."""
    steps = work.ceremony.steps(place.epoch)
    return any(done.attempt == place.attempt and done.step in (Step.AGREED, Step.RECEIVED) for done in steps)


def _vote(work: Work, message: OutgoingMessage) -> Plain | None:
    if message.hit_id is None:
        return None
    # The next round opens only when both votes of this one were handed over, so the newest own vote is the one.
    own, _ = work.hits.votes(message.hit_id)
    if not own:
        return None
    newest = max(own, key=lambda vote: vote.round)
    return Vote(
        hit_id=message.hit_id,
        round=newest.round,
        verdict=newest.verdict,
        reason=newest.reason,
        voted_at=newest.voted_at,
    )
