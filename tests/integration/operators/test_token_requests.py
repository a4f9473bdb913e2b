"""Whose budget of tokens is charged, the member's signature says: a hub that is taken over has none of its own."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.simulators.operator_bench import DIGEST, FEDERATION
from tests.simulators.signed_federation import SignedFederation
from tests.simulators.token_requests import token_request

from symbolon.hub.operators.errors import BudgetSpent, OperatorError, OutOfOrder, RequestRefused
from symbolon.hub.operators.services.evaluate_tokens import EvaluateTokensOfMembers
from symbolon.hub.operators.services.open_request import OpenRequest
from symbolon.hub.operators.storage.secrets import TokenShare
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.protocol import oprf
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import Purpose
from symbolon.protocol.messages_membership import LinkageEpoch, MemberStanding, RetiredKey
from symbolon.protocol.messages_operators import EvaluatedTokens, EvaluateTokens
from symbolon.protocol.references import MemberCode
from symbolon.protocol.ristretto import DRAWN_BYTES, IDENTITY, scalar_of
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.migrations import migrate

BUDGET = 3
_SHARE = TokenShare(scalar_of(secrets.token_bytes(DRAWN_BYTES)))


class MovingClock:
    """Now, and how far after it."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Desk:
    """One operator's tokens, and the members who ask."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.members = SignedFederation(FEDERATION, LinkageEpoch(1, "symbolon-2026-2", DIGEST))
        self.clock = MovingClock()
        self.store = OperatorStore(database, HashChainAuditLog(SystemClock(), uuid4))
        self.founded = True
        self.evaluate = self.opened()

    def opened(self) -> EvaluateTokensOfMembers:
        """As a process makes it when it starts."""
        known = OpenRequest(lambda: self.members.newest if self.founded else None)
        return EvaluateTokensOfMembers(
            self.store, known, lambda: _SHARE, secrets.token_bytes, self.clock, daily_tokens=BUDGET
        )

    def request(self, code: str, number: int = 1, key: SigningKey | None = None, **changed: object) -> EvaluateTokens:
        key = self.members.keys[code] if key is None else key
        return token_request(self.members.newest, code, key, elements(number), **changed)

    def spent(self) -> dict[str, int]:
        with self.store.work() as work:
            return {each.member: each.amount for each in work.spendings.on(self.clock.now().date())}

    def refused(self, request: EvaluateTokens) -> bool:
        """Whether it is, for the signature's sake, and costs nobody anything."""
        before = self.spent()
        with pytest.raises(RequestRefused):
            self.evaluate(request)
        return self.spent() == before

    def put_in_effect(self, code: str, **changed: Any) -> None:
        """A version in which a member is otherwise."""
        listed = (replace(each, **changed) if each.code == code else each for each in self.members.newest.members)
        self.members.put_in_effect(members=tuple(listed))


def elements(number: int) -> list[bytes]:
    return [oprf.blind(secrets.token_bytes(16), secrets.token_bytes(DRAWN_BYTES)).element for _ in range(number)]


@pytest.fixture
def desk(fresh_database: Callable[[str], str]) -> Any:
    conninfo = fresh_database("operator")
    migrate(conninfo, "symbolon.hub.operators")
    with Database(conninfo, max_size=2) as database:
        yield Desk(database)


def test_the_member_that_signed_is_charged_before_it_is_answered(desk: Desk) -> None:
    answered = desk.evaluate(desk.request("XA", 2))
    assert isinstance(answered, EvaluatedTokens)
    assert len(answered.elements) == 2
    assert desk.spent() == {"XA": 2}


def test_a_hub_with_one_member_has_that_members_budget_and_no_other(desk: Desk) -> None:
    desk.evaluate(desk.request("XA", BUDGET))
    with pytest.raises(BudgetSpent):
        desk.evaluate(desk.request("XA"))
    for other in ("XB", "XC", "QAA", "QAB"):
        assert desk.refused(desk.request(other, key=desk.members.keys["XA"]))
    assert desk.spent() == {"XA": BUDGET}


def test_a_hub_that_names_another_member_on_a_signed_request_is_refused(desk: Desk) -> None:
    request = desk.request("XA")
    assert desk.refused(EvaluateTokens({**request.envelope, "sender": "XB"}))


def test_a_request_with_other_elements_than_were_signed_is_refused(desk: Desk) -> None:
    request, other = desk.request("XA"), desk.request("XA")
    assert desk.refused(EvaluateTokens({**request.envelope, "body": other.envelope["body"]}))


def test_a_request_is_answered_once_also_after_a_restart(desk: Desk) -> None:
    request = desk.request("XA")
    desk.evaluate(request)
    assert desk.refused(request)
    desk.evaluate = desk.opened()
    assert desk.refused(request)
    assert desk.spent() == {"XA": 1}


def test_what_was_beyond_the_budget_was_not_answered_and_counts_for_nothing(desk: Desk) -> None:
    too_much = desk.request("XA", BUDGET + 1)
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            desk.evaluate(too_much)
    assert desk.spent() == {}


def test_two_members_may_draw_one_nonce(desk: Desk) -> None:
    nonce = bytes(16)
    for code in ("XA", "XB"):
        desk.evaluate(desk.request(code, nonce=nonce))
    assert desk.spent() == {"XA": 1, "XB": 1}


@pytest.mark.parametrize(
    "otherwise",
    [
        {"federation": "another-federation"},
        {"exercise": False},
        {"audience": MemberCode("XB"), "expires_at": datetime.now(UTC) + timedelta(days=1)},
    ],
    ids=["another federation", "no exercise", "another audience"],
)
def test_what_was_signed_for_elsewhere_is_refused(desk: Desk, otherwise: dict[str, object]) -> None:
    assert desk.refused(desk.request("XA", **otherwise))


def test_what_was_signed_for_another_purpose_is_refused(desk: Desk) -> None:
    request = desk.request("XA")
    assert desk.refused(EvaluateTokens({**request.envelope, "purpose": Purpose.SUBMISSION.value}))


def test_a_stale_request_is_refused_and_so_is_one_of_the_future(desk: Desk) -> None:
    stale, early = desk.request("XA"), desk.request("XA")
    desk.clock.ahead = timedelta(minutes=30)
    assert desk.refused(stale)
    desk.clock.ahead = -timedelta(minutes=6)
    assert desk.refused(early)


def test_a_nonce_is_kept_as_long_as_its_request_could_be_accepted(desk: Desk) -> None:
    request = desk.request("XA")
    desk.evaluate(request)
    for ahead in (timedelta(), timedelta(minutes=29)):
        desk.clock.ahead = ahead
        with desk.store.work() as work:
            work.requests.forget(desk.clock.now())
        assert desk.refused(request)
    desk.clock.ahead = timedelta(minutes=36)
    with desk.store.work() as work:
        work.requests.forget(desk.clock.now())
        assert work.requests.take(MemberCode("XA"), bytes(16), desk.clock.now())
    assert desk.refused(request)


@pytest.mark.parametrize("standing", [MemberStanding.SUSPENDED, MemberStanding.EXPELLED])
def test_who_does_not_take_part_any_more_gets_none(desk: Desk, standing: MemberStanding) -> None:
    before = desk.request("XC")
    desk.put_in_effect("XC", standing=standing, standing_since=whole_milliseconds(datetime.now(UTC)))
    assert desk.refused(before)
    assert desk.refused(desk.request("XC"))


def test_a_retired_key_signs_no_more_and_what_it_signed_before_counts(desk: Desk) -> None:
    before, old, new = desk.request("XA"), desk.members.keys["XA"], SigningKey.generate(secrets.token_bytes(32))
    card = desk.members.newest.card_of(MemberCode("XA"))
    assert card is not None
    retired_at = whole_milliseconds(datetime.now(UTC) + timedelta(seconds=1))
    retired = RetiredKey(old.public.to_bytes(), retired_at)
    desk.put_in_effect("XA", card=replace(card, signing_key=new.public.to_bytes()), retired_keys=(retired,))
    desk.evaluate(before)
    desk.clock.ahead = timedelta(minutes=1)
    late = {"issued_at": desk.clock.now(), "expires_at": desk.clock.now() + timedelta(minutes=30)}
    assert desk.refused(desk.request("XA", key=old, **late))
    desk.evaluate(desk.request("XA", key=new, **late))


@pytest.mark.parametrize("nothing", [{}, {"sender": "XA"}], ids=["empty", "no envelope"])
def test_what_is_no_envelope_is_refused(desk: Desk, nothing: dict[str, Any]) -> None:
    assert desk.refused(EvaluateTokens(nothing))


def test_before_the_founding_no_member_is_known(desk: Desk) -> None:
    desk.founded = False
    with pytest.raises(OutOfOrder):
        desk.evaluate(desk.request("XA"))


@pytest.mark.parametrize("element", [bytes(IDENTITY), b"\xff" * 32], ids=["the identity", "no point"])
def test_what_is_no_element_costs_nothing(desk: Desk, element: bytes) -> None:
    with pytest.raises(OperatorError):
        desk.evaluate(token_request(desk.members.newest, "XA", desk.members.keys["XA"], [element]))
    assert desk.spent() == {}
