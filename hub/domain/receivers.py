"""Towards whom the bits of a comparison open, where they open only towards members. One rule, for hub and operators.

The owner of the record that asks learns what it is like, unless the other record alone is a protected one: then its
owner learns it, whose protection officer must let a hit go before anybody else is told.
"""

from symbolon.hub.domain.partitions import Partition
from symbolon.protocol.handling import Namespace
from symbolon.protocol.references import MemberCode


def receiver_of(asking: Partition, asked: Partition) -> MemberCode:
    """Who learns which records of `asked` a record of `asking` is like."""
    protected_alone = asked.namespace is Namespace.PROTECTED and asking.namespace is not Namespace.PROTECTED
    return asked.member if protected_alone else asking.member
