"""Seals a message again that has not gone out, when its recipient has other keys since: after a compromise the old ones
are known to somebody else.

What it says is taken from where it is kept anyway: the vote, the request, the reply, the linkage key, the ceremony.
"""

from typing import assert_never

from symbolon.node.domain.hits import Direction
from symbolon.node.domain.outbox import OutboxKind, OutgoingMessage
from symbolon.node.ports.outside import CeremonyVault, LinkageKeys
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, Plain, is_sealed_for
from symbolon.node.services.run_ceremony import CeremonyTools
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.key_ceremony import Ceremony, messages_due, share_linkage_key
from symbolon.protocol.messages import FederationDirectory, MemberCard, Purpose, Sealed, Vote
from symbolon.protocol.references import RequestId


class ResealMessage:
    """Gives a message that waits in the form in which it may go out now."""

    def __init__(self, tools: CeremonyTools) -> None:
        self._vault: CeremonyVault = tools.vault
        self._linkage_keys: LinkageKeys = tools.linkage_keys
        self._correspondence: Correspondence = tools.correspondence

    def __call__(self, work: Work, message: OutgoingMessage, directory: FederationDirectory) -> OutgoingMessage:
        """The message, sealed for a key that its recipient has now; as it is, where what it says is kept no more.

        The recipient keeps its former keys, so that what was sealed for them still opens there.
        """
        if message.kind is OutboxKind.HOLD:
            return message
        card = directory.card_of(message.audience)
        sealed = from_wire(Sealed, parse_json(message.body))
        if card is None or is_sealed_for(card, sealed.recipient_key_id):
            return message
        plain = self._plain(work, message, directory)
        if plain is None:
            return message
        return self._sealed(work, message, plain, card, directory)

    def _sealed(
        self, work: Work, message: OutgoingMessage, plain: Plain, card: MemberCard, directory: FederationDirectory
    ) -> OutgoingMessage:
        again = self._correspondence.seal_message(plain, card, directory, message.message_id)
        work.outbox.seal_again(message.message_id, again.body)
        return OutgoingMessage(
            message.message_id, message.kind, message.audience, message.hit_id, again.body, message.attempts
        )

    def _plain(self, work: Work, message: OutgoingMessage, directory: FederationDirectory) -> Plain | None:
        match message.kind:
            case OutboxKind.VOTE:
                return _vote(work, message)
            case OutboxKind.REQUEST | OutboxKind.REPLY:
                return _of_exchange(work, message)
            case OutboxKind.LINKAGE_KEY:
                return self._share(directory)
            case OutboxKind.KEY_COMMITMENT | OutboxKind.KEY_REVEAL | OutboxKind.KEY_CONFIRMATION:
                return self._of_ceremony(work, message, directory)
            case OutboxKind.SUBMISSION | OutboxKind.WITHDRAWAL | OutboxKind.HOLD:
                return None
            case _:
                assert_never(message.kind)

    def _share(self, directory: FederationDirectory) -> Plain | None:
        key = self._linkage_keys.find(directory.newest_epoch.epoch)
        return None if key is None else share_linkage_key(key, directory.federation)

    def _of_ceremony(self, work: Work, message: OutgoingMessage, directory: FederationDirectory) -> Plain | None:
        purpose = Purpose(message.kind.value)
        for epoch in directory.epochs:
            first = work.directory.first_with_epoch(epoch.epoch)
            if first is None:
                continue
            ceremony = Ceremony.authorised_by(first, epoch.epoch)
            state = self._vault.read(epoch.epoch).state(ceremony, self._correspondence.code)
            for due in messages_due(state):
                if due.PURPOSE is purpose:
                    return due
        return None


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


def _of_exchange(work: Work, message: OutgoingMessage) -> Plain | None:
    request_id: RequestId | None = work.outbox.request_of(message.message_id)
    stored = None if request_id is None else work.exchange.find_request(request_id)
    if stored is None:
        return None
    return stored.request if stored.direction is Direction.SENT else stored.reply
