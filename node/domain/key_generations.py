"""A node's own keys, generation by generation: which are in use is said by the directory that the members signed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from symbolon.node.errors import NodeError
from symbolon.protocol.hybrid_keys import HybridSealingKey, OwnSealingKeys
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.messages import MemberCard
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import KeyId


@dataclass(frozen=True, slots=True)
class KeyGeneration:
    """Keys that were made together, counted from 1; none is ever changed or thrown away."""

    number: int
    signing_key: SigningKey = field(repr=False)
    sealing_key: SealingKey = field(repr=False)
    hybrid_sealing_key: HybridSealingKey = field(repr=False)

    @property
    def sealing_keys(self) -> OwnSealingKeys:
        """The keys that open what was sealed for this generation's card."""
        return OwnSealingKeys(self.sealing_key, self.hybrid_sealing_key)

    def opens(self, key_id: KeyId) -> bool:
        """Whether something sealed for a key of this name was sealed for this generation."""
        return key_id in (self.sealing_key.key_id, self.hybrid_sealing_key.key_id)

    def is_on(self, card: MemberCard) -> bool:
        """Whether the card lists exactly these keys."""
        return (card.signing_key, card.sealing_key, card.hybrid_sealing_key) == (
            self.signing_key.public.to_bytes(),
            self.sealing_key.public.to_bytes(),
            self.hybrid_sealing_key.public.to_bytes(),
        )


def in_use(generations: Sequence[KeyGeneration], own_card: MemberCard | None) -> KeyGeneration:
    """The generation that the directory lists; the first, with which the node enrolled, while it lists none.

    Raises:
        NodeError: the directory lists keys for this node that are not here.

    """
    if own_card is None:
        return generations[0]
    for generation in generations:
        if generation.is_on(own_card):
            return generation
    raise NodeError(
        Problem.UNKNOWN_MEMBER,
        "The directory lists keys for this node that are not here: restore its home folder, or tell the other members"
        " that somebody enrolled in this state's name.",
    )
