"""A mistake in the settings is one sentence that names the setting and says what to do."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.settings import SettingsReader, open_settings


def reader(table=None, **environment):
    return SettingsReader(table or {}, environment, "node.toml")


def mistake_of(read, *arguments, **keywords):
    with pytest.raises(ConfigurationMistake) as caught:
        read(*arguments, **keywords)
    return str(caught.value)


def test_the_file_gives_a_setting():
    assert reader({"hub_url": "https://hub.example:8443"}).https_url("hub_url") == "https://hub.example:8443"


def test_the_environment_overrides_the_file():
    assert reader({"listen_host": "::1"}, SYMBOLON_LISTEN_HOST="127.0.0.1").text("listen_host") == "127.0.0.1"


def test_a_default_stands_in_for_what_is_not_set():
    settings = reader()
    assert settings.text("listen_host", "127.0.0.1") == "127.0.0.1"
    assert settings.port("desk_port", 8444) == 8444
    assert settings.flag("exercise", default=True) is True
    assert settings.optional_text("broker") is None
    assert settings.path("home", Path("/somewhere")) == Path("/somewhere")


def test_a_missing_setting_says_where_to_write_it():
    sentence = mistake_of(reader().text, "database")
    assert sentence == "The setting 'database' is missing: write it in node.toml or set SYMBOLON_DATABASE."


def test_a_number_may_come_as_text_from_the_environment():
    assert reader(SYMBOLON_DESK_PORT=" 8444 ").port("desk_port", 1) == 8444


@pytest.mark.parametrize("value", [70000, -1, True, 1.5, "many", "", "８４", ["8443"]])
def test_what_is_not_a_port_is_refused(value):
    assert mistake_of(reader({"api_port": value}).port, "api_port", 1) == (
        "The setting 'api_port' in node.toml must be a whole number from 0 to 65535."
    )


def test_a_mistake_in_the_environment_names_the_variable():
    sentence = mistake_of(reader(SYMBOLON_API_PORT="http").port, "api_port", 1)
    assert "the environment (SYMBOLON_API_PORT)" in sentence


@pytest.mark.parametrize(("value", "meaning"), [(True, True), (False, False), ("TRUE", True), ("false", False)])
def test_a_flag_is_true_or_false(value, meaning):
    assert reader({"exercise": value}).flag("exercise", default=not meaning) is meaning


def test_a_flag_is_nothing_else():
    assert "must be true or false" in mistake_of(reader({"exercise": "yes"}).flag, "exercise", default=False)


@pytest.mark.parametrize(
    "value",
    [
        "http://hub.example",
        "hub.example",
        "https://",
        "https://hub.example/v1",
        "https://hub.example?x=1",
        "https://user@hub.example",
        "https://hub.example:99999",
        "https://[::1",
    ],
)
def test_what_is_not_a_bare_https_address_is_refused(value):
    assert "https://hub.example:8443" in mistake_of(reader({"hub_url": value}).https_url, "hub_url")


def test_a_trailing_slash_of_an_address_is_forgiven():
    assert reader({"hub_url": "https://hub.example/"}).https_url("hub_url") == "https://hub.example"


def test_a_blank_text_is_a_mistake():
    assert "must be a text that is not empty" in mistake_of(reader({"broker": "  "}).optional_text, "broker")


def test_a_misspelt_setting_is_found():
    settings = reader({"database": "dbname=x", "databse_password_file": "y"})
    settings.text("database")
    assert "'databse_password_file' that does not exist" in mistake_of(settings.refuse_unknown)


def test_a_file_of_known_settings_is_accepted():
    settings = reader({"database": "dbname=x"})
    settings.text("database")
    settings.refuse_unknown()


def test_the_database_password_comes_from_its_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("it's secret\n")
    settings = reader({"database": "host=db dbname=x user=y", "database_password_file": str(file)})
    assert conninfo_to_dict(settings.database_conninfo()) == {
        "host": "db",
        "dbname": "x",
        "user": "y",
        "password": "it's secret",
    }


def test_a_database_without_a_password_file_is_taken_as_it_is():
    assert reader({"database": "host=db dbname=x"}).database_conninfo() == "host=db dbname=x"


def test_two_passwords_are_one_too_many(tmp_path):
    settings = reader({"database": "password=a", "database_password_file": str(tmp_path / "p")})
    assert "names another: remove the first" in mistake_of(settings.database_conninfo)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_password_file_without_a_password_is_a_mistake(tmp_path, content):
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    settings = reader({"database": "dbname=x", "database_password_file": str(file)})
    assert "'database_password_file'" in mistake_of(settings.database_conninfo)


def test_a_malformed_connection_string_is_not_repeated():
    sentence = mistake_of(reader({"database": "password=hunter2 what"}).database_conninfo)
    assert "'database'" in sentence
    assert "hunter2" not in sentence


def test_settings_may_come_from_the_environment_alone(tmp_path):
    settings = open_settings(PartyHome(tmp_path), "hub", {"SYMBOLON_BROKER": "amqp://b"})
    assert settings.text("broker") == "amqp://b"


def test_the_settings_file_of_the_role_is_read(tmp_path):
    (tmp_path / "hub.toml").write_text('broker = "amqp://b"\n')
    assert open_settings(PartyHome(tmp_path), "hub", {}).text("broker") == "amqp://b"


@pytest.mark.parametrize("content", [b"broker = ", b"\xff"])
def test_an_unreadable_settings_file_is_one_sentence(tmp_path, content):
    (tmp_path / "hub.toml").write_bytes(content)
    sentence = mistake_of(open_settings, PartyHome(tmp_path), "hub", {})
    assert str(tmp_path / "hub.toml") in sentence
    assert sentence.count("\n") == 0
