"""How a hub is told whom to write to, and how much room files have."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from symbolon.hub.settings import HubSettings, load_settings
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome

_BASE = {
    "SYMBOLON_FEDERATION": "exercise-tests",
    "SYMBOLON_DATABASE": "host=localhost dbname=hub",
    "SYMBOLON_BROKER": "redis://localhost",
    "SYMBOLON_HUB_URL": "https://hub.example:8443",
}
_MAIL = {
    "SYMBOLON_SMTP_HOST": "mail.example",
    "SYMBOLON_SMTP_FROM": "symbolon@hub.example",
    "SYMBOLON_NOTICE_TO": "one@hub.example, two@hub.example",
}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def settings(**environment: str) -> HubSettings:
        given = {f"SYMBOLON_{name.upper()}": value for name, value in environment.items()}
        return load_settings(PartyHome(tmp_path), {**_BASE, **_MAIL, **given})

    return settings


def test_a_hub_without_a_mail_server_writes_to_nobody(tmp_path: Path) -> None:
    settings = load_settings(PartyHome(tmp_path), _BASE)
    assert settings.notices is None
    assert settings.attachment_quota == 2_000 * 1024 * 1024


def test_several_people_are_told_at_once_where_nothing_else_is_said(load: Any) -> None:
    notices = load().notices
    assert notices.recipients == ("one@hub.example", "two@hub.example")
    assert notices.digest_every == timedelta(0)
    assert notices.desk_url == "https://hub.example:8444"


def test_a_digest_comes_once_a_day_or_as_often_as_is_set_and_links_to_where_the_desk_is_reached(load: Any) -> None:
    assert load(notice_when="digest").notices.digest_every == timedelta(days=1)
    notices = load(notice_when="digest", notice_digest_hours="4", desk_url="https://desk.example").notices
    assert (notices.digest_every, notices.desk_url) == (timedelta(hours=4), "https://desk.example")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("notice_to", ""), ("notice_to", "nobody"), ("notice_to", "a@b.example;c@d.example"), ("notice_when", "never")],
)
def test_a_mistake_is_named(load: Any, setting: str, value: str) -> None:
    with pytest.raises(ConfigurationMistake, match=setting):
        load(**{setting: value})


def test_nobody_s_address_shows_where_settings_are_printed(load: Any) -> None:
    assert "one@hub.example" not in repr(load())
