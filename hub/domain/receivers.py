"""Towards whom the bits of a comparison open, where they open only towards members. One rule, for hub and operators.

The owner of the record that asks learns what it is like, unless the other record alone is a protected one: then its
owner learns it, whose protection officer must let a hit go before anybody else is told. Of two protected records it is
the owner that comes first by its code, whichever asks: found from both ends, they would be two held hits of one pair,
of which neither side could tell the other.
"""

from symbolon.hub.domain.partitions import Partition
from symbolon.protocol.handling import Namespace
from symbolon.protocol.references import MemberCode


def receiver_of(asking: Partition, asked: Partition) -> MemberCode:
    """Who learns which records of `asked` a record of `asking` is like."""
    if asked.namespace is not Namespace.PROTECTED:
        return asking.member
    return min(asking.member, asked.member) if asking.namespace is Namespace.PROTECTED else asked.member
