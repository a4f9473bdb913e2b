from importlib.resources import files

import pytest

from symbolon.matching.learned_romaniser import PACKAGE, LearnedRomaniser, known_words, learned_romaniser

TABLE = LearnedRomaniser(
    (
        (1, 1, {"^XY": "wide"}),
        (0, 1, {"X^": "last"}),
        (0, 0, {"X": "x", "Y": "y"}),
    )
)


def test_the_widest_context_that_was_seen_decides() -> None:
    assert TABLE.spell("XY", str.lower) == "widey"


def test_the_edge_of_a_word_is_a_neighbour() -> None:
    assert TABLE.spell("YX", str.lower) == "ylast"


def test_a_symbol_that_was_never_seen_is_spelled_by_the_caller() -> None:
    assert TABLE.spell("YZ", lambda symbol: f"<{symbol}>") == "y<Z>"


def test_no_symbols_spell_nothing() -> None:
    assert TABLE.spell("", str.lower) == ""


@pytest.mark.parametrize("name", ["arab", "eastern", "bengali", "thai"])
def test_each_shipped_table_spells_in_plain_latin_letters(name: str) -> None:
    for _before, _after, spellings in learned_romaniser(name).levels:
        assert all(spelling == "" or (spelling.isascii() and spelling.islower()) for spelling in spellings.values())


@pytest.mark.parametrize("name", sorted(file.name for file in files(PACKAGE).iterdir() if file.name.endswith(".txt")))
def test_each_shipped_list_names_a_plain_latin_word_for_its_forms(name: str) -> None:
    words = known_words(name.removesuffix(".txt"))
    assert words
    assert all(latin.replace("_", "").isalpha() and latin.isascii() and latin.islower() for latin in words.values())
