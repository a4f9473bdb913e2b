"""The channels to the other two operators: one each, called by the one with the higher place, made anew when broken."""

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from symbolon.hub.operators.errors import OperatorError, Spoiled
from symbolon.protocol.messages_operators import Channel
from symbolon.protocol.problems import ProtocolError
from symbolon.runtime.links import Link, LinkBroken, dial
from symbolon.runtime.logs import get_logger

_AGAIN_S: Final = 0.5
_LATER_S: Final = 10.0

Receive = Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who takes what comes from the other operators: frames of batches, and how they stand; and that one is away."""

    frame: Receive
    standing: Receive
    lost: Callable[[], None]


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """Where another operator is, and by which certificate it is known (SHA-256, hexadecimal)."""

    host: str
    port: int
    fingerprint: str


class Peers:
    """Carries frames between operators. A frame that cannot be sent spoils its batch, which is asked for again."""

    def __init__(self, place: int, addresses: Mapping[int, PeerAddress], context: ssl.SSLContext) -> None:
        self._place = place
        self._addresses = addresses
        self._context = context
        self._links: dict[int, Link] = {}
        self._turn = threading.Lock()
        self._leaving = threading.Event()

    def place_of(self, fingerprint: str) -> int | None:
        """Which operator a certificate belongs to; None where it is none of them."""
        return next((place for place, each in self._addresses.items() if each.fingerprint == fingerprint), None)

    def reached(self) -> tuple[int, ...]:
        """The operators that a channel stands to now."""
        with self._turn:
            return tuple(sorted(place for place, link in self._links.items() if not link.is_broken))

    def call(self, hearing: Hearing) -> None:
        """Keep channels to the operators of lower places, each in a thread of its own, until `leave`."""
        for place, address in self._addresses.items():
            if place < self._place:
                threading.Thread(target=self._keep, args=(place, address, hearing), name="peer", daemon=True).start()

    def attend(self, place: int, link: Link, hearing: Hearing) -> None:
        """Take messages from a channel until it breaks. A newer channel takes the place of an older one."""
        with self._turn:
            older = self._links.get(place)
            self._links[place] = link
        if older is not None:
            older.close()
        get_logger().info("an operator is reached", place=place)
        takers = {Channel.FRAME: hearing.frame, Channel.STANDING: hearing.standing}
        try:
            while True:
                arrival = link.receive()
                self._refuse_older(place, link)
                try:
                    # A kind that only coordinators send ends the channel.
                    takers[Channel(arrival.kind)](place, arrival.payload)
                except OperatorError as refused:
                    # The batch is dropped and its coordinator told: others go on.
                    get_logger().warning("a batch is spoilt", place=place, reason=refused.sentence)
        except (LinkBroken, ProtocolError, ValueError, KeyError):
            link.close()
            get_logger().info("an operator is away", place=place)
            hearing.lost()

    def _refuse_older(self, place: int, link: Link) -> None:
        """Hear nothing that an older channel still held after what was said since."""
        with self._turn:
            if self._links.get(place) is not link:
                raise LinkBroken("A newer channel took the place of this one.")

    def send(self, place: int, frame: bytes) -> None:
        """Send a frame; raises `Spoiled` where the operator is away."""
        with self._turn:
            link = self._links.get(place)
        if link is None:
            raise Spoiled("Another operator was never reached: ask again when it is there.")
        try:
            link.send(Channel.FRAME, frame)
        except LinkBroken as broken:
            raise Spoiled("Another operator is away: ask again when it is back.") from broken

    def tell(self, place: int, message: bytes) -> bool:
        """Say something that is said again and again; False where the operator is away."""
        with self._turn:
            link = self._links.get(place)
        try:
            if link is not None:
                link.send(Channel.STANDING, message)
        except LinkBroken:
            return False
        return link is not None

    def leave(self) -> None:
        """Close every channel and call nobody again."""
        self._leaving.set()
        with self._turn:
            links = list(self._links.values())
        for link in links:
            link.close()

    def _keep(self, place: int, address: PeerAddress, hearing: Hearing) -> None:
        pause = _AGAIN_S
        while not self._leaving.is_set():
            try:
                link = dial(address.host, address.port, self._context, address.fingerprint)
            except LinkBroken:
                self._leaving.wait(pause)
                pause = min(2 * pause, _LATER_S)
                continue
            pause = _AGAIN_S
            self.attend(place, link, hearing)
            self._leaving.wait(_AGAIN_S)
