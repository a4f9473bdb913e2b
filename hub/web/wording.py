"""What the desk calls things: one word for each code."""

from collections.abc import Mapping
from typing import Final

from symbolon.hub.domain.actors import Role
from symbolon.hub.domain.members import Standing
from symbolon.protocol.federation import ExpiryNotice

ROLES: Final[Mapping[str, str]] = {
    Role.OPERATOR.value: "Operator",
    Role.AUDITOR.value: "Auditor",
}
STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.CANDIDATE: "Candidate",
    Standing.ACTIVE: "Active",
    Standing.SUSPENDED: "Suspended",
    Standing.EXPELLED: "Expelled",
}
EXPIRY_NOTICES: Final[Mapping[ExpiryNotice, str]] = {
    ExpiryNotice.NONE: "",
    ExpiryNotice.WITHIN_60: "within 60 days",
    ExpiryNotice.WITHIN_30: "within 30 days",
    ExpiryNotice.WITHIN_7: "within 7 days",
    ExpiryNotice.EXPIRED: "expired",
}
