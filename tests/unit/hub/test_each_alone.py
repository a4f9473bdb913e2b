"""What is wrong with one hit stops nothing for any other."""

import pytest

from symbolon.hub.services.each_alone import each_alone
from symbolon.runtime.errors import DatabaseUnavailable


def halved(number: int) -> int:
    if number == 0:
        raise DatabaseUnavailable("PostgreSQL is away.")
    if number % 2:
        raise ArithmeticError(number)
    return number // 2


def test_whatever_one_of_them_raises_the_others_go_on() -> None:
    assert each_alone([2, 3, 4], halved, while_doing="halving") == [1, 2]


def test_where_the_database_is_away_all_wait() -> None:
    with pytest.raises(DatabaseUnavailable):
        each_alone([2, 0, 4], halved, while_doing="halving")
