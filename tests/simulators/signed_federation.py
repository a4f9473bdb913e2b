"""A directory that members sign, version by version, without a hub: for operators that are tested alone."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire, whole_milliseconds
from symbolon.protocol.federation import majority, sign_directory
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages_comparison import OPEN_COMPARISON, Comparing, Comparison, OperatorCard
from symbolon.protocol.messages_federation import SignedDirectory
from symbolon.protocol.messages_membership import (
    FederationDirectory,
    FederationPolicies,
    LinkageEpoch,
    Member,
    MemberCard,
    MemberStanding,
)
from symbolon.protocol.references import MemberCode

CODES = ("XA", "XB", "XC")


@dataclass
class SignedFederation:
    """The members' keys, and every version that they signed."""

    federation: str
    schema: LinkageEpoch
    operators: tuple[OperatorCard, ...] = ()
    exercise: bool = True
    codes: Sequence[str] = CODES
    keys: dict[str, SigningKey] = field(default_factory=dict)
    hub_key: SigningKey = field(default_factory=lambda: SigningKey.generate(os.urandom(32)))
    versions: list[SignedDirectory] = field(default_factory=list)

    def __post_init__(self) -> None:
        now = whole_milliseconds(datetime.now(UTC))
        self.keys = {code: SigningKey.generate(os.urandom(32)) for code in self.codes}
        founding = FederationDirectory(
            federation=self.federation,
            exercise=self.exercise,
            version=1,
            previous_digest=None,
            issued_at=now,
            hub_signing_key=self.hub_key.public.to_bytes(),
            members=tuple(self._member(code, now) for code in self.codes),
            epochs=(self.schema,),
            policies=FederationPolicies(majority(len(self.codes)), 730, 365),
            comparison=Comparison(Comparing.BLIND, self.operators) if self.operators else OPEN_COMPARISON,
        )
        self.versions.append(self.signed(founding, *self.codes))

    @property
    def newest(self) -> FederationDirectory:
        return self.versions[-1].directory

    def following(self, **changes: object) -> FederationDirectory:
        """What may follow the newest version."""
        step = {"version": self.newest.version + 1, "previous_digest": self.newest.digest()}
        return replace(self.newest, **{**step, **changes})  # type: ignore[arg-type]  # any field, by its name

    def signed(self, directory: FederationDirectory, *codes: str) -> SignedDirectory:
        """A directory with the signatures of these members."""
        return SignedDirectory(
            directory, tuple(sign_directory(directory, MemberCode(code), self.keys[code]) for code in codes)
        )

    def put_in_effect(self, **changes: object) -> SignedDirectory:
        """The next version, signed by all."""
        self.versions.append(self.signed(self.following(**changes), *self.codes))
        return self.versions[-1]

    def on_the_wire(self) -> tuple[bytes, ...]:
        """Every version as the hub hands it out."""
        return tuple(map(wire_of, self.versions))

    def _member(self, code: str, now: datetime) -> Member:
        card = MemberCard(
            code=MemberCode(code),
            name=f"State {code}",
            signing_key=self.keys[code].public.to_bytes(),
            sealing_key=os.urandom(32),
            hybrid_sealing_key=None,
            certificate_fingerprint=os.urandom(32).hex(),
        )
        last = date(now.year + 2, 1, 1)
        return Member(card, MemberStanding.ACTIVE, now, last, last, ())


def wire_of(signed: SignedDirectory) -> bytes:
    """A version as the hub hands it out."""
    return canonical_bytes(to_wire(signed))
