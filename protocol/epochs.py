"""What an epoch's erasure receipt rests on."""

from collections.abc import Iterable
from hashlib import sha256

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.references import RecordReference


def references_digest(references: Iterable[RecordReference]) -> str:
    """Name a set of records: the SHA-256 of a label and the canonical JSON list of the sorted references.

    >>> references_digest([])[:16]
    '14d645fe4d486840'
    """
    return sha256(b"symbolon/1 erased references\n" + canonical_bytes([*sorted(set(references))])).hexdigest()
