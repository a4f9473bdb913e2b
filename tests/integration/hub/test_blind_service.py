"""The hub beside its three operators: numbers alone, tokens by any two, and what stops comparison."""

import secrets
import time
from datetime import date
from typing import Any, NoReturn

import pytest
from tests.simulators.hub_members import item
from tests.simulators.operator_bench import OperatorBench

from symbolon.hub.bootstrap.commands import resume_comparison
from symbolon.hub.bootstrap.opening import CLOCK
from symbolon.hub.domain.operators import TokenSpending
from symbolon.hub.errors import NotPossible
from symbolon.hub.errors_of_operators import OperatorAway, OperatorsDisagree
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.gateway.token_lines import TokenLines
from symbolon.hub.services.mind_operators import MindOperators
from symbolon.matching.identifier_types import Phone, RecordIdentifiers
from symbolon.protocol import oprf
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import Purpose, TokenRequest
from symbolon.protocol.messages_operators import EvaluateTokens
from symbolon.protocol.oprf_sharing import combined
from symbolon.protocol.ristretto import DRAWN_BYTES, Element
from symbolon.runtime.sql_loader import Query

_TROUBLE = Query("trouble", "for a test", "select trouble from blind_operator where place = 1")
Operators = tuple[OperatorBench, OperatorRoom]


@pytest.fixture
def comparison() -> str:
    return "blind"


@pytest.fixture
def token_lines(bench: Any, operators: Operators) -> Any:
    room = operators[1]
    bench.worker.find_matches()  # Which shows the operators the directory.
    for _ in range(200):
        # They deal the token key among themselves, once each reaches the others.
        if all(each.has_token_share for each in room.status().values()):
            break
        time.sleep(0.1)
    lines = TokenLines(room._settings)
    yield lines
    lines.close()


def _value(bench: Any, lines: TokenLines, data: bytes) -> bytes:
    blinded = oprf.blind(data, secrets.token_bytes(DRAWN_BYTES))
    asked = bench.amara.envelope(TokenRequest((blinded.element,)), Purpose.TOKEN_REQUEST)
    answers = lines(EvaluateTokens(asked.to_json()))
    (element,) = combined({place: [Element(raw) for raw in each.elements] for place, each in answers.items()})
    return oprf.finalize(blinded, element)


def _disagree() -> NoReturn:
    raise OperatorsDisagree


def test_records_of_numbers_alone_meet_though_they_have_nothing_to_share(bench: Any) -> None:
    number = RecordIdentifiers(phones=(Phone("+66811234567"),))
    bench.submit(bench.amara, item(number))
    bench.submit(bench.belanu, item(number))
    bench.worker.find_matches()
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1


def test_any_two_operators_give_the_same_value_also_while_the_third_is_away(
    bench: Any, token_lines: TokenLines, operators: Operators
) -> None:
    before = _value(bench, token_lines, b"a keyed token")
    operators[0].stop(0)
    assert _value(bench, token_lines, b"a keyed token") == before
    assert _value(bench, token_lines, b"another") != before


def test_one_operator_alone_gives_no_value(bench: Any, token_lines: TokenLines, operators: Operators) -> None:
    operators[0].stop(0)
    operators[0].stop(1)
    with pytest.raises(OperatorAway):
        _value(bench, token_lines, b"a keyed token")


def test_a_member_has_so_many_tokens_evaluated_in_a_day_and_no_more(bench: Any) -> None:
    today, member = date(2031, 5, 4), bench.amara.code
    with bench.hub.store.work() as work:
        assert work.operators.spend_tokens(member, today, 8, 10)
        assert not work.operators.spend_tokens(member, today, 3, 10)
        assert work.operators.spend_tokens(member, today, 2, 10)
        assert work.operators.spend_tokens(bench.belanu.code, today, 1, 10)
        assert work.operators.spend_tokens(member, date(2031, 5, 5), 10, 10)
        assert work.operators.tokens_spent(today) == (TokenSpending(member, 10), TokenSpending(bench.belanu.code, 1))


def test_where_operators_disagree_nothing_is_compared_until_somebody_says_so(bench: Any, person: Any) -> None:
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    with pytest.raises(OperatorsDisagree):
        MindOperators(bench.hub.store, CLOCK).following(_disagree)()
    assert bench.worker.find_matches() == 0
    assert bench.hub.show_status()().blind.stopped_since is not None
    resume_comparison(bench.hub)()
    assert bench.worker.find_matches() == 1
    assert bench.acts().count(AuditAct.OPERATORS_DISAGREE) == 2


def test_what_is_not_stopped_is_not_resumed(bench: Any) -> None:
    with pytest.raises(NotPossible):
        resume_comparison(bench.hub)()


def test_an_operator_that_is_away_is_noted_until_it_is_back(bench: Any, person: Any, operators: Operators) -> None:
    bench.submit(bench.amara, item(person))
    operators[0].stop(1)
    with pytest.raises(OperatorAway):
        bench.worker.find_matches()
    with bench.hub.database.transaction() as tx:
        assert tx.fetch_value(_TROUBLE) == OperatorAway(1).sentence
    operators[0].start(1)
    bench.worker.find_matches()
    with bench.hub.database.transaction() as tx:
        assert tx.fetch_value(_TROUBLE) is None
