"""Codes as RFC 6238 makes them, secrets as people type them, and addresses as places."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.runtime import second_factor
from symbolon.runtime.doors import Knock
from symbolon.runtime.sessions import browser_text
from symbolon.runtime.sign_in import local_path
from symbolon.runtime.spelled_secrets import spell, spelled_digest

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_of_the_rfc_are_right_at_their_times(seconds, code):
    """RFC 6238, appendix B: the last six of its eight digits."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert second_factor.step_of_code(RFC_SECRET, code, now) == seconds // 30


@pytest.mark.parametrize("code", ["", "28708", "2870820", "२८७०८२", "287 083", "abcdef", "\ud800", "-87082"])
def test_what_is_no_code_of_this_time_is_none(code):
    assert second_factor.step_of_code(RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_a_code_may_be_typed_in_two_groups():
    assert second_factor.step_of_code(RFC_SECRET, "287 082", datetime.fromtimestamp(59, UTC)) == 1


def test_a_new_factor_is_shown_as_text_and_as_a_picture_without_script_or_style():
    shown = second_factor.describe_factor(RFC_SECRET, "mara", "Amara (XA)")
    assert shown.secret == "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"
    assert shown.qr_svg.startswith("<svg")
    assert "style" not in shown.qr_svg
    assert "script" not in shown.qr_svg


def test_neither_hides_in_a_log():
    assert "gezd" not in repr(second_factor.describe_factor(RFC_SECRET, "mara", "Amara (XA)"))


@given(st.binary(min_size=10, max_size=10))
def test_a_spelled_secret_is_known_however_it_is_typed(random_bytes):
    spelled = spell(random_bytes)
    digest = spelled_digest(spelled, "token")
    for typed in (spelled.upper(), spelled.replace("-", ""), spelled.replace("-", " "), spelled.replace("0", "O")):
        assert spelled_digest(typed, "token") == digest


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_two_secrets_are_spelled_in_two_ways(one, other):
    assert (spell(one) == spell(other)) == (one == other)


def test_a_recovery_code_is_no_token():
    spelled = spell(bytes(10))
    assert spelled_digest(spelled, "recovery code") != spelled_digest(spelled, "one-time token")


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("not an address", ""),
    ],
)
def test_one_line_is_one_place(address, same):
    assert Knock(None, address).source_digest == Knock(None, same).source_digest


@pytest.mark.parametrize(("address", "other"), [("192.0.2.1", "192.0.2.2"), ("2001:db8:1:2::1", "2001:db8:1:3::1")])
def test_two_lines_are_two_places(address, other):
    assert Knock(None, address).source_digest != Knock(None, other).source_digest


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140.0 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.0", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_called_by_two_words_of_ours(agent, said):
    assert browser_text(agent) == said


@given(st.text())
def test_where_somebody_goes_after_signing_in_is_a_page_of_ours(path):
    assert local_path(path).startswith("/")
    assert not local_path(path).startswith(("//", "/\\"))
