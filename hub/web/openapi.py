"""The OpenAPI document: the addresses, and the wire format of every message from the dataclasses themselves."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from symbolon.protocol import messages
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.sealing import Sealable

_HANDED_IN: Final[Mapping[str, type]] = {
    "/v1/submissions": messages.Submission,
    "/v1/withdrawals": messages.Withdrawal,
    "/v1/votes": messages.Sealed,
    "/v1/messages": messages.Sealed,
    "/v1/steps": messages.StateNotice,
    "/v1/acknowledgements": messages.SideNotice,
    "/v1/holds": messages.HoldDecision,
    "/v1/safety-holds": messages.SafetyHoldOrder,
    "/v1/focal-points": messages.SignedFocalPoints,
    "/v1/focal-points/answers": messages.ProofOfLifeAnswer,
    "/v1/pair-profiles": messages.SignedPairProfile,
    "/v1/attachments": messages.AttachmentOffer,
    "/v1/attachments/{attachment_id}/received": messages.AttachmentReceived,
    "/v1/deliveries/acknowledgements": messages.DeliveryAcknowledgement,
    "/v1/federation/approvals": messages.DirectoryApproval,
    "/v1/rotations": messages.RotationRequest,
    "/v1/epochs/progress": messages.EpochProgress,
    "/v1/reconciliation/deliveries": messages.RedeliveryRequest,
    "/v1/reconciliation/known-records": messages.KnownRecords,
    "/v1/reconciliation/known-hits": messages.KnownHits,
    "/v1/reconciliation/done": messages.ReconciliationDone,
}
"""The kind of message in the envelope that each address takes."""

_GIVEN_OUT: Final[Mapping[tuple[str, str], type]] = {
    ("/v1/federation", "get"): messages.FederationHistory,
    ("/v1/federation/proposal", "get"): messages.DirectoryProposal,
    ("/v1/rotations", "post"): messages.RotationAnswer,
    ("/v1/reconciliation/records", "get"): messages.RecordListing,
    ("/v1/reconciliation/hits", "get"): messages.HitListing,
    ("/v1/reconciliation/deliveries", "post"): messages.RedeliveryReceipt,
    ("/v1/reconciliation/known-records", "post"): messages.RecordDifferences,
    ("/v1/focal-points", "get"): messages.FocalPointBook,
    ("/v1/pair-profiles", "get"): messages.PairProfileBook,
    ("/v1/attachments", "post"): messages.AttachmentProgress,
    ("/v1/attachments/{attachment_id}/progress", "get"): messages.AttachmentProgress,
    ("/v1/submissions", "post"): messages.SubmissionReceipt,
    ("/v1/withdrawals", "post"): messages.WithdrawalReceipt,
}
"""The kind of message in the envelope that each address answers with."""

_IN_DELIVERIES: Final = (
    messages.Alert,
    messages.StepTaken,
    messages.SideNotice,
    messages.SafetyHoldNotice,
    messages.HitStanding,
    messages.EscalationNotice,
    messages.ProofOfLifePing,
    messages.SignedPairProfile,
    messages.EpochErasureReceipt,
    messages.Delivery,
)
_SEALED_INSIDE: Final = get_args(Sealable)


class _WireSchema(GenerateJsonSchema):
    """What the codec does that pydantic would not: bytes as base64url, and every field always written."""

    def bytes_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002 - as pydantic calls it
        return {"type": "string", "contentEncoding": "base64url"}

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002 - as pydantic calls it
        return True


def describe_wire_format(app: FastAPI) -> None:
    """Let the application's OpenAPI document tell the message formats too."""
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(_document(app))
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's documentation gives


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    kinds = (Envelope, *_HANDED_IN.values(), *_GIVEN_OUT.values(), *_IN_DELIVERIES, *_SEALED_INSIDE)
    _keys, schemas = TypeAdapter.json_schemas(
        [(kind, "validation", TypeAdapter(kind)) for kind in dict.fromkeys(kinds)],
        ref_template="#/components/schemas/{model}",
        schema_generator=_WireSchema,
    )
    document.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
    for path, kind in _HANDED_IN.items():
        document["paths"][path]["post"]["requestBody"] = {"required": True, "content": _envelope_of(kind)}
    for (path, method), kind in _GIVEN_OUT.items():
        document["paths"][path][method]["responses"]["200"]["content"] = _envelope_of(kind)
    chunk = document["paths"]["/v1/attachments/{attachment_id}/chunks/{number}"]
    chunk["put"]["requestBody"] = {"required": True, "content": _CHUNK}
    chunk["get"]["responses"]["200"]["content"] = _CHUNK
    return document


_CHUNK: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
"""One sealed part of a file, as it is."""


def _envelope_of(kind: type) -> dict[str, Any]:
    body = {"properties": {"body": {"$ref": f"#/components/schemas/{kind.__name__}"}}}
    return {"application/json": {"schema": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, body]}}}
