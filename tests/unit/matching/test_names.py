import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching.names import MOST_LETTERS, MOST_WORDS, name_words, roman_readings, tells_people_apart
from symbolon.matching.phonetics import consonant_skeleton
from symbolon.matching.transliterate import romanisations


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
    [
        ("Md", False),
        ("Begum", False),
        ("", False),
        ("Maung Maung", True),
        ("Begum Khatun", True),
        ("Li", True),
        ("Md bin", False),
        ("A. B.", False),
        ("Dr Mrs", False),
        ("U Ko Ko", True),
    ],
)
def test_one_title_alone_tells_nobody_apart(name: str, is_one: bool) -> None:
    assert tells_people_apart(roman_readings(name)[0]) is is_one


def test_a_text_without_letters_has_no_words() -> None:
    assert name_words("77 — 。") == ()


@given(st.text(max_size=40))
def test_every_text_becomes_plain_latin_letters(text: str) -> None:
    for part in romanisations(text)[0]:
        assert part
        assert set(part) <= set("abcdefghijklmnopqrstuvwxyz")


def test_words_keep_their_written_order() -> None:
    assert words("Zaw Min Aung") == ["zaw", "min", "aung"]


def test_text_in_brackets_is_left_out_unless_there_is_nothing_else() -> None:
    assert words("Rahim Khan (alias Raja)") == ["rahim", "khan"]
    assert words("(Raja)") == ["raja"]


@pytest.mark.parametrize("name", ["Kim Dae-jung", "Kim Dae Jung", "Dae Jung Kim", "Kim Daejung"])
def test_a_given_name_of_two_syllables_is_one_word(name: str) -> None:
    assert sorted(words(name)) == ["dejung", "kim"]


def test_words_of_a_burmese_name_are_not_joined() -> None:
    assert words("Min Aung Lin") == ["min", "aung", "lin"]


@pytest.mark.parametrize(
    ("name", "without"),
    [("Andrii Leonidovych Derkach", "Andrii Derkach"), ("Anna Petrovna Ivanova", "Anna Ivanova")],
)
def test_a_patronymic_beside_two_words_is_left_out(name: str, without: str) -> None:
    assert name_words(name) == name_words(without)


def test_a_patronymic_beside_one_word_stays() -> None:
    assert words("Ivan Petrovich") == ["ivan", "petrovich"]


@pytest.mark.parametrize(
    "name", ["Abd al-Rahman Yasin", "Abdul Rahman Yasin", "Abdulrahman Yasin", "Abdurrahman Yasin"]
)
def test_the_servant_of_the_merciful_is_written_in_many_ways(name: str) -> None:
    assert words(name) == ["abdul", "rahman", "yasin"]


@pytest.mark.parametrize("name", ["Abd Allah", "Abdullah", "Abdallah", "Abdul Lah"])
def test_the_servant_of_god_is_one_word(name: str) -> None:
    assert words(name) == ["abdullah"]


@pytest.mark.parametrize("kinship", ["a/l", "A/P", "s/o", "d/o", "w/o"])
def test_kinship_by_a_slash_is_one_particle(kinship: str) -> None:
    assert [word.is_particle for word in name_words(f"Muniandy {kinship} Raman")] == [False, True, False]


def test_spellings_of_one_name_have_one_equivalent() -> None:
    aleksei, alexey, unknown = name_words("Aleksei Alexey Qwertzuiop")
    assert aleksei.equivalent == alexey.equivalent != ""
    assert unknown.equivalent == ""


def test_a_text_of_ten_thousand_letters_is_cut_to_a_name() -> None:
    assert len(name_words("abc def " * 1250)) == MOST_WORDS


@pytest.mark.parametrize("letters", ["al", "abdul", "ال", "xi", "សុ", "王"])
def test_a_word_of_ten_thousand_letters_is_cut_to_a_word(letters: str) -> None:
    whole, cut = (letters * 10_000)[:10_000], (letters * MOST_LETTERS)[:MOST_LETTERS]
    assert name_words(whole) == name_words(cut)


def test_control_and_direction_marks_leave_no_trace() -> None:
    assert name_words("Rahim\u202e \u0000Khan\ud800") == name_words("Rahim Khan")


def test_an_aspirated_consonant_keeps_its_word_whole() -> None:
    assert words("Ch'en T'ae-ho") == ["chen", "teho"]
    assert words("Sa'd Khan") == ["sa", "d", "khan"]
