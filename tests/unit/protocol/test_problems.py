import re

import pytest

from symbolon.protocol import membership_problems, problems
from symbolon.protocol.problems import BrokenChain, Problem, ProtocolError

NAMED = {**vars(problems), **vars(membership_problems)}
ERRORS = [each for each in NAMED.values() if isinstance(each, type) and issubclass(each, ProtocolError)]


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_has_a_sentence_and_a_uri(problem):
    assert re.fullmatch(r"[A-Z].*\.", problem.title)
    assert re.fullmatch(r"urn:symbolon:problem:[a-z]+(-[a-z]+)*", problem.uri)


def test_no_two_problems_say_the_same():
    assert len({problem.title for problem in Problem}) == len(Problem)


def test_every_error_has_a_problem_of_its_own():
    own = [error.problem for error in ERRORS if error is not ProtocolError]
    assert len(set(own)) == len(own)


def test_every_error_belongs_to_the_one_tree():
    assert {error for error in ERRORS if error.__mro__[1] is not ProtocolError} == {ProtocolError}


def test_a_broken_chain_names_the_place():
    assert BrokenChain(at=7).at == 7
    assert "7" in str(BrokenChain(at=7))
