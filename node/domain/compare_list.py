"""The list of states that a record may be compared with (invariant 11): whether it means what its author meant."""

from collections.abc import Collection

from rapidfuzz import fuzz, process

from symbolon.protocol.handling import ComparableWith, ComparisonMode
from symbolon.protocol.references import MemberCode


def unknown_states(listed: ComparableWith, known: Collection[MemberCode]) -> tuple[MemberCode, ...]:
    """The codes of the list that are nobody's.

    A list that keeps `XBB` out keeps nobody out where the state is called `XB`: such a list must not leave the node.
    """
    return tuple(code for code in listed.members if code not in known)


def what_to_do_about(unknown: Collection[MemberCode], members: Collection[MemberCode]) -> str:
    """One sentence for the author of such a list, with the nearest member for each code."""
    expected = " ".join(f"--expect {code}" for code in unknown)
    return (
        f"{' '.join(_about(code, members) for code in unknown)} Correct the record's list of states; for a state that"
        f" has yet to join, add {expected}."
    )


def _about(code: MemberCode, members: Collection[MemberCode]) -> str:
    nearest = process.extractOne(code, sorted(members), scorer=fuzz.ratio, score_cutoff=40)
    hint = f"did you mean {nearest[0]}?" if nearest else f"its members are {', '.join(sorted(members))}."
    return f"No state in this federation has the code {code}: {hint}"


def narrows(before: ComparableWith, after: ComparableWith) -> bool:
    """Whether some state that was admitted no longer is, be it one that joins later.

    >>> narrows(ComparableWith.all_members(), ComparableWith.all_but(MemberCode("XB")))
    True
    >>> narrows(ComparableWith.only(MemberCode("XB")), ComparableWith.all_members())
    False
    """
    listed = {*before.members, *after.members}
    if any(before.admits(code) and not after.admits(code) for code in listed):
        return True
    # Whoever neither list names.
    return before.mode is not ComparisonMode.ONLY and after.mode is ComparisonMode.ONLY
