"""A password comes from a file or from whoever types it."""

import pytest

from symbolon.runtime.asked_password import ask_password
from symbolon.runtime.errors import ConfigurationMistake


def test_the_line_break_at_the_end_of_a_password_file_is_not_part_of_the_password(tmp_path):
    file = tmp_path / "password"
    file.write_text("four unrelated words do\n")
    assert ask_password(file) == "four unrelated words do"


def test_a_password_file_that_is_not_there_is_a_mistake_with_a_sentence(tmp_path):
    with pytest.raises(ConfigurationMistake, match="cannot be read"):
        ask_password(tmp_path / "missing")


def test_a_password_file_that_is_no_text_is_a_mistake(tmp_path):
    file = tmp_path / "password"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationMistake):
        ask_password(file)
