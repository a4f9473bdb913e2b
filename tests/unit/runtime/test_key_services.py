"""The node key lies in a file or behind a program; data keys and key files are wrapped under it and by nothing else."""

import sys
from pathlib import Path

import pytest

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.key_services import FileKeyService, ProgramKeyService, key_service_of
from symbolon.runtime.sealed_files import is_sealed

DATA_KEY = bytes(range(32))

PROGRAM = """
import sys
mask = b"\\x5a" * 32
content = sys.stdin.buffer.read()
plain = content[4:] if sys.argv[-1] == "unwrap" else content
masked = bytes(one ^ other for one, other in zip(plain, mask))
sys.stdout.buffer.write(masked if sys.argv[-1] == "unwrap" else b"safe" + masked)
"""


@pytest.fixture
def home(tmp_path):
    home = PartyHome(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "node-key"
    file.write_text("ab" * 32 + "\n")
    file.chmod(0o600)
    return file


def program(tmp_path: Path, text: str) -> ProgramKeyService:
    script = tmp_path / "keeper.py"
    script.write_text(text)
    return ProgramKeyService("node_key_command", f"{sys.executable} {script} --slot 7")


def test_what_a_file_wrapped_it_unwraps(key_file):
    service = FileKeyService(key_file)
    assert service.unwrap(service.wrap(DATA_KEY)) == DATA_KEY
    assert DATA_KEY not in service.wrap(DATA_KEY)


def test_another_key_is_told_from_a_changed_one(key_file, tmp_path):
    wrapped = FileKeyService(key_file).wrap(DATA_KEY)
    key_file.write_text("cd" * 32)
    with pytest.raises(ConfigurationMistake, match="put the file back"):
        FileKeyService(key_file).unwrap(wrapped)
    key_file.write_text("ab" * 32)
    with pytest.raises(ConfigurationMistake, match="changed where it is stored"):
        FileKeyService(key_file).unwrap(wrapped[:-1] + bytes([wrapped[-1] ^ 1]))


def test_a_file_that_others_may_read_is_refused(key_file):
    key_file.chmod(0o644)
    with pytest.raises(ConfigurationMistake, match="chmod 600"):
        FileKeyService(key_file).wrap(DATA_KEY)


@pytest.mark.parametrize("content", ["", "no hexadecimal digits", "abcd", "ab" * 31])
def test_a_file_that_holds_no_key_is_refused(key_file, content):
    key_file.write_text(content)
    with pytest.raises(ConfigurationMistake, match="64 hexadecimal digits"):
        FileKeyService(key_file).wrap(DATA_KEY)


def test_until_a_rotation_ends_both_keys_open_and_the_new_one_wraps(key_file):
    service = FileKeyService(key_file)
    before = service.wrap(DATA_KEY)
    service.begin_rotation()
    after = service.wrap(DATA_KEY)
    assert service.unwrap(before) == service.unwrap(after) == DATA_KEY
    service.end_rotation()
    assert service.unwrap(after) == DATA_KEY
    with pytest.raises(ConfigurationMistake):
        service.unwrap(before)


def test_a_rotation_that_was_broken_off_goes_on_with_the_same_new_key(key_file):
    service = FileKeyService(key_file)
    service.begin_rotation()
    under_the_new_key = service.wrap(DATA_KEY)
    service.begin_rotation()
    service.end_rotation()
    assert service.unwrap(under_the_new_key) == DATA_KEY


def test_a_program_wraps_and_unwraps(tmp_path):
    service = program(tmp_path, PROGRAM)
    wrapped = service.wrap(DATA_KEY)
    assert wrapped.startswith(b"safe")
    assert service.unwrap(wrapped) == DATA_KEY


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import sys; sys.exit(3)", "ended with status 3"),
        ("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", "with the key itself"),
        ("", "with nothing"),
    ],
)
def test_a_program_that_does_not_wrap_is_refused(tmp_path, text, sentence):
    with pytest.raises(ConfigurationMistake, match=sentence):
        program(tmp_path, text).wrap(DATA_KEY)


def test_a_program_that_gives_back_something_else_is_refused(tmp_path):
    with pytest.raises(ConfigurationMistake, match="5 bytes where 32 are expected"):
        program(tmp_path, "print('four')").unwrap(b"wrapped")


def test_a_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationMistake, match="'node_key_command' is not there"):
        ProgramKeyService("node_key_command", str(tmp_path / "absent")).wrap(DATA_KEY)


def test_two_places_of_one_key_are_refused(home):
    home.write_settings("node", 'node_key_file = "/somewhere"\nnode_key_command = "keeper"\n')
    with pytest.raises(ConfigurationMistake, match="remove one of them"):
        key_service_of(home.path, {})


def test_a_hub_names_its_key_by_settings_of_its_own(home, key_file):
    home.write_settings("hub", f'hub_key_file = "{key_file}"\n')
    wrapped = key_service_of(home.path, {}).wrap(DATA_KEY)
    assert FileKeyService(key_file).unwrap(wrapped) == DATA_KEY


def test_key_files_are_sealed_on_disk(home):
    home.keys.write("signing", b"a private key of thirty-two byte")
    assert is_sealed(home.keys.file("signing").read_bytes())
    assert b"private key" not in home.keys.file("signing").read_bytes()


def test_a_key_file_under_the_name_of_another_does_not_open(home):
    home.keys.write("signing", b"one")
    home.keys.write("sealing", b"other")
    home.keys.file("signing").write_bytes(home.keys.file("sealing").read_bytes())
    with pytest.raises(ConfigurationMistake, match="another file under its name"):
        home.keys.read("signing")


def test_every_changed_byte_of_a_key_file_is_found(home):
    home.keys.write("signing", b"a private key")
    content = home.keys.file("signing").read_bytes()
    for place in range(len(b"symbolon sealed file 1\n"), len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x01
        home.keys.file("signing").write_bytes(changed)
        with pytest.raises(ConfigurationMistake):
            home.keys.read("signing")


def test_what_an_older_release_left_open_is_sealed(home):
    plain = home.keys.without_sealing()
    plain.write("signing", b"in clear")
    assert home.keys.read("signing") == b"in clear"
    assert home.keys.seal_what_lies_open() == 1
    assert is_sealed(home.keys.file("signing").read_bytes())
    assert home.keys.read("signing") == b"in clear"
    assert home.keys.seal_what_lies_open() == 0


def test_a_lost_node_key_is_never_made_anew(home):
    home.keys.write("signing", b"one")
    home.secrets.remove("node-key")
    for act in (lambda: home.keys.read("signing"), lambda: home.keys.write("sealing", b"other")):
        with pytest.raises(ConfigurationMistake, match="node-key is missing"):
            act()
