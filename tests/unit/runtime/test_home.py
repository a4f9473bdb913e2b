"""A party's home keeps its secrets for its owner alone."""

import stat

import pytest

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome


@pytest.fixture
def home(tmp_path):
    home = PartyHome(tmp_path / "home")
    home.create()
    return home


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_is_closed_to_others(home):
    assert [mode_of(path) for path in (home.path, home.keys.path, home.tls.path, home.secrets.path)] == [0o700] * 4


def test_making_a_home_twice_changes_nothing(home):
    home.keys.write("signing", b"key")
    home.create()
    assert home.keys.read("signing") == b"key"


def test_a_key_file_is_written_for_its_owner_alone(home):
    home.keys.write("signing", b"key")
    assert mode_of(home.keys.file("signing")) == 0o600


def test_a_key_is_never_overwritten(home):
    home.keys.write("signing", b"key")
    with pytest.raises(ConfigurationMistake, match="not overwritten"):
        home.keys.write("signing", b"other")
    assert home.keys.read("signing") == b"key"


def test_writing_leaves_no_draft_behind(home):
    home.keys.write("signing", b"key")
    with pytest.raises(ConfigurationMistake):
        home.keys.write("signing", b"other")
    home.secrets.replace("password", b"one")
    assert sorted(path.name for path in home.keys.path.iterdir()) == [".lock", "signing"]
    assert sorted(path.name for path in home.secrets.path.iterdir()) == [".lock", "node-key", "password"]


def test_a_replaced_file_has_the_new_content_and_the_closed_mode(home):
    home.secrets.write("password", b"one")
    home.secrets.replace("password", b"two")
    assert home.secrets.read("password") == b"two"
    assert mode_of(home.secrets.file("password")) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_file_that_others_may_use_is_refused(home, mode):
    home.keys.write("signing", b"key")
    home.keys.file("signing").chmod(mode)
    with pytest.raises(ConfigurationMistake, match="chmod 600"):
        home.keys.read("signing")


def test_a_key_file_for_another_reader_is_checked_alike(home):
    home.tls.write("desk.key", b"key")
    assert home.tls.private_file("desk.key") == home.tls.path / "desk.key"
    home.tls.file("desk.key").chmod(0o644)
    with pytest.raises(ConfigurationMistake, match="chmod 600"):
        home.tls.private_file("desk.key")


def test_a_stricter_mode_is_welcome(home):
    home.keys.write("signing", b"key")
    home.keys.file("signing").chmod(0o400)
    assert home.keys.read("signing") == b"key"


def test_a_missing_key_says_what_to_do(home):
    with pytest.raises(ConfigurationMistake, match="run the role's init command first"):
        home.keys.read("signing")


@pytest.mark.parametrize("name", ["../signing", "/etc/passwd", "", ".hidden", "a/b", "a\n"])
def test_a_name_cannot_lead_out_of_the_folder(home, name):
    with pytest.raises(ConfigurationMistake):
        home.keys.read(name)


def test_the_names_of_a_folder_are_in_order(home):
    home.keys.write("sealing", b"1")
    home.keys.write("linkage-2", b"2")
    assert home.keys.names() == ("linkage-2", "sealing")
    assert home.keys.has("sealing")
    assert not home.keys.has("signing")


def test_a_home_that_was_never_made_has_no_names(tmp_path):
    assert PartyHome(tmp_path / "absent").keys.names() == ()


def test_the_settings_file_is_not_overwritten(home):
    home.write_settings("node", "a = 1\n")
    with pytest.raises(ConfigurationMistake, match="not overwritten"):
        home.write_settings("node", "a = 2\n")
    assert home.settings_file("node").read_text() == "a = 1\n"
