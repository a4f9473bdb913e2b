"""The vectors of signed and sealed bundles of shares; :mod:`generate` writes them."""

import json
from pathlib import Path
from typing import Any

from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.share_sealing import (
    ShareContext,
    ShareSigner,
    ShareTerms,
    open_shares,
    seal_shares,
    signed_statement,
)

Vector = dict[str, Any]
_OPERATORS = {place: HybridSealingKey.from_bytes(bytes([0x30 + place]) * 32) for place in range(3)}


def share_vectors(samples: Any, path: Path) -> list[Vector]:
    """A bundle for each operator; one that still opens to the same shares is kept, since HPKE draws a key for each."""
    entries = json.loads(path.read_text("utf-8")) if path.exists() else []
    kept = {entry["context"]["place"]: entry for entry in entries}
    return [_vector(samples, place, kept.get(place)) for place in _OPERATORS]


def _vector(samples: Any, place: int, kept: Vector | None) -> Vector:
    epoch = samples.FOUNDING.newest_epoch
    context = ShareContext(samples.FEDERATION, samples.XA, place, samples.OWN, 2, epoch.schema_digest, epoch.epoch)
    terms = ShareTerms(Namespace.GENERAL, ComparableWith.only(samples.XB), ("strict", "lenient", "explain/name"))
    signer = ShareSigner(samples.SIGNING_KEYS[samples.XA], samples.NOW)
    bundle = bytes((place + 7 * at) % 256 for at in range(96))
    key = _OPERATORS[place]
    fresh = {
        "operator_key_hex": key.to_bytes().hex(),
        "signer_key_hex": signer.key.public.to_bytes().hex(),
        "context": to_wire(context),
        "terms": to_wire(terms),
        "shares_hex": bundle.hex(),
        "signed_hex": signed_statement(context, terms, bundle, signer.signed_at).hex(),
    }
    if kept is not None and fresh == {name: value for name, value in kept.items() if name != "sealed_hex"}:
        try:
            opened_shares(samples, kept)
        except ProtocolError:
            pass
        else:
            return kept
    return {**fresh, "sealed_hex": seal_shares(bundle, key.public, context, terms, signer).hex()}


def opened_shares(samples: Any, vector: Vector) -> bytes:
    """What the operator of a vector opens, by the founding directory of the samples."""
    context, terms = from_wire(ShareContext, vector["context"]), from_wire(ShareTerms, vector["terms"])
    key = HybridSealingKey.from_bytes(bytes.fromhex(vector["operator_key_hex"]))
    return open_shares(bytes.fromhex(vector["sealed_hex"]), key, context, terms, samples.FOUNDING).bundle
