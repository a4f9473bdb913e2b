"""Queries come from files that a database administrator can read."""

import pytest

from symbolon.runtime.errors import UnknownQuery
from symbolon.runtime.sql_loader import load_queries, parse_queries

TWO = """\
-- What this file is about.

-- name: find_one
-- The one,
-- if any.
select 1;

-- name: find_two
-- The two.
-- Its second line of purpose.
select 2
-- a comment inside
where true
"""


def test_a_query_is_its_name_its_purpose_and_its_text():
    query = parse_queries(TWO, "two.sql")["find_one"]
    assert (query.name, query.purpose, query.text) == ("find_one", "The one, if any.", "select 1")


def test_a_comment_inside_a_query_stays_in_its_text():
    assert parse_queries(TWO, "two.sql")["find_two"].text == "select 2\n-- a comment inside\nwhere true"


def test_the_names_of_a_file_can_be_listed():
    assert list(parse_queries(TWO, "two.sql")) == ["find_one", "find_two"]


def test_an_unknown_name_says_which_file_lacks_it():
    with pytest.raises(UnknownQuery, match=r"two\.sql has no query named 'find_three'"):
        parse_queries(TWO, "two.sql")["find_three"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("select 1;", "before its first"),
        ("-- name: a\nselect 1", "needs a comment"),
        ("-- name: a\n-- why", "needs a comment"),
        ("-- name: A\n-- why\nselect 1", "malformed or used twice"),
        ("-- name: a\n-- why\nselect 1\n-- name: a\n-- why\nselect 2", "malformed or used twice"),
    ],
)
def test_a_malformed_file_is_refused(source, complaint):
    with pytest.raises(UnknownQuery, match=complaint):
        parse_queries(source, "bad.sql")


def test_a_missing_file_is_named():
    with pytest.raises(UnknownQuery, match=r"symbolon\.runtime/sql/absent\.sql does not exist"):
        load_queries("symbolon.runtime", "absent")


def test_the_queries_of_the_audit_log_load():
    assert "insert_leaf" in load_queries("symbolon.runtime", "audit")
