"""Canaries of blind comparison: what members submit so that operators who compute wrongly are noticed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from symbolon.hub.domain.acceptance import Refusal
from symbolon.hub.domain.ids import RecordHandle
from symbolon.protocol.messages import Canary
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference

_NOT_HERE = Refusal(Problem.ENCODING_REFUSED, "This federation compares openly: submit no canaries.")
_NAME_TAKEN = Refusal(Problem.STALE_VERSION, "A canary is no record: give it a reference that was never used.")


@dataclass(frozen=True, slots=True)
class NewCanary:
    """An encoding that is nobody's."""

    handle: RecordHandle
    version: int
    member: MemberCode
    canary: Canary


@dataclass(frozen=True, slots=True)
class CanaryStanding:
    """How many canaries there are, how many known answers were right lately, and when one was last asked for."""

    held: int = 0
    answers: int = 0
    checked_at: datetime | None = None


def refusals_of_canaries(
    marked: Mapping[RecordReference, Canary], used: Collection[RecordReference], *, wanted: bool
) -> Mapping[RecordReference, Refusal]:
    """Why canaries cannot be taken; `used` are references that a record or a canary has, `wanted`: compared blind."""
    if not wanted:
        return dict.fromkeys(marked, _NOT_HERE)
    return {reference: _NAME_TAKEN for reference in marked if reference in used}
