"""Two operators give the third what it lost: masked parts of every record, of which it learns the sum alone.

A mask never covers two values. It is derived from the key of the two and a nonce of each, drawn anew with every
process, change of the hub and generation; and under one nonce an operator gives parts of one bundle alone for a
record's number, however often it is asked. Where the two are at different nonces, the third sees that their parts do
not fit, and asks again.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from symbolon.hub.operators.domain.pair_keys import pair_key_name
from symbolon.hub.operators.services.agree_pair_keys import AgreePairKeys
from symbolon.hub.operators.services.among_operators import Circle
from symbolon.hub.operators.services.refresh_shares import row_of
from symbolon.hub.operators.storage.shares import NewShares
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.expansion import Use, expand
from symbolon.matching.blind.sharing import restoring_part
from symbolon.protocol import oprf_sharing
from symbolon.protocol.messages_operators import SchemaContent
from symbolon.protocol.messages_peers import MOST_PARTS, AskParts, Doing, Parts, RecordPart, TokenPart
from symbolon.protocol.references import RecordReference
from symbolon.protocol.ristretto import DRAWN_BYTES, scalar_of

_NONCE_BYTES: Final = 32
_DIGEST_BYTES: Final = 16


class GiveParts:
    """The side of an operator that has its shares."""

    def __init__(self, circle: Circle, pair_keys: AgreePairKeys) -> None:
        self._circle = circle
        self._pair_keys = pair_keys
        self._drawn_for: tuple[Doing, int, int] | None = None
        self._nonce = b""
        self._masked: dict[int, bytes] = {}

    def nonce(self, standing: Standing, number: int) -> bytes:
        """Give what this operator adds to the masks, as it stands now."""
        drawn_for = standing.doing, standing.generation, number
        if self._drawn_for != drawn_for:
            self._draw()
            self._drawn_for = drawn_for
        return self._nonce

    def answer(self, lost: int, asked: AskParts) -> None:
        """Tell the parts that are asked for, where the operator at the other end is one that is to be restored."""
        circle = self._circle
        with circle.store.work() as work:
            # No feed comes between what is read here.
            standing, number = work.standings.own(), work.lock_progress()
            heard = circle.heard.get(lost)
            if standing.doing is not Doing.WORKING or heard is None or heard.doing is not Doing.RESTORING:
                return
            seed = self._seed(lost, standing, number)
            if seed is None:
                return
            records = work.records_after(asked.after, MOST_PARTS)
            first = not asked.after
            segments = tuple(work.segments.all().values()) if first else ()
            schemas = tuple(SchemaContent(*each) for each in work.schemas().items()) if first else ()
        if not self._are_as_masked_before(records):
            # What is given next is masked by another nonce, when the other holder has heard of it.
            self._draw()
            return
        generation = standing.generation
        token = self._token_part(lost, generation, seed) if first else None
        parts = tuple(self._part(lost, seed, record) for record in records)
        up_to = records[-1].handle if len(records) == MOST_PARTS else None
        mask = sha256(seed).digest()
        circle.tell(lost, Parts(generation, number, asked.after, up_to, mask, parts, segments, schemas, token))

    def _draw(self) -> None:
        self._nonce = self._circle.random_bytes(_NONCE_BYTES)
        self._masked.clear()

    def _seed(self, lost: int, standing: Standing, number: int) -> bytes | None:
        """What the masks follow from, the same at both holders; None where the other is not known to be at this."""
        operator = self._circle.operator
        other = operator.third(lost)
        heard, key = self._circle.heard.get(other), operator.pair_keys.held(other)
        if heard is None or heard.nonce is None or key is None:
            return None
        at_this = (heard.doing, heard.generation, heard.number) == (Doing.WORKING, standing.generation, number)
        if not at_this or not self._pair_keys.is_agreed(other, standing.generation):
            return None
        nonces = {operator.place: self.nonce(standing, number), other: heard.nonce}
        place = f"{lost}/{standing.generation}/{number}/".encode() + pair_key_name(key)
        return expand(key, Use.RESTORING, place + b"".join(nonces[each] for each in sorted(nonces)), _NONCE_BYTES)

    def _are_as_masked_before(self, records: Sequence[NewShares]) -> bool:
        digests = {record.handle: sha256(record.bundle).digest()[:_DIGEST_BYTES] for record in records}
        if any(self._masked.get(handle, digest) != digest for handle, digest in digests.items()):
            return False
        self._masked.update(digests)
        return True

    def _part(self, lost: int, seed: bytes, record: NewShares) -> RecordPart:
        operator, size = self._circle.operator, len(record.bundle)
        mask = expand(seed, Use.RESTORING, str(record.handle).encode(), size)
        part = restoring_part(row_of(size), lost, operator.place, record.bundle, mask)
        reference = RecordReference(record.reference)
        return RecordPart(record.handle, reference, record.version, record.owner, record.rows, part, record.is_proved)

    def _token_part(self, lost: int, generation: int, seed: bytes) -> TokenPart | None:
        operator, token = self._circle.operator, self._circle.secrets.token_share(generation)
        if token is None:
            return None
        mask = scalar_of(expand(seed, Use.RESTORING, b"token", DRAWN_BYTES))
        part = oprf_sharing.restoring_part(lost, operator.place, token.share, mask)
        return TokenPart(part, token.moved)
