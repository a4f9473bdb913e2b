"""Three operators' token keys in memory, and the hub's relay between them and a node."""

import secrets
from collections.abc import Sequence

from symbolon.protocol import oprf
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import Comparing, Comparison, OperatorCard, TokenAnswer, TokenAnswers, TokenRequest
from symbolon.protocol.messages_sessions import OPERATORS
from symbolon.protocol.oprf_sharing import Line, summed
from symbolon.protocol.ristretto import DRAWN_BYTES, Element, Scalar, scalar_of

PLACES = range(OPERATORS)


def random_scalar() -> Scalar:
    return scalar_of(secrets.token_bytes(DRAWN_BYTES))


class TokenOperators:
    """Their keys and cards, what they were asked, and what they answer."""

    def __init__(self) -> None:
        lines = [Line(random_scalar(), random_scalar()) for _ in PLACES]
        self.shares = {place: summed([line.share_for(place) for line in lines]) for place in PLACES}
        self.sealing = {place: HybridSealingKey.generate(secrets.token_bytes(32)) for place in PLACES}
        self.asked: list[TokenRequest] = []
        self.places: tuple[int, int] = (0, 2)
        self.lying: int | None = None
        self.comparison = Comparison(
            Comparing.BLIND,
            tuple(
                OperatorCard(
                    place=place,
                    name=f"Body {place}",
                    signing_key=SigningKey.generate(secrets.token_bytes(32)).public.to_bytes(),
                    sealing_key=self.sealing[place].public.to_bytes(),
                    agreement_key=secrets.token_bytes(32),
                    token_commitment=lines[place].commitment,
                    certificate_fingerprint=secrets.token_hex(32),
                )
                for place in PLACES
            ),
        )

    def evaluate(self, request: TokenRequest) -> TokenAnswers:
        self.asked.append(request)
        return TokenAnswers(tuple(self._answer(place, request.elements) for place in self.places))

    def _answer(self, place: int, elements: Sequence[bytes]) -> TokenAnswer:
        share = random_scalar() if place == self.lying else self.shares[place]
        evaluated, proof = oprf.evaluate(share, [Element(each) for each in elements], secrets.token_bytes(DRAWN_BYTES))
        return TokenAnswer(place, evaluated, proof.challenge, proof.response, bytes(32))
