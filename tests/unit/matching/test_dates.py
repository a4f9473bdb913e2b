import pytest

from symbolon.matching.dates import Calendar, read_date
from symbolon.matching.errors import IdentifierError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1990-05-03", (1990, 5, 3)),
        ("19900503", (1990, 5, 3)),
        ("1990/5/3", (1990, 5, 3)),
        ("3/5/1990", (1990, 5, 3)),
        ("03.05.1990", (1990, 5, 3)),
        ("3 May 1990", (1990, 5, 3)),
        ("03-MAY-1990", (1990, 5, 3)),
        ("May 1990", (1990, 5, None)),
        ("1990-05", (1990, 5, None)),
        ("5/1990", (1990, 5, None)),
        ("1990", (1990, None, None)),
        ("1990-00-00", (1990, None, None)),
        ("1990-05-00", (1990, 5, None)),
        (" ১৯৯০-০৫-০৩ ", (1990, 5, 3)),
    ],
)
def test_a_date_is_read_in_each_form_in_which_files_have_it(
    written: str, read: tuple[int, int | None, int | None]
) -> None:
    assert read_date(written) == read


def test_a_year_of_the_buddhist_era_is_recognised() -> None:
    assert read_date("๓ /๕/๒๕๓๓".replace(" ", "")) == (1990, 5, 3)


def test_a_calendar_that_is_told_wins_over_recognition() -> None:
    assert read_date("2395", Calendar.BUDDHIST) == (1852, None, None)
    with pytest.raises(IdentifierError, match="outside"):
        read_date("2533", Calendar.GREGORIAN)


@pytest.mark.parametrize(
    "written", ["", "yesterday", "1990-13-01", "1990-02-30", "31/04/1990", "90-05-03", "3 Mayo 1990"]
)
def test_what_is_no_date_is_refused_with_what_to_do(written: str) -> None:
    with pytest.raises(IdentifierError, match="YYYY-MM-DD"):
        read_date(written)
