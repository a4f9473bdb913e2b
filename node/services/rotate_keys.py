"""Renews this node's keys and certificate: made at once, used from the moment that the members have signed for them."""

from collections.abc import Callable
from dataclasses import dataclass

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.key_generations import KeyGeneration, in_use
from symbolon.node.domain.membership import own_card
from symbolon.node.errors import Forbidden, HubUnavailable, NodeError, NoDirectory
from symbolon.node.ports.outside import MemberKeys
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.hub_line import HubLine
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import (
    FederationDirectory,
    MemberCard,
    Purpose,
    RotationAnswer,
    RotationRequest,
    card_fingerprint,
)
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, KeyId, MemberCode, new_message_id


@dataclass(frozen=True, slots=True)
class GenerationView:
    """One generation of this node's keys."""

    number: int
    in_use: bool
    signing_key_id: KeyId
    sealing_key_id: KeyId
    hybrid_sealing_key_id: KeyId
    certificate_fingerprint: str | None
    card_fingerprint: str | None
    """What the other members compare before they sign for it; None before the hub issued the certificate."""


@dataclass(frozen=True, slots=True)
class RotationReport:
    """What was made and asked for; `card_fingerprint` is read out to the other members. None in a dry run."""

    generation: int
    was_made_before: bool
    card_fingerprint: str | None


class ShowKeys:
    """A node's own keys, generation by generation."""

    def __init__(self, unit_of_work: UnitOfWork, keys: MemberKeys, own: tuple[MemberCode, str]) -> None:
        self._unit_of_work = unit_of_work
        self._keys = keys
        self._own = own

    def __call__(self) -> tuple[GenerationView, ...]:
        """Every generation, the oldest first."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        generations = self._keys.generations()
        used = in_use(generations, own_card(directory, self._own[0]))
        return tuple(
            GenerationView(
                number=each.number,
                in_use=each.number == used.number,
                signing_key_id=each.signing_key.key_id,
                sealing_key_id=each.sealing_key.key_id,
                hybrid_sealing_key_id=each.hybrid_sealing_key.key_id,
                certificate_fingerprint=self._keys.certificate_fingerprint(each.number),
                card_fingerprint=_spoken(card_of_generation(self._keys, each, self._own)),
            )
            for each in generations
        )


class RotateKeys:
    """Makes the next generation and asks the hub for its certificate; may be repeated until the members have signed."""

    def __init__(
        self,
        line: HubLine,
        keys: MemberKeys,
        refresh_directory: Callable[[], bool],
    ) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence
        self._keys = keys
        self._refresh_directory = refresh_directory

    def __call__(self, actor: Actor, *, compromised: bool, dry_run: bool) -> RotationReport:
        """Rotate. `compromised`: what the old signing key signed counts no longer once the members have signed.

        Raises:
            HubUnavailable: nothing is lost: run it again.
            NodeError: no directory lists this node.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Renewing the node's keys is the node administrator's act.")
        self._refresh_directory()
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        if directory is None:
            raise NoDirectory
        card = directory.card_of(self._correspondence.code)
        if card is None:
            raise NodeError(
                Problem.UNKNOWN_MEMBER, "The directory does not list this state: there is nothing to renew."
            )
        generations = self._keys.generations()
        used = in_use(generations, card)
        number = used.number + 1
        was_made = any(generation.number >= number for generation in generations)
        number = generations[-1].number if was_made else number
        if dry_run:
            return RotationReport(number, was_made, None)
        generation = self._keys.make(number, self._draws)
        answer = self._ask(generation, directory, compromised=compromised)
        self._keys.keep_certificate(number, answer.certificate_pem)
        with self._unit_of_work.begin() as work:
            detail: Detail = {"generation": number, "compromised": compromised}
            work.audit.record(AuditAct.KEYS_ROTATED, actor.login, None, detail)
        return RotationReport(
            number, was_made, _spoken(card_of_generation(self._keys, generation, (card.code, card.name)))
        )

    def _ask(self, generation: KeyGeneration, directory: FederationDirectory, *, compromised: bool) -> RotationAnswer:
        request = RotationRequest(
            signing_key=generation.signing_key.public.to_bytes(),
            sealing_key=generation.sealing_key.public.to_bytes(),
            hybrid_sealing_key=generation.hybrid_sealing_key.public.to_bytes(),
            csr_pem=self._keys.certificate_request(generation.number),
            retire_old_at_once=compromised,
        )
        sent = stamp(self._draws, new_message_id(self._draws.uuid()))
        envelope = self._correspondence.sign_for(HUB, request, Purpose.ROTATION_REQUEST, directory, sent)
        raw = self._hub.post("/v1/rotations", envelope)
        try:
            answer = Envelope.from_bytes(raw)
            self._correspondence.verify_from_hub(answer, Purpose.ROTATION_ANSWER, directory, self._draws.now())
            return answer.read(RotationAnswer)
        except ProtocolError as error:
            raise HubUnavailable("The hub's answer cannot be verified: run the command again.") from error


def card_of_generation(keys: MemberKeys, generation: KeyGeneration, own: tuple[MemberCode, str]) -> MemberCard | None:
    """The card that this node has with a generation, made from its own keys; None before there is a certificate."""
    certificate = keys.certificate_fingerprint(generation.number)
    if certificate is None:
        return None
    return MemberCard(
        own[0],
        own[1],
        generation.signing_key.public.to_bytes(),
        generation.sealing_key.public.to_bytes(),
        generation.hybrid_sealing_key.public.to_bytes(),
        certificate,
    )


def _spoken(card: MemberCard | None) -> str | None:
    return None if card is None else card_fingerprint(card)
