"""What the hub hands on to operators of a member's request for tokens."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from symbolon.protocol.envelope import EnvelopeHeader, sign
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import TokenRequest
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.messages_operators import EvaluateTokens
from symbolon.protocol.references import HUB, MemberCode, new_message_id


def token_request(
    directory: FederationDirectory, sender: str, key: SigningKey, elements: Sequence[bytes], **changed: object
) -> EvaluateTokens:
    """A member's request, signed now; `changed`: of its envelope's header."""
    now = datetime.now(UTC)
    header = EnvelopeHeader(
        federation=directory.federation,
        exercise=directory.exercise,
        sender=MemberCode(sender),
        audience=HUB,
        purpose=TokenRequest.PURPOSE,
        message_id=new_message_id(uuid4()),
        nonce=secrets.token_bytes(16),
        issued_at=now,
        expires_at=now + timedelta(minutes=30),
    )
    signed = sign(TokenRequest(tuple(elements)), replace(header, **changed), key)  # type: ignore[arg-type]  # by name
    return EvaluateTokens(signed.to_json())
