"""The errors of trust between members: replays, the co-signed directory, and the linkage-key ceremony.

They are leaves of the room's one tree (:class:`symbolon.protocol.problems.ProtocolError`).
"""

from collections.abc import Iterable

from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import MemberCode


class Replayed(ProtocolError):
    """A message that was received before: the same nonce, or the same message id under another delivery."""

    problem = Problem.REPLAYED


class OutOfOrder(ProtocolError):
    """A message issued before the newest that was accepted in its lane."""

    problem = Problem.OUT_OF_ORDER


class RetiredKeyUsed(ProtocolError):
    """A message signed with a member's former key at or after the moment at which that key was retired."""

    problem = Problem.RETIRED_KEY


class DowngradedSuite(ProtocolError):
    """A message sealed with the classic suite although both members have keys for the hybrid one."""

    problem = Problem.DOWNGRADED_SUITE


class OlderVersion(ProtocolError):
    """A federation directory of a version that is known already, or older."""

    problem = Problem.OLDER_DIRECTORY


class BrokenSuccession(ProtocolError):
    """A federation directory that does not follow from the known one."""

    problem = Problem.BROKEN_SUCCESSION


class NotCoSigned(ProtocolError):
    """A federation directory that too few members signed, or somebody who may not."""

    problem = Problem.NOT_CO_SIGNED


class UnknownCeremony(ProtocolError):
    """A message of another ceremony than the one that it was handed to."""

    problem = Problem.UNKNOWN_CEREMONY


class NotAParticipant(ProtocolError):
    """A message, or a step, of a member that does not take part in the ceremony."""

    problem = Problem.NOT_A_PARTICIPANT


class CeremonyStepRefused(ProtocolError):
    """A step that the ceremony does not allow as it stands."""

    problem = Problem.CEREMONY_STEP_REFUSED


class KeyNotConfirmed(ProtocolError):
    """A linkage key that too few members confirmed, or another than they confirmed."""

    problem = Problem.KEY_NOT_CONFIRMED


class CeremonyDisputed(ProtocolError):
    """What some members said in the ceremony does not fit together; ``members`` names them."""

    problem = Problem.CEREMONY_DISPUTED

    def __init__(self, members: Iterable[MemberCode]) -> None:
        self.members = tuple(sorted(set(members)))
        named = ", ".join(self.members)
        super().__init__(
            f"What {named} said in the linkage-key ceremony does not fit together; speak to them, then restart it."
        )
