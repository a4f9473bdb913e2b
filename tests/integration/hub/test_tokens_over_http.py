"""`POST /v1/tokens` as members reach it: what two operators made of tokens, and every refusal."""

import contextlib
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.integration.hub.test_add_operator import request_of
from tests.simulators.command_line import typed
from tests.simulators.hub_members import SimulatedMember
from tests.simulators.members_over_http import MembersOverHttp, problem_of
from tests.simulators.operator_bench import OperatorBench
from tests.simulators.signed_federation import wire_of

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.commands import add_operator, suspend_member
from symbolon.hub.domain.operators import TokenSpending
from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.gateway.token_lines import TokenLines
from symbolon.hub.storage.blind_encodings import BlindEncodings
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.web.api_app import create_api
from symbolon.protocol import oprf
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory, Purpose, TokenAnswers, TokenRequest
from symbolon.protocol.messages_operators import MOST_VERSIONS, EvaluateTokens, Feed
from symbolon.protocol.oprf_sharing import combined
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.protocol.ristretto import DRAWN_BYTES, IDENTITY, Element

PATH = "/v1/tokens"
XA, XB = MemberCode("XA"), MemberCode("XB")
BUDGET = 5


@dataclass(frozen=True)
class TokenDeskOverHttp:
    """A hub of a blind federation as its members reach it."""

    bench: Any
    members: MembersOverHttp
    operators: OperatorBench
    lines: TokenLines

    def ask(self, member: SimulatedMember, *elements: bytes) -> Any:
        envelope = member.envelope(TokenRequest(elements), Purpose.TOKEN_REQUEST)
        return self.members.post(member.code, PATH, envelope)

    def spent(self) -> tuple[TokenSpending, ...]:
        return self.bench.hub.show_status()().blind.tokens_today  # type: ignore[no-any-return]


@pytest.fixture
def comparison() -> str:
    return "blind"


@pytest.fixture
def founding(founding: Any, comparison: str) -> Any:
    """A hub that three operators were added to, where it is to compare blind."""
    for place in range(3 if comparison == "blind" else 0):
        add_operator(founding.hub)(request_of(place), "localhost", 8450 + place, None)
    return founding


@pytest.fixture
def desk(bench: Any, operators: tuple[OperatorBench, OperatorRoom]) -> Iterator[TokenDeskOverHttp]:
    room = operators[1]
    with bench.hub.store.work() as work:
        versions = work.directory.history(0, MOST_VERSIONS)
    know_each_other(operators[0], versions[-1].directory)
    for _ in range(300):
        # They deal the token key among themselves, once each reaches the others.
        with contextlib.suppress(OperatorAway):
            if all(each.has_token_share for each in room.status().values()):
                break
        time.sleep(0.1)
    # By this they believe members' signatures.
    room.feed(dict.fromkeys(range(3), Feed((), (), (), versions=tuple(map(wire_of, versions)))))
    hub = bench.hub
    hub = replace(hub, settings=replace(hub.settings, daily_tokens=BUDGET))
    lines = TokenLines(room._settings)
    wake = WakeUps(match=lambda: None, clear_away=lambda: None)
    services = build_api_services(hub, BlindEncodings(hub.linkage_schemas()), wake, lines)
    certificates = {member.code: bench.welcomes[code].certificate_pem for code, member in bench.members.items()}
    application = create_api(services, PostgresDeliveryBell(hub.settings.database))
    with MembersOverHttp(application, certificates) as members:
        yield TokenDeskOverHttp(bench, members, operators[0], lines)
    lines.close()


def know_each_other(operators: OperatorBench, directory: FederationDirectory) -> None:
    """Start them anew with the cards that the members signed."""
    operators.cards = directory.comparison.operators
    for place in range(3):
        operators.stop(place)
    for place in range(3):
        operators.start(place)


def blinded(data: bytes) -> oprf.Blinded:
    return oprf.blind(data, secrets.token_bytes(DRAWN_BYTES))


def some(number: int) -> list[bytes]:
    return [blinded(secrets.token_bytes(16)).element for _ in range(number)]


def test_two_members_come_to_one_value_by_different_requests(desk: TokenDeskOverHttp) -> None:
    values = set()
    for member in (desk.bench.amara, desk.bench.belanu):
        mine = blinded(b"the keyed token")
        answer = desk.ask(member, mine.element)
        assert answer.status_code == 200
        answers = Envelope.from_bytes(answer.content).read(TokenAnswers).answers
        (element,) = combined({each.place: [Element(raw) for raw in each.elements] for each in answers})
        values.add(oprf.finalize(mine, element))
    assert len(values) == 1
    assert desk.spent() == (TokenSpending(XA, 1), TokenSpending(XB, 1))


def test_beyond_its_budget_of_the_day_a_member_gets_none_and_others_do(desk: TokenDeskOverHttp) -> None:
    assert desk.ask(desk.bench.amara, *some(BUDGET - 1)).is_success
    refused = desk.ask(desk.bench.amara, *some(2))
    assert (refused.status_code, problem_of(refused)) == (429, Problem.TOKEN_BUDGET_SPENT)
    assert desk.ask(desk.bench.amara, *some(1)).is_success
    assert desk.ask(desk.bench.belanu, *some(BUDGET)).is_success
    assert desk.spent() == (TokenSpending(XA, BUDGET), TokenSpending(XB, BUDGET))


def test_an_operator_s_own_budget_holds_whatever_the_hub_s_is(desk: TokenDeskOverHttp) -> None:
    for place in range(3):
        desk.operators.stop(place)
    desk.operators.daily_tokens = 2
    for place in range(3):
        desk.operators.start(place)
    refused = desk.ask(desk.bench.amara, *some(3))
    for _ in range(100):
        if problem_of(refused) is not Problem.SERVICE_UNAVAILABLE:
            break
        time.sleep(0.1)
        refused = desk.ask(desk.bench.amara, *some(3))
    assert (refused.status_code, problem_of(refused)) == (429, Problem.TOKEN_BUDGET_SPENT)


@pytest.mark.parametrize("element", [bytes(IDENTITY), b"\xff" * 32], ids=["the identity", "no point"])
def test_what_is_no_element_is_refused_and_costs_nothing(desk: TokenDeskOverHttp, element: bytes) -> None:
    refused = desk.ask(desk.bench.amara, *some(1), element)
    assert (refused.status_code, problem_of(refused)) == (422, Problem.MALFORMED_MESSAGE)
    assert desk.spent() == ()


def test_a_hub_that_changes_what_a_member_signed_gets_nothing_of_an_operator(desk: TokenDeskOverHttp) -> None:
    envelope = desk.bench.amara.envelope(TokenRequest(tuple(some(1))), Purpose.TOKEN_REQUEST)
    with pytest.raises(OperatorRefused) as caught:
        desk.lines(EvaluateTokens({**envelope.to_json(), "sender": str(XB)}))
    assert caught.value.code == "request-refused"
    assert desk.lines(EvaluateTokens(envelope.to_json()))


def test_a_suspended_member_gets_none(desk: TokenDeskOverHttp) -> None:
    suspend_member(desk.bench.hub)(XA)
    refused = desk.ask(desk.bench.amara, *some(1))
    assert (refused.status_code, problem_of(refused)) == (403, Problem.MEMBER_SUSPENDED)
    assert desk.spent() == ()


def test_while_two_operators_are_away_nothing_is_given_and_nothing_counts(desk: TokenDeskOverHttp) -> None:
    desk.operators.stop(0)
    assert desk.ask(desk.bench.amara, *some(1)).is_success
    desk.operators.stop(1)
    refused = desk.ask(desk.bench.amara, *some(2))
    assert (refused.status_code, problem_of(refused)) == (503, Problem.SERVICE_UNAVAILABLE)
    assert desk.spent() == (TokenSpending(XA, 1),)


def test_the_same_envelope_counts_once(desk: TokenDeskOverHttp) -> None:
    envelope = desk.bench.amara.envelope(TokenRequest(tuple(some(1))), Purpose.TOKEN_REQUEST)
    assert desk.members.post(XA, PATH, envelope).is_success
    assert problem_of(desk.members.post(XA, PATH, envelope)) is Problem.REPLAYED
    assert desk.spent() == (TokenSpending(XA, 1),)


def test_who_is_no_member_is_asked_for_a_certificate(desk: TokenDeskOverHttp) -> None:
    envelope = desk.bench.amara.envelope(TokenRequest(tuple(some(1))), Purpose.TOKEN_REQUEST)
    assert problem_of(desk.members.post(None, PATH, envelope)) is Problem.UNAUTHENTICATED


@pytest.mark.parametrize("comparison", ["open"])
def test_in_a_federation_that_compares_openly_there_are_none(bench: Any) -> None:
    certificates = {XA: bench.welcomes["XA"].certificate_pem}
    application = create_api(bench.api, PostgresDeliveryBell(bench.hub.settings.database))
    envelope = bench.amara.envelope(TokenRequest(tuple(some(1))), Purpose.TOKEN_REQUEST)
    with MembersOverHttp(application, certificates) as members:
        refused = members.post(XA, PATH, envelope)
    assert (refused.status_code, problem_of(refused)) == (422, Problem.INVALID_INPUT)
    assert bench.hub.show_status()().blind.tokens_today == ()


def test_the_hubs_status_says_what_was_used_to_people_and_to_programs(desk: TokenDeskOverHttp) -> None:
    assert desk.ask(desk.bench.amara, *some(3)).is_success
    told = status_of(desk)
    assert "XA: 3 of 50000 tokens evaluated today" in told
    assert "operator 2  Body 2" in told
    listed = json.loads(status_of(desk, "--json"))
    assert (listed["daily_tokens"], listed["tokens_today"]) == (50_000, {"XA": 3})
    assert [each["place"] for each in listed["operators"]] == [0, 1, 2]
    assert listed["comparison_stopped_since"] is None


def status_of(desk: TokenDeskOverHttp, *options: str) -> str:
    return typed("hub", "status", "--home", str(desk.bench.hub.home.path), *options).stdout
