import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching.names import name_words, tells_people_apart
from symbolon.matching.phonetics import consonant_skeleton
from symbolon.matching.transliterate import romanise


def words(text: str) -> list[str]:
    return [word.roman for word in name_words(text)]


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("หม่อง สมชาย", "Mong Somchai"),
        ("রহিমা খাতুন", "Rahima Khatun"),
        ("अनीता शर्मा", "Anita Sharma"),
        ("سلیم شاہ", "Salim Shah"),
        ("တင်အောင်ဝင်း", "Tin Aung Win"),
        ("王小明", "Wang Xiaoming"),
        ("عبدالرحمن", "Abdul Rahman"),
        ("නිමල් පෙරේරා", "Nimal Perera"),
    ],
)
def test_a_name_in_its_script_and_in_latin_share_their_consonants(native: str, latin: str) -> None:
    assert sorted(map(consonant_skeleton, words(native))) == sorted(map(consonant_skeleton, words(latin)))


def test_a_surname_before_a_comma_is_put_last() -> None:
    assert name_words("RAHMAN, Abdul-Karim") == name_words("abdul karim rahman")


def test_a_repeated_word_counts_twice() -> None:
    assert [word.occurrence for word in name_words("Aye Aye Thant")] == [1, 2, 1]


def test_particles_are_known_in_any_place() -> None:
    assert {word.roman for word in name_words("Ahmad bin Haji Yusof") if word.is_particle} == {"bin", "haji"}


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("Md", False), ("Begum", False), ("", False), ("Maung Maung", True), ("Begum Khatun", True), ("Li", True)],
)
def test_one_title_alone_tells_nobody_apart(name: str, is_one: bool) -> None:
    assert tells_people_apart(name_words(name)) is is_one


def test_a_text_without_letters_has_no_words() -> None:
    assert name_words("77 — 。") == ()


@given(st.text(max_size=40))
def test_every_text_becomes_plain_latin_letters(text: str) -> None:
    for part in romanise(text):
        assert part
        assert set(part) <= set("abcdefghijklmnopqrstuvwxyz")
