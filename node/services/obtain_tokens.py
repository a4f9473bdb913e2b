"""Has keyed tokens evaluated by two of the three operators, by way of the hub, which learns nothing of them.

Every answer is proved with the operator's share of the token key, to which their cards in the directory commit:
neither hub nor operator can give a wrong value unnoticed.
"""

from collections.abc import Sequence
from typing import Final

from symbolon.matching.encoded_record import TOKEN_BYTES
from symbolon.node.domain.outbox import lanes_to_hub
from symbolon.node.domain.tokens import KeyedToken, TokenValue, TokenValues, token_place
from symbolon.node.errors import HubNotNow, HubUnavailable, NodeError
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.hub_line import WORKER, HubLine
from symbolon.protocol import oprf
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import MAX_TOKENS, FederationDirectory, TokenAnswer, TokenAnswers, TokenRequest
from symbolon.protocol.oprf_sharing import combined, public_share
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, new_message_id
from symbolon.protocol.ristretto import DRAWN_BYTES, IDENTITY, Element, Scalar, parse_element

PATH: Final = "/v1/tokens"


class WrongProof(NodeError):
    """An operator, or the hub in its place, gave values that are not proved."""

    def __init__(self) -> None:
        super().__init__(
            Problem.BAD_PROOF, "The operators' answer is not proved: nothing of it is used, and it is asked for again."
        )


class ObtainTokens:
    """Asks for values and keeps them; what was kept before is not asked for."""

    def __init__(self, line: HubLine) -> None:
        self._line = line

    def __call__(self, directory: FederationDirectory, epoch: int, tokens: Sequence[KeyedToken]) -> None:
        """Obtain and keep the values of keyed tokens of one epoch, each thousand on its own.

        Raises:
            HubUnavailable: the hub is away; as `HubNotNow`, an operator is, or the budget of today is spent.
            HubRefused: the hub refuses such requests.
            WrongProof: an answer is not what its operator's key gives.

        """
        place = token_place(directory, epoch)
        ordered = sorted(tokens)
        for first in range(0, len(ordered), MAX_TOKENS):
            values = self._evaluated(directory, ordered[first : first + MAX_TOKENS])
            with self._line.unit_of_work.begin() as work:
                work.tokens.keep(place, values)
                work.audit.record(AuditAct.TOKENS_EVALUATED, WORKER, None, {"epoch": epoch, "tokens": len(values)})

    def _evaluated(self, directory: FederationDirectory, tokens: Sequence[KeyedToken]) -> TokenValues:
        draws = self._line.draws
        # A blind for each request: asked for again, the same token is another element.
        blinded = [oprf.blind(token, draws.random_bytes(DRAWN_BYTES)) for token in tokens]
        request = TokenRequest(tuple(each.element for each in blinded))
        answers = self._verified(self._post(request, directory), directory)
        try:
            elements = combined(
                {answer.place: _proved(directory, request, answer, answers) for answer in answers.answers}
            )
            return {
                token: TokenValue(oprf.finalize(each, element)[:TOKEN_BYTES])
                for token, each, element in zip(tokens, blinded, elements, strict=True)
            }
        except ProtocolError as error:
            raise WrongProof from error

    def _post(self, request: TokenRequest, directory: FederationDirectory) -> bytes:
        line, lanes = self._line, lanes_to_hub(request.PURPOSE)
        with line.unit_of_work.begin() as work:
            issued_at = work.lanes.issue(lanes, line.draws.now())
        sent = stamp(line.draws, new_message_id(line.draws.uuid()), issued_at)
        envelope = line.correspondence.sign_for(HUB, request, request.PURPOSE, directory, sent)
        try:
            return line.hub.post(PATH, envelope)
        except HubNotNow as not_now:
            if not_now.problem is Problem.NOT_YET_VALID:
                with line.unit_of_work.begin() as work:
                    work.lanes.take_back(lanes, issued_at, line.draws.now())
            raise

    def _verified(self, answer: bytes, directory: FederationDirectory) -> TokenAnswers:
        line = self._line
        try:
            envelope = Envelope.from_bytes(answer)
            line.correspondence.verify_from_hub(envelope, TokenAnswers.PURPOSE, directory, line.draws.now())
            return envelope.read(TokenAnswers)
        except ProtocolError as error:
            raise HubUnavailable("The hub's answer cannot be verified: the tokens are asked for again.") from error


def _proved(
    directory: FederationDirectory, request: TokenRequest, answer: TokenAnswer, answers: TokenAnswers
) -> tuple[Element, ...]:
    """One operator's elements; raises `WrongProof`, or a `ProtocolError` where they are none."""
    if {each.moved for each in answers.answers} != {answer.moved}:
        # Shares of two generations, which do not fit together.
        raise WrongProof
    moved = IDENTITY if answer.moved == IDENTITY else parse_element(answer.moved)
    commitments = [
        (Element(card.token_commitment[0]), Element(card.token_commitment[1]))
        for card in directory.comparison.operators
    ]
    key = public_share(commitments, answer.place, moved)
    elements = tuple(parse_element(raw) for raw in answer.elements)
    proof = oprf.Proof(Scalar(answer.challenge), Scalar(answer.response))
    if not oprf.check_proof(key, [Element(raw) for raw in request.elements], elements, proof):
        raise WrongProof
    return elements
