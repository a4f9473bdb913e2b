"""Addresses that take a signed envelope."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from symbolon.hub.domain.members import Caller
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.web.authorisation import caller_of
from symbolon.hub.web.callers import read_envelope
from symbolon.protocol.envelope import Envelope

_NO_CONTENT = 204


def exchange_router(services: ApiServices) -> APIRouter:
    """Submissions and withdrawals are answered with a signed receipt, tokens with their values; all else with 204."""
    router = APIRouter(prefix="/v1")
    calling = Depends(caller_of)
    handed_in = Depends(read_envelope)

    @router.post("/submissions")
    def submit(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Publish up to 1,000 records. The same batch again gets the same receipt."""
        return json_response(services.accept_submission(caller.member, envelope))

    @router.post("/withdrawals")
    def withdraw(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Take back up to 1,000 records: their encodings are erased. The same batch again gets the same receipt."""
        return json_response(services.withdraw_records(caller.member, envelope))

    @router.post("/tokens")
    def evaluate_tokens(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Have up to 1,000 blinded match tokens evaluated by two operators, where the federation compares blind."""
        return json_response(services.relay_tokens(caller.member, envelope))

    @router.post("/pairs", status_code=_NO_CONTENT)
    def declare_pair(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Declare a pair that the hub did not see, where match bits open towards members alone."""
        services.declare_pair(caller.member, envelope)

    @router.post("/pairs/ends", status_code=_NO_CONTENT)
    def end_pair(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Withdraw what stands for the caller's record in a hit that the hub did not find, or have the hit held."""
        services.end_pair(caller.member, envelope)

    @router.post("/pairs/problems", status_code=_NO_CONTENT)
    def note_opening_problem(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Say that what the operators sealed for the caller cannot be true: comparison stops."""
        services.note_opening_problem(caller.member, envelope)

    @router.post("/votes", status_code=_NO_CONTENT)
    def deposit_vote(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Deposit a vote, sealed for the counterpart; both are handed over when both lie here."""
        services.deposit_vote(caller.member, envelope)

    @router.post("/messages", status_code=_NO_CONTENT)
    def relay_message(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Send a sealed message to another member; a step of an exchange has its notice beside it."""
        services.relay_message(caller.member, envelope)

    @router.post("/steps", status_code=_NO_CONTENT)
    def take_step(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Take a step that no sealed message carries: what the votes came to, closing, reopening."""
        services.take_step(caller.member, envelope)

    @router.post("/acknowledgements", status_code=_NO_CONTENT)
    def note_acknowledgement(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Say that the caller's desk has seen a hit; the other side sees when."""
        services.note_acknowledgement(caller.member, envelope)

    @router.post("/safety-holds", status_code=_NO_CONTENT)
    def order_safety_hold(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Freeze every disclosure and vote on a hit, or lift the caller's own freeze."""
        services.order_safety_hold(caller.member, envelope)

    @router.post("/holds", status_code=_NO_CONTENT)
    def decide_hold(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Release or close a hit that is held for the caller's own protected record."""
        services.decide_hold(caller.member, envelope)

    @router.post("/deliveries/acknowledgements", status_code=_NO_CONTENT)
    def acknowledge_deliveries(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Confirm that deliveries are stored; they are not delivered again."""
        services.acknowledge_deliveries(caller.member, envelope)

    return router


def json_response(body: bytes) -> Response:
    """An answer whose JSON was signed or stored as these very bytes."""
    return Response(body, media_type="application/json")
