"""Canaries: records of nobody that a member submits among its own, whose answers the hub knows beforehand.

The operators see a record like any other. The hub is told which they are, so that it keeps them out of hits, counts and
reconciliation, and notices an operator that computes wrongly.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from symbolon.protocol.references import RecordReference
from symbolon.protocol.wire_limits import between

CanaryNumber = Annotated[int, between(0, 255)]
"""Of a family of canaries."""


class CanaryForm(StrEnum):
    """A query; what reaches the threshold with it exactly; what misses it by the least that there is."""

    QUERY = "query"
    HIT = "hit"
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class Canary:
    """An item of the batch that is a canary, and which: all members' canaries of one number and epoch fit together."""

    reference: RecordReference
    number: CanaryNumber
    form: CanaryForm
