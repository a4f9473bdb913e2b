"""Sends what is said about purges, where there is somebody to say it to."""

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.errors import NodeError
from symbolon.node.ports.storage import Work
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.messages import PurgeReceipt, PurgeRequest
from symbolon.protocol.problems import Problem, ProtocolError


def sent_where_reachable(
    send_sealed: SendSealed, work: Work, hit: Hit, said: PurgeRequest | PurgeReceipt, login: str
) -> StoredMessage | None:
    """The message as it was sent; None where the other side takes part no more, or no key of its card can be used.

    Nothing was kept of it then: a message is sealed before it is put anywhere.
    """
    try:
        return send_sealed(work, hit, said, login)
    except ProtocolError:
        return None
    except NodeError as refused:
        if refused.problem is not Problem.UNKNOWN_MEMBER:
            raise
        return None
