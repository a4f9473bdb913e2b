"""The part of a hub that hands out desks, asks whether they live, and carries what pairs agree on; kept in memory."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.simulators.hub_in_memory import HubClientInMemory, HubInMemory

from symbolon.node.errors import HubRefused
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.focal_points import ANSWER_WITHIN, verify_focal_points
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import Purpose
from symbolon.protocol.messages_focal_points import (
    DeskLife,
    FocalPointBook,
    ProofOfLifeAnswer,
    ProofOfLifePing,
    SignedFocalPoints,
)
from symbolon.protocol.messages_pairs import SignedPairProfile
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import DeskId, MemberCode, PingId

PATHS = ("/v1/focal-points", "/v1/focal-points/answers", "/v1/pair-profiles")


@dataclass
class DesksInMemory:
    """What the hub keeps of desks and pairs."""

    hub: HubInMemory
    directories: dict[MemberCode, SignedFocalPoints] = field(default_factory=dict)
    lives: dict[tuple[MemberCode, DeskId], DeskLife] = field(default_factory=dict)
    pings: dict[PingId, tuple[MemberCode, DeskId]] = field(default_factory=dict)
    proposals: dict[tuple[MemberCode, ...], SignedPairProfile] = field(default_factory=dict)

    def book(self) -> FocalPointBook:
        return FocalPointBook(tuple(self.directories.values()), tuple(self.lives.values()))

    def ask(self, member: str, desk: str) -> PingId:
        """Ask a desk whether it lives."""
        ping_id, now, code = PingId(str(uuid4())), self.hub.clock_now(), MemberCode(member)
        moment = now.replace(microsecond=0)
        self.pings[ping_id] = code, DeskId(desk)
        self.lives[code, DeskId(desk)] = DeskLife(code, DeskId(desk), moment, None)
        self.hub.deliver(member, ProofOfLifePing(ping_id, DeskId(desk), moment, moment + ANSWER_WITHIN))
        return ping_id

    def take(self, sender: MemberCode, envelope: Envelope) -> None:
        """Take what a member hands in, as the hub would."""
        try:
            self._take(sender, envelope)
        except ProtocolError as refusal:
            raise HubRefused(refusal.problem, str(refusal)) from None

    def _take(self, sender: MemberCode, envelope: Envelope) -> None:
        if envelope.purpose is Purpose.FOCAL_POINT_PUBLICATION:
            offered = envelope.read(SignedFocalPoints)
            known = self.directories.get(sender)
            key = VerifyingKey.from_bytes(self.hub.cards[sender].signing_key)
            verify_focal_points(None if known is None else known.directory, offered, key)
            self.directories[sender] = offered
        elif envelope.purpose is Purpose.PROOF_OF_LIFE_ANSWER:
            answer = envelope.read(ProofOfLifeAnswer)
            assert self.pings[answer.ping_id] == (sender, answer.desk_id)
            life = self.lives[sender, answer.desk_id]
            answered_at = self.hub.clock_now().replace(microsecond=0) + timedelta(seconds=1)
            self.lives[sender, answer.desk_id] = replace(life, answered_at=answered_at)
        else:
            self._agree(sender, envelope.read(SignedPairProfile))

    def _agree(self, sender: MemberCode, offered: SignedPairProfile) -> None:
        members = offered.profile.members
        self.proposals[members] = offered
        for member in members:
            if len(offered.signatures) == len(members) or member != sender:
                self.hub.deliver(member, offered)


class DeskLine:
    """A node's line to the hub with desks and pairs on it."""

    def __init__(self, client: HubClientInMemory, desks: DesksInMemory) -> None:
        self._client = client
        self._desks = desks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def fetch_page(self, path: str, after: str | None) -> Envelope:
        if path != "/v1/focal-points":
            return self._client.fetch_page(path, after)
        self._client.hub.refuse(self._client.code, needs_standing=True)
        return self._client.hub.sign(self._desks.book(), self._client.code)

    def post(self, path: str, envelope: Envelope) -> bytes:
        if path not in PATHS:
            return self._client.post(path, envelope)
        self._client.hub.refuse(self._client.code, needs_standing=True)
        self._desks.take(self._client.code, envelope)
        return b""
