"""What two states agree on between themselves, as it comes together at the hub. Pure."""

from dataclasses import replace

from symbolon.protocol.messages import SignedPairProfile


def merge_signatures(proposed: SignedPairProfile | None, offered: SignedPairProfile) -> SignedPairProfile:
    """What lies here after an offer: the proposal with the signatures of both, or the offer where it is another."""
    if proposed is None or proposed.profile != offered.profile:
        return offered
    signatures = {signature.member: signature for signature in (*proposed.signatures, *offered.signatures)}
    return replace(offered, signatures=tuple(signatures[member] for member in sorted(signatures)))
