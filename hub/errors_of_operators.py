"""What goes wrong between the hub and the operators of blind comparison; part of the hub's one error tree."""

from collections.abc import Collection, Sequence

from symbolon.hub.errors import HubError
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode


class OperatorAway(HubError):
    """An operator of blind comparison does not answer: what was asked of it waits."""

    def __init__(self, place: int) -> None:
        super().__init__(
            Problem.SERVICE_UNAVAILABLE,
            f"Operator {place} does not answer: nothing is lost, and comparison goes on when it is back.",
        )
        self.place = place


class OperatorsLate(HubError):
    """The operators took up a comparison and do not finish it; `places` are those that opened nothing of it."""

    def __init__(self, places: Sequence[int] = ()) -> None:
        super().__init__(
            Problem.SERVICE_UNAVAILABLE,
            "The operators do not finish a comparison: nothing is lost, and it is asked again.",
        )
        self.places = tuple(places)


class OperatorRefused(HubError):
    """An operator does not do what it was asked; `code` is its own word for why."""

    def __init__(self, place: int, code: str, reason: str, member: MemberCode | None = None) -> None:
        """`member`: whose budget is spent, where that is why."""
        super().__init__(Problem.SERVICE_UNAVAILABLE, f"Operator {place} refuses: {reason}")
        self.place = place
        self.code = code
        self.member = member


class ComparisonSpent(HubError):
    """A member had as much compared as it may on this day; what needs it waits, and all else goes on."""

    def __init__(self, member: MemberCode, handles: Collection[int]) -> None:
        """`handles`: the records that were asked about along with that member's."""
        super().__init__(
            Problem.SERVICE_UNAVAILABLE, "A member had as much compared today as it may: the rest is compared later."
        )
        self.member = member
        self.handles = frozenset(handles)


class TokenBudgetSpent(HubError):
    """A member had as many tokens evaluated on this day as it may."""

    def __init__(self) -> None:
        super().__init__(
            Problem.TOKEN_BUDGET_SPENT,
            "This member had as many tokens evaluated today as it may: what is left is taken up tomorrow.",
        )


class OperatorsDisagree(HubError):
    """The operators answered differently where they must agree."""

    def __init__(self, why: str = "a job came out in two ways") -> None:
        """`why`: for the status page."""
        super().__init__(
            Problem.SERVICE_UNAVAILABLE,
            "The operators do not agree on a result: it is discarded; look at the status page and ask the operators.",
        )
        self.why = why


class WrongAnswers(OperatorsDisagree):
    """Pairs with canaries came out otherwise than they must: an operator, or a canary, is wrong."""

    def __init__(self, wrong: int, known: int, members: Sequence[str]) -> None:
        """`members`: whose canaries they were."""
        super().__init__(f"{wrong} of {known} known answers were wrong, about canaries of {', '.join(members)}")
