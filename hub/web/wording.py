"""What the desk calls things: one word for each code."""

from collections.abc import Mapping
from typing import Final

from symbolon.hub.domain.actors import Role
from symbolon.hub.domain.clock_board import Order
from symbolon.hub.domain.clock_board import Standing as ClockStanding
from symbolon.hub.domain.members import Standing
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.lifecycle_times import ClockName

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
JOINT_STATES: Final[Mapping[JointState, str]] = {
    state: state.value.replace("_", " ").capitalize() for state in JointState
}
CLOCKS: Final[Mapping[ClockName, str]] = {
    ClockName.HOLD: "Decide the hold",
    ClockName.TRIAGE: "Vote",
    ClockName.ACKNOWLEDGE: "Acknowledge the alert",
    ClockName.VERIFY: "Verify",
    ClockName.SECOND_ROUND: "Vote in the second round",
    ClockName.USE: "Use the confirmed hit",
    ClockName.ACCEPT: "Accept or refuse the request",
    ClockName.RESPOND: "Respond",
    ClockName.FORMAL_ROUTE: "Formal route",
    ClockName.FEEDBACK: "Give feedback",
    ClockName.PURGE: "Confirm the purge",
    ClockName.REOPEN: "Reopen",
}
STANDINGS_OF_CLOCKS: Final[Mapping[ClockStanding, str]] = {
    ClockStanding.OVER: "Over",
    ClockStanding.LATE: "Three quarters used",
    ClockStanding.IN_TIME: "In time",
    ClockStanding.STANDS_STILL: "Stands still",
}
ORDERS: Final[Mapping[Order, str]] = {
    Order.DUE: "Time left",
    Order.MEMBER: "State to act",
    Order.STATE: "State of the hit",
    Order.CLOCK: "Clock",
    Order.URGENCY: "Urgency",
}
