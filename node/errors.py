"""The node's one error tree.

Every message is one sentence for a person, says what to do, and holds no name or number of a person's record: it may
reach a log or a page. `problem` is the protocol's closed code, which the edge turns into a status and a document.
"""

from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId


class NodeError(Exception):
    """Something the node refuses, with a sentence that says what to do."""

    def __init__(self, problem: Problem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem
        self.sentence = sentence


class Forbidden(NodeError):
    """The signed-in person lacks the right for this act."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.FORBIDDEN, sentence)


class NotFound(NodeError):
    """No such thing at this node, or none that this person may see (told apart to nobody)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.NOT_FOUND, sentence)


class NotAllowedNow(NodeError):
    """The hit's state does not allow this act."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.ILLEGAL_TRANSITION, sentence)


class InvalidDraft(NodeError):
    """A form was filled in wrongly; `field` names the form field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(Problem.INVALID_INPUT, sentence)
        self.field = field


class MappingMistake(NodeError):
    """The TOML mapping of an import cannot be used as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.INVALID_INPUT, sentence)


class UnreadableDelivery(NodeError):
    """A delivery that this node can never take: recorded with its problem and acknowledged, so that it ends there."""


class HubUnavailable(NodeError):
    """The hub did not answer, or answered that it cannot now: try again later."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.SERVICE_UNAVAILABLE, sentence)


class HubNotNow(HubUnavailable):
    """The hub answered that it cannot take this one thing now: it may take another at the same moment."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"The hub cannot take this now: {problem.title} It is tried again.")
        self.problem = problem


class HubShutsOut(HubUnavailable):
    """The hub answered that it takes nothing of this node now."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            f"The hub takes nothing of this node now: {problem.title} It is tried again; ask the hub's operator if it"
            " lasts."
        )
        self.problem = problem


class HubRefused(NodeError):
    """The hub understood the whole envelope and refused it: sending the same again cannot help."""


class UnknownState(NodeError):
    """A record's list of states names one that is no member: what it was to keep out, it might let in."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.UNKNOWN_MEMBER, sentence)


class NotJoined(NodeError):
    """The node has no federation yet."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNKNOWN_MEMBER,
            "this node has joined no federation yet: run `symbolon node join WELCOME.json` first",
        )


class NoDirectory(NodeError):
    """The node joined, and no directory that the members signed is here yet."""

    def __init__(self) -> None:
        super().__init__(
            Problem.NOT_YET_A_MEMBER,
            "no directory that the members signed is here yet: `symbolon node federation show` says who has still to"
            " sign, and the worker fetches it then",
        )


class NoLinkageKey(NodeError):
    """The node holds no linkage key of the federation's key epoch."""

    def __init__(self, epoch: int) -> None:
        super().__init__(
            Problem.WRONG_KEY_EPOCH,
            f"this node holds no linkage key of epoch {epoch}: `symbolon node ceremony status` says what is to be done",
        )


class NoLinkageSchema(NodeError):
    """The program brings no linkage schema of the digest that an epoch is used under."""

    def __init__(self, epoch: int, schema_id: str) -> None:
        super().__init__(
            Problem.UNKNOWN_SCHEMA,
            f"this program does not have the linkage schema {schema_id} of epoch {epoch} in the form that the members"
            " agreed on: install the release that brings it",
        )


class UnreadableFile(NodeError):
    """A file cannot be read on from `line`."""

    def __init__(self, line: int, what: str, what_to_do: str) -> None:
        super().__init__(Problem.INVALID_INPUT, f"Line {line}: {what}; {what_to_do}.")
        self.line = line
        self.what = what
        self.what_to_do = what_to_do


class WaitsForMore(NodeError):
    """A delivery came before what it needs (another delivery, or this side's own vote): it is kept and tried again."""

    def __init__(self, hit_id: HitId | None) -> None:
        super().__init__(Problem.ILLEGAL_TRANSITION, "The delivery came before what it needs: it is kept until then.")
        self.hit_id = hit_id
