"""An operator's one error tree. Every message is one sentence without references or shares: it may reach a log."""

from enum import StrEnum

from symbolon.protocol.references import MemberCode


class RefusalCode(StrEnum):
    """Why an operator does not do what the coordinator asks; the words on the channel."""

    NOT_JOINED = "not-joined"
    UNKNOWN_ROWS = "unknown-rows"
    OUT_OF_SCOPE = "out-of-scope"
    UNKNOWN_QUESTION = "unknown-question"
    MOVED_ON = "moved-on"
    BUDGET_SPENT = "budget-spent"
    REQUEST_REFUSED = "request-refused"
    OUT_OF_ORDER = "out-of-order"
    SPOILED = "spoiled"
    STANDING_STILL = "standing-still"
    NEEDS_RESTORE = "needs-restore"
    ANOTHER_HUB = "another-hub"
    UNKNOWN_RECEIVER = "unknown-receiver"
    DIRECTORY_REFUSED = "directory-refused"
    CARDS_DIFFER = "cards-differ"
    NOT_CONFIRMED = "not-confirmed"


class OperatorError(Exception):
    """Something that an operator refuses."""

    code = RefusalCode.OUT_OF_ORDER

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UnknownRows(OperatorError):
    """Rows are named that this operator was never told of."""

    code = RefusalCode.UNKNOWN_ROWS


class OutOfScope(OperatorError):
    """Records would be compared that their owners do not admit."""

    code = RefusalCode.OUT_OF_SCOPE


class UnknownQuestion(OperatorError):
    """A threshold is asked that the schema does not have."""

    code = RefusalCode.UNKNOWN_QUESTION


class MovedOn(OperatorError):
    """The rows are of another state than the one that the coordinator asks about."""

    code = RefusalCode.MOVED_ON


class BudgetSpent(OperatorError):
    """A member had as much compared, or evaluated, as it may in one day."""

    code = RefusalCode.BUDGET_SPENT

    def __init__(self, sentence: str, member: MemberCode | None = None) -> None:
        """`member`: whose budget it is."""
        super().__init__(sentence)
        self.member = member


class RequestRefused(OperatorError):
    """What should be a member's request was not signed by that member, here and now, or was answered before."""

    code = RefusalCode.REQUEST_REFUSED


class OutOfOrder(OperatorError):
    """A message came before what it builds on."""

    code = RefusalCode.OUT_OF_ORDER


class Spoiled(OperatorError):
    """A batch cannot be finished: frames were lost, or did not belong to it."""

    code = RefusalCode.SPOILED


class NotJoined(OperatorError):
    """The operator has no place in a federation yet."""

    code = RefusalCode.NOT_JOINED


class StandingStill(OperatorError):
    """Shares are refreshed, or restored at another operator: nothing is compared or taken meanwhile."""

    code = RefusalCode.STANDING_STILL


class AnotherHub(OperatorError):
    """The hub hands out numbers a second time: what it calls by them is not what lies here."""

    code = RefusalCode.ANOTHER_HUB


class UnknownReceiver(OperatorError):
    """Match bits would open towards a member whose keys are not known."""

    code = RefusalCode.UNKNOWN_RECEIVER


class NeedsRestore(OperatorError):
    """Shares are lost here: the other two operators have to restore them."""

    code = RefusalCode.NEEDS_RESTORE


class DirectoryRefused(OperatorError):
    """What the hub shows as the directory does not follow from what this operator verified."""

    code = RefusalCode.DIRECTORY_REFUSED


class CardsDiffer(OperatorError):
    """The members signed other operators' cards than those that this one joined with."""

    code = RefusalCode.CARDS_DIFFER


class NotConfirmed(OperatorError):
    """The founding of a live federation was not compared with a member."""

    code = RefusalCode.NOT_CONFIRMED
