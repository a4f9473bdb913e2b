"""Two operators agree on a key for each generation of their shares, alone, without the third and without the hub.

The one of the lower place offers a fresh hybrid key, the other answers. Both tell each other the name of what they
have: until the names are the same, nothing is compared, and the lower one offers again. So it need not matter which
message was lost or who was killed: what one has alone is not used, and is replaced.

A key is of one generation: a refresh ends its use, and it is erased. Within a generation it is replaced only where one
of the two lost it; sessions end then, so that no batch is masked by two keys.
"""

from hashlib import sha256

from symbolon.hub.operators.domain.pair_keys import answer_offer, open_answer, pair_key_name
from symbolon.hub.operators.services.among_operators import Circle
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.keys import KEY_BYTES
from symbolon.protocol.messages_peers import PairAnswer, PairOffer, PeerStanding


class AgreePairKeys:
    """Both sides of the agreement."""

    def __init__(self, circle: Circle) -> None:
        self._circle = circle
        self._offers: dict[int, tuple[int, HybridSealingKey]] = {}
        self._answers: dict[int, PairAnswer] = {}
        self._heard_before: dict[int, PeerStanding | None] = {}

    def take_up(self, generation: int) -> None:
        """Use what is kept of this generation, and nothing of others. The rows are the caller's to change."""
        circle = self._circle
        circle.operator.pair_keys.forget()
        self._offers.clear()
        self._answers.clear()
        for other in circle.operator.others:
            key = circle.secrets.pair_key(other, generation)
            if key is not None:
                circle.operator.pair_keys.hold(other, key)

    def name_with(self, other: int) -> bytes | None:
        """What the key with another operator is called; None where there is none."""
        key = self._circle.operator.pair_keys.held(other)
        return None if key is None else pair_key_name(key)

    def is_agreed(self, other: int, generation: int) -> bool:
        """Whether the other has the same key for this generation, as far as it said."""
        name, heard = self.name_with(other), self._circle.heard.get(other)
        return name is not None and heard is not None and (heard.generation, heard.pair) == (generation, name)

    def are_agreed(self, generation: int) -> bool:
        """Whether both others have."""
        return all(self.is_agreed(other, generation) for other in self._circle.operator.others)

    def step(self, generation: int) -> None:
        """Offer a key to whoever is of a higher place and of this generation, and has not the same as this one."""
        circle, operator = self._circle, self._circle.operator
        for other in operator.others:
            heard = circle.heard.get(other)
            if self.is_agreed(other, generation):
                # Nothing of how it was agreed is left: who copies this process later cannot make it again.
                self._offers.pop(other, None)
                self._answers.pop(other, None)
            elif operator.place < other and heard is not None and heard.generation == generation:
                if heard is self._heard_before.get(other):
                    # It agreed, and has said nothing since.
                    continue
                kept = self._offers.get(other)
                if kept is None or kept[0] != generation:
                    kept = generation, HybridSealingKey.generate(circle.random_bytes(KEY_BYTES))
                    self._offers[other] = kept
                circle.tell(other, PairOffer(generation, kept[1].public.to_bytes()))

    def take_offer(self, sender: int, offer: PairOffer, generation: int) -> None:
        """Agree to a key that is offered; the same offer has the same answer. Raises `MalformedMessage`."""
        circle = self._circle
        if sender > circle.operator.place or offer.generation != generation or self.is_agreed(sender, generation):
            return
        digest = sha256(offer.key).digest()
        answer = self._answers.get(sender)
        if answer is None or (answer.generation, answer.offer) != (generation, digest):
            offered = HybridSealingPublicKey.from_bytes(offer.key)
            drawn = circle.random_bytes(KEY_BYTES)
            key, sealed = answer_offer(circle.operator.card_secrets[sender], generation, offered, drawn)
            answer = PairAnswer(generation, digest, sealed)
            self._use(sender, generation, key)
            self._answers[sender] = answer
        circle.tell(sender, answer)

    def take_answer(self, sender: int, answer: PairAnswer, generation: int) -> None:
        """Take the key that an offer of this operator led to. Raises `MalformedMessage`."""
        offered = self._offers.get(sender)
        if offered is None or {offered[0], answer.generation} != {generation}:
            return
        offer = offered[1]
        if answer.offer != sha256(offer.public.to_bytes()).digest():
            return
        key = open_answer(self._circle.operator.card_secrets[sender], generation, offer, answer.sealed)
        self._use(sender, generation, key)
        self._offers.pop(sender)
        self._heard_before[sender] = self._circle.heard.get(sender)

    def _use(self, other: int, generation: int, key: bytes) -> None:
        """From disk to use: what another was told of is there after a restart as well."""
        circle = self._circle
        with circle.rows.changing() as held:
            held.keys_agreed = False
            circle.secrets.keep_pair_key(other, generation, key)
            circle.operator.pair_keys.hold(other, key)
