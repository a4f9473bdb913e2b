"""Dismissed stays dismissed: when a pair that both sides judged DIFFERENT may come back, and what is remembered of it.

Beside each hit that was judged DIFFERENT a node keeps what its own record said then, kind by kind, as keyed digests
(:func:`record_facts`), and compares every later version with them (:func:`is_material_change`). In the submission of a
version that changed materially it names those hits (``reconsider``); the hub forgets that it suppressed the pairs, and
compares. So the hub learns that a pair is to be looked at again, and not what changed. Small changes add up, because
what is compared is always the judged version. The digests outlive no record: they go when it is erased.

What is a material change, and how much of it, was decided so that a spelling put right or a review date moved brings
nothing back, while whatever could turn DIFFERENT into SAME does:

1. a decisive identifier (document, phone, vessel, vehicle, account, online handle) was added or replaced;
2. a name, birth date or nationality is known now where none was when the votes were cast;
3. two or more of name, birth date, nationality and sex have other values: one alone is a correction;
4. the urgency rose to U1: a life is at risk, and an old judgement must not stand in the way.

What was taken away, the place, the category, the case, the review date and the list of states bring nothing back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Annotated, Final

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.handling import Channel, IdentifierKind, Urgency
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HitId, MemberCode
from symbolon.protocol.wire_limits import entries, octets

DECISIVE: Final = frozenset(
    {
        IdentifierKind.DOCUMENT,
        IdentifierKind.PHONE,
        IdentifierKind.VESSEL,
        IdentifierKind.VEHICLE,
        IdentifierKind.ACCOUNT,
        IdentifierKind.ONLINE_HANDLE,
    }
)
"""One of them that agrees can make a hit on its own."""

DESCRIPTIVE: Final = frozenset(
    {IdentifierKind.NAME, IdentifierKind.BIRTH_DATE, IdentifierKind.NATIONALITY, IdentifierKind.SEX}
)
_TELLING: Final = DESCRIPTIVE - {IdentifierKind.SEX}
_DIGEST_BYTES: Final = 16
_LABEL: Final = b"symbolon/1 record facts\n"
MOST_VALUES: Final = 50


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a record says of one kind of identifier: a digest for each value, sorted."""

    kind: IdentifierKind
    values: Annotated[tuple[Annotated[bytes, octets(_DIGEST_BYTES, _DIGEST_BYTES)], ...], entries(1, MOST_VALUES)]


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What one version of a record says, without saying it; ``urgency`` is the record's own."""

    kinds: Annotated[tuple[KindFacts, ...], entries(0, len(IdentifierKind))]
    urgency: Urgency

    def values_of(self, kind: IdentifierKind) -> frozenset[bytes]:
        """Give the digests of one kind; empty where the record does not have it."""
        return frozenset(value for facts in self.kinds if facts.kind is kind for value in facts.values)


def record_facts(identifiers: Mapping[IdentifierKind, Iterable[str]], urgency: Urgency, key: bytes) -> RecordFacts:
    """Digest a record's normalised identifiers under the record's own key (32 bytes that never leave its node).

    HMAC-SHA256 (RFC 2104) of a label and kind and value, the first 16 bytes. Raises :class:`MalformedMessage` where the
    key is not one.
    """
    if len(key) != sha256().digest_size:
        raise MalformedMessage("The key of a record's facts is 32 bytes long.")
    kinds = []
    for kind in sorted(identifiers):
        values = {_digest(kind, value, key) for value in identifiers[kind]}
        if values:
            kinds.append(KindFacts(kind, tuple(sorted(values)[:MOST_VALUES])))
    return RecordFacts(tuple(kinds), urgency)


def is_material_change(judged: RecordFacts, present: RecordFacts) -> bool:
    """Whether a record says so much else than when the pair was judged that the pair is to be shown again."""
    if present.urgency is Urgency.U1 and judged.urgency is not Urgency.U1:
        return True
    if any(present.values_of(kind) - judged.values_of(kind) for kind in DECISIVE):
        return True
    if any(present.values_of(kind) and not judged.values_of(kind) for kind in _TELLING):
        return True
    return sum(bool(present.values_of(kind) - judged.values_of(kind)) for kind in DESCRIPTIVE) >= 2


def hits_to_reconsider(judged: Mapping[HitId, RecordFacts], present: RecordFacts) -> tuple[HitId, ...]:
    """Give the hits, judged DIFFERENT when the record said this, that its present version brings back; sorted."""
    return tuple(sorted(hit_id for hit_id, facts in judged.items() if is_material_change(facts, present)))


@dataclass(frozen=True, slots=True)
class PastContact:
    """That a record was the subject of an exchange before, by whatever channel; kept at the record's own node."""

    counterpart: MemberCode
    channel: Channel
    asked_on: date
    answered: bool


def asked_before(contacts: Iterable[PastContact], counterpart: MemberCode) -> tuple[PastContact, ...]:
    """Give the hints for an officer who is about to ask: newest first, those with the same state before all others."""
    return tuple(sorted(contacts, key=lambda each: (each.counterpart != counterpart, -each.asked_on.toordinal())))


@dataclass(frozen=True, slots=True)
class StandingInterest:
    """An officer wants to hear of every new hit on a record, and of every change of one, until that day."""

    login: str
    until: date


def interested(interests: Iterable[StandingInterest], today: date) -> frozenset[str]:
    """Give who is to be told of a hit on a record today: a standing interest ends by itself."""
    return frozenset(interest.login for interest in interests if today <= interest.until)


def _digest(kind: IdentifierKind, value: str, key: bytes) -> bytes:
    return hmac_digest(key, _LABEL + canonical_bytes([kind.value, value]), "sha256")[:_DIGEST_BYTES]
