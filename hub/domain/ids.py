"""Identifiers that only the hub uses; those that the parties share are in `symbolon.protocol.references`."""

from typing import NewType

RecordHandle = NewType("RecordHandle", int)
"""One published version of a record. A revision takes a new handle, so nothing learnt of the old one applies to it."""

PartitionId = NewType("PartitionId", int)
"""The records of one owner that may be compared with the same others: see `symbolon.hub.domain.partitions`."""

CertificateFingerprint = NewType("CertificateFingerprint", str)
"""SHA-256 of a client certificate (DER), 64 hexadecimal digits."""
