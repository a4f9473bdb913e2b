import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching.names import name_readings
from symbolon.matching.phonetics import consonant_skeleton, fine_skeleton
from symbolon.matching.scripts import arabic, han, hangul, indic, khmer, lao, latin, thai
from symbolon.matching.transliterate import romanisations


def best(word: str, language: str | None = None) -> str:
    return " ".join(romanisations(word, language)[0])


@pytest.mark.parametrize(
    ("written", "latin_form"),
    [
        ("สุรชัย", "surachai"), ("ธมลวรรณ", "thamonwan"), ("ประภากร", "praphakon"), ("พิมล", "pimon"),
        ("ศักดิ์สิทธิ์", "saksit"), ("เพชร", "phet"), ("สมร", "samon"), ("อำพล", "amphon"), ("ไทย", "thai"), ("วัว", "wua"),
    ],
)  # fmt: skip
def test_thai_is_read_by_its_elements_and_else_by_rule(written: str, latin_form: str) -> None:
    assert consonant_skeleton(thai.romanise(written)[0]) == consonant_skeleton(latin_form)


def test_a_thai_word_is_also_read_as_names_were_seen_to_spell() -> None:
    assert romanisations("สุภจิรกุล")[1] == thai.readings("สุภจิรกุล")[1]
    assert len(romanisations("สุภจิรกุล")) == 3


@pytest.mark.parametrize(
    ("written", "latin_form"),
    [("อานันท์", "anand"), ("สุนทรเวช", "sundaravej"), ("ธรรม", "dharm"), ("ปรมัตถ์", "paramath")],
)
def test_a_thai_word_is_also_read_letter_by_letter_as_sanskrit_has_it(written: str, latin_form: str) -> None:
    assert fine_skeleton(latin_form) in {fine_skeleton(reading[0]) for reading in romanisations(written)}


@pytest.mark.parametrize(
    ("written", "latin_form"),
    [
        ("សុភា", "sophea"), ("បុប្ផា", "bopha"), ("ពុទ្ធ", "puth"), ("ស្រី", "srey"), ("ជ័យ", "chey"),
        ("កែវ", "kev"), ("ឧទ័យ", "utey"), ("ណារី", "nari"), ("សិទ្ធិ", "sith"), ("គឹម", "kim"), ("ប៉ាន", "pan"), ("សំ", "sam"),
    ],
)  # fmt: skip
def test_a_khmer_vowel_sounds_by_the_series_of_its_consonant(written: str, latin_form: str) -> None:
    assert khmer.romanise(written) == (latin_form,)


@pytest.mark.parametrize(
    ("written", "latin_form"),
    [("ໄກສອນ", "kaison"), ("ສຸພານຸວົງ", "souphanouvong"), ("ຫຼວງ", "louang"), ("ແກ້ວ", "keo"), ("ອຸດອມ", "oudom")],
)
def test_lao_is_read_as_spoken(written: str, latin_form: str) -> None:
    assert consonant_skeleton(lao.romanise(written)[0]) == consonant_skeleton(latin_form)


@pytest.mark.parametrize(
    ("written", "latin_form"),
    [("মোঃ", "muhammad"), ("রহমান", "rahman"), ("য়াসিন", "yasin"), ("এইচ", "h"), ("চক্রবর্তী", "chakraborty")],
)
def test_bengali_words_of_names_are_spelled_as_their_bearers_do(written: str, latin_form: str) -> None:
    assert best(written) == latin_form


def test_a_stop_of_tamil_is_also_read_as_it_sounds_between_vowels_and_after_nasals() -> None:
    assert romanisations("கணேசன்") == (("kanechan",), ("kanesan",))
    assert ("sambandan",) in romanisations("சம்பந்தன்")
    assert ("muttu",) in romanisations("முத்து")


def test_the_i_before_r_that_opens_a_tamil_word_is_silent() -> None:
    assert ("raman",) in romanisations("இராமன்")


def test_a_single_syllable_of_tamil_is_an_initial() -> None:
    assert [word.roman for word in name_readings("மு. கருணாநிதி")[0]][:1] == ["m"]


def test_an_inherent_vowel_between_a_cluster_and_a_syllable_is_heard() -> None:
    assert best("लक्ष्मीप्रसाद") == "lakshmiprasad"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("रामप्रसाद", ("ram", "prasad")), ("कृष्णबहादुर", ("krishna", "bahadur")), ("अर्जुननरसिंह", ("arjun", "narsingh")),
        ("मोहनशमशेरजङ्ग", ("mohan", "shamsher", "jang")),
    ],
)  # fmt: skip
def test_a_given_name_of_two_elements_is_also_read_in_two_words(written: str, words: tuple[str, ...]) -> None:
    assert romanisations(written)[-1] == words


def test_the_last_inherent_vowel_is_heard_after_a_cluster_that_no_stop_ends() -> None:
    assert [best(word) for word in ("महेन्द्र", "कृष्ण", "आनन्द", "राम")] == ["mahendra", "krishna", "anand", "ram"]


def test_the_retroflex_of_tamil_is_read_as_l_and_as_zh() -> None:
    skeletons = {consonant_skeleton(reading[0]) for reading in romanisations("கனிமொழி")}
    assert skeletons == {consonant_skeleton("kanimoli"), consonant_skeleton("kanimozhi")}


@pytest.mark.parametrize(
    ("written", "latin_form"), [("နူရူလ်", "nurul"), ("မိုဟမ်မဒ်", "mohammad"), ("ရဖိခ်", "rafikh"), ("အဗ္ဒူလ်", "abdul")]
)
def test_a_rohingya_name_in_burmese_script_is_read_by_letter_too(written: str, latin_form: str) -> None:
    assert romanisations(written)[-1] == (latin_form,)


def test_a_burmese_word_is_read_by_letter_where_its_language_is_told_to_be_another() -> None:
    assert romanisations("ဖာတီမာ", "rhg")[-1] == ("fatima",)
    assert len(romanisations("ဖာတီမာ")) == 1


def test_sinhala_nasals_sound_by_what_follows() -> None:
    assert indic.romanise("සංකර") == ("sankara",)
    assert indic.romanise("අම්බලං") == ("ambalan",)


def test_letters_of_initials_in_an_indian_script_become_initials() -> None:
    assert [word.roman for word in name_readings("एम॰के॰ शर्मा")[0]] == ["m", "k", "sharma"]


def test_arabic_script_of_no_certain_language_is_read_in_both_manners() -> None:
    assert best("عثمان") == "usman"
    assert romanisations("عثمان")[1] == ("othman",)


@pytest.mark.parametrize("language", ["ur", "fa", "prs", "ps", "rhg"])
def test_east_of_the_arabs_only_the_eastern_manner_is_used(language: str) -> None:
    assert romanisations("عثمان", language) == (("usman",),)


def test_arabic_letters_put_the_manner_of_arabs_first() -> None:
    assert arabic.romanise("أسامة")[0] == ("osama",)


def test_letters_of_urdu_leave_the_eastern_manner_alone() -> None:
    assert len(romanisations("چیمہ")) == 1


@pytest.mark.parametrize(("written", "words"), [("عبدالرحیم", "abdul rahim"), ("نظام‌الدین", "nazam uddin")])
def test_arabic_compounds_are_taken_apart(written: str, words: str) -> None:
    assert [consonant_skeleton(word) for word in best(written).split()] == [
        consonant_skeleton(word) for word in words.split()
    ]


def test_vowel_marks_and_keyboards_do_not_matter() -> None:
    assert best("مُحَمَّد") == best("محمد")
    assert best("كريم", "ur") == best("کریم", "ur")


def test_a_chinese_name_has_a_reading_of_each_people_that_bears_it() -> None:
    assert romanisations("林志明") == (
        ("lin", "zhiming"), ("lam", "chiming"), ("lim", "zhiming"), ("lim", "jimyung"),
    )  # fmt: skip


def test_a_chinese_surname_of_two_characters_stays_whole() -> None:
    assert han.romanise("歐陽修")[0] == ("ouyang", "xiu")


def test_a_name_told_to_be_korean_is_read_so_alone() -> None:
    assert romanisations("金大中", "ko") == (("kim", "daejung"),)


@pytest.mark.parametrize(
    ("native", "latin_name"),
    [
        ("이승만", "Rhee Seung-man"), ("노무현", "Roh Moo-hyun"), ("박근혜", "Park Geun-hye"), ("조국", "Cho Kuk"),
        ("박정희", "Pak Chung Hee"), ("우원식", "Woo Won-shik"), ("정대세", "Jong Tae-se"), ("최선희", "Choe Son-hui"),
        ("신유빈", "Shin Yu-bin"), ("정은 김", "Jong-un Kim"), ("추미애", "Choo Mi-ae"), ("리명국", "Ri Myong-guk"),
    ],
)  # fmt: skip
def test_a_korean_name_meets_its_usual_spelling(native: str, latin_name: str) -> None:
    (spelled,) = name_readings(latin_name)
    readings = [{consonant_skeleton(word.roman) for word in reading} for reading in name_readings(native)]
    assert {consonant_skeleton(word.roman) for word in spelled} in readings


def test_a_korean_name_is_read_as_bearers_spell_it_by_the_revised_romanization_and_as_the_north_does() -> None:
    assert hangul.readings("박덕영") == (("park", "dukyung"), ("park", "deokyeong"), ("park", "teokyeong"))


def test_two_korean_surnames_that_sound_alike_are_kept_apart() -> None:
    assert name_readings("최")[0] != name_readings("추")[0]
    assert name_readings("Choe")[0] == name_readings("Choi")[0] == name_readings("최")[0]


def test_a_korean_name_of_two_syllables_may_be_a_whole_name_or_a_given_name() -> None:
    assert ("park", "jin") in hangul.readings("박진")
    assert ("bakjin",) in hangul.readings("박진")
    assert ("um", "san") in hangul.readings("엄산")


def test_a_western_name_is_not_taken_for_pinyin() -> None:
    assert latin.fold("conan") == ("conan",)
    assert latin.fold("cai") == ("tsai",)


def test_hangul_without_a_surname_is_one_word() -> None:
    assert hangul.readings("은주") == (("eunju",),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hsiao", "xiao"), ("mohd", "muhammad"), ("abdurrahman", "abdulrahman"), ("nooruddin", "nooreddin"),
        ("samiullah", "samiollah"), ("tchatayev", "chatayev"), ("haque", "haq"), ("abdallah", "abdullah"),
        ("pak", "park"), ("soeharto", "suharto"), ("aisyah", "aisha"), ("dzulkifli", "zulkifli"), ("achmad", "ahmad"),
        ("muchtar", "mukhtar"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_sound_fold_into_one(one: str, other: str) -> None:
    assert list(map(consonant_skeleton, latin.fold(one))) == list(map(consonant_skeleton, latin.fold(other)))


@pytest.mark.parametrize("word", ["ursula", "claudia", "alberto", "alfredo", "nicola", "martin", "bernadine", "george"])
def test_words_that_only_look_like_compounds_stay_whole(word: str) -> None:
    assert len(latin.fold(word)) == 1


def test_a_word_in_two_scripts_is_read_by_the_rules_of_each() -> None:
    assert romanisations("মোঃAli") == (("muhammad", "ali"),)


SCRIPTS = "".join(
    chr(code)
    for start, end in [
        (0x0600, 0x06FF), (0x0900, 0x0DFF), (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x4E00, 0x4E80),
        (0xAC00, 0xAC80), (0x10D00, 0x10D3F),
    ]
    for code in range(start, end)
)  # fmt: skip


@given(st.text(alphabet=SCRIPTS + string.ascii_letters + "-'. ", max_size=24))
def test_every_reading_is_of_plain_latin_letters(text: str) -> None:
    for reading in romanisations(text):
        assert all(part and set(part) <= set(string.ascii_lowercase) for part in reading)


@given(st.text(alphabet=SCRIPTS + string.printable, max_size=60))
def test_every_text_has_at_least_one_reading_and_at_most_four(text: str) -> None:
    assert 1 <= len(name_readings(text)) <= 4
