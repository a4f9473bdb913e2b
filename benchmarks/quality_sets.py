"""The open sets of `make bench-quality`, read from the folder DATA; their files are not part of the repository.

Negative pairs are *hard* (the nearest other name by trigram) or *random*. Where a set has no random ones, four are
drawn for each positive pair, always the same.
"""

import csv
import gzip
import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symbolon.node.services.evaluate_names import NamePair
from symbolon.node.services.evaluate_search import NamedPerson
from symbolon.node.services.evaluation_encoding import NameCell

RANDOM_NEGATIVES = 4
"""For each positive pair, as in crossscript_eval."""
FILES = (
    "crossscript_eval", "crossscript_pairs", "febrl4_a", "febrl4_b", "febrl4_truth", "historical_figures_open",
    "judged_name_pairs", "name_groups",
    "popular_names_region", "sdn_aliases", "sdn_documents", "sdn_individuals", "sdn_pairs", "un_documents",
    "un_individuals", "un_pairs", "un_sdn_truth",
)  # fmt: skip
LANGUAGES = {
    "bn": "Bengali", "ur": "Urdu", "fa_ps": "Persian, Dari, Pashto", "si": "Sinhala", "hi": "Hindi", "ar": "Arabic",
    "my": "Burmese", "km": "Khmer", "zh": "Chinese",
}  # fmt: skip
FIGURES = {
    "ko": "Korean", "th": "Thai", "ta": "Tamil", "ne": "Nepali", "lo": "Lao", "vi": "Vietnamese",
    "ms": "Malay in Jawi", "id": "Indonesian, old spelling",
}  # fmt: skip
PUBLIC_FIGURES = Path(__file__).parent / "data" / "public_figures.csv"
SPELLING_VARIANTS = frozenset({"variant", "variant_partial"})
_FEWEST_WORDS = 20
_MOST_WORDS = 600
_NEAREST = 3
_WORLDWIDE = frozenset({"CYRILLIC", "GREEK", "KATAKANA", "HIRAGANA", "HEBREW", "ARMENIAN"})
_DOUBTFUL = ("suspect", "name_equiv", "short")
_SDN_INDIVIDUALS = 4620
"""All individuals of the list; the file has an open share of them."""


@dataclass(frozen=True, slots=True)
class NameSet:
    """Pairs of one person's names, and of other persons' names, hard or random."""

    title: str
    positives: tuple[NamePair, ...]
    hard: tuple[NamePair, ...]
    random: tuple[NamePair, ...]


@dataclass(frozen=True, slots=True)
class SearchSet:
    """Names to search for, and the names to search in."""

    title: str
    queries: tuple[NamedPerson, ...]
    corpus: tuple[NamedPerson, ...]


@dataclass(frozen=True, slots=True)
class LinkSet:
    """Two clear files as rows, and which are the same person."""

    title: str
    mapping: dict[str, object]
    """As `symbolon evaluate link` takes it."""
    left: tuple[dict[str, str], ...]
    right: tuple[dict[str, str], ...]
    truth: tuple[tuple[str, str], ...]
    is_one_to_one: bool = True
    """False where one on the left has several on the right."""


class Data:
    """The folder of the open sets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lacking(self) -> list[str]:
        """The files that are not there."""
        return [name for name in FILES if not self.path(name).is_file()]

    def path(self, name: str) -> Path:
        """The file of a set."""
        return self._folder / f"{name}.csv.gz"

    def rows(self, name: str) -> list[dict[str, str]]:
        """All rows of a file."""
        with gzip.open(self.path(name), "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def name_pair(first: str, second: str, same_person: bool, group: str = "") -> NamePair:
    """A pair of names."""
    return NamePair(NameCell(first), NameCell(second), same_person, group)


def crossscript(data: Data) -> Iterator[NameSet]:
    """Native script against Latin, by language; Hindi given names apart; ambiguous negatives left out."""
    by_language: dict[str, dict[str, list[NamePair]]] = defaultdict(lambda: defaultdict(list))
    for row in data.rows("crossscript_eval"):
        if row["ambiguous"]:
            continue
        title = LANGUAGES[row["lang"]] + ("" if row["kind"] == "full" else ", given names")
        pair = name_pair(row["native"], row["latin"], row["label"] == "1", row["lang"])
        by_language[title][row["neg_type"]].append(pair)
    for title, pairs in by_language.items():
        yield NameSet(title, tuple(pairs["pos"]), tuple(pairs["hard"]), tuple(pairs["random"]))


def sdn_variants(data: Data) -> Iterator[NameSet]:
    """OFAC's list: spelling variants of strong aliases, against the nearest and against random other persons."""
    rows = [row for row in data.rows("sdn_pairs") if not any(row[flag] for flag in _DOUBTFUL)]
    yield _listed("SDN, spelling variants", rows, "ent1", "ent2", ("strong_aka", "alias_type"))


def un_variants(data: Data) -> Iterator[NameSet]:
    """The Security Council's list: good-quality spelling variants."""
    rows = [row for row in data.rows("un_pairs") if not any(row[flag] for flag in _DOUBTFUL)]
    yield _listed("UN, spelling variants", rows, "id1", "id2", ("Good", "quality"))


def _listed(title: str, rows: list[dict[str, str]], first: str, second: str, strong: tuple[str, str]) -> NameSet:
    value, column = strong
    same = [row for row in rows if row["label"] == "1" and row[column] == value and row["stratum"] in SPELLING_VARIANTS]
    hard = tuple(name_pair(row["name1"], row["name2"], False) for row in rows if row["label"] == "0")
    people = [(row[second], row["name2"]) for row in rows]
    drawn = _random_pairs([(row[first], row["name1"]) for row in same], people)
    return NameSet(title, tuple(name_pair(row["name1"], row["name2"], True) for row in same), hard, drawn)


def _random_pairs(names: list[tuple[str, str]], others: list[tuple[str, str]]) -> tuple[NamePair, ...]:
    choose = random.Random(1)  # noqa: S311  a draw that repeats
    pairs = []
    for person, name in names:
        for _ in range(RANDOM_NEGATIVES):
            other, other_name = choose.choice(others)
            while other == person:
                other, other_name = choose.choice(others)
            pairs.append(name_pair(name, other_name, False))
    return tuple(pairs)


def judged(data: Data) -> Iterator[NameSet]:
    """Pairs of persons' names that people (and a language model) judged; few, and hard by choice."""
    rows = [row for row in data.rows("judged_name_pairs") if row["schema"] == "Person"]
    pairs = [name_pair(row["name1"], row["name2"], row["is_match"] == "True") for row in rows]
    yield NameSet(
        "Judged pairs", tuple(p for p in pairs if p.same_person), tuple(p for p in pairs if not p.same_person), ()
    )


def popular(data: Data) -> Iterator[NameSet]:
    """Popular names of the region in their own script against Latin, by country: single words."""
    by_country: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in data.rows("popular_names_region"):
        for latin in row["Romanized Name"].split("/"):
            if row["Localized Name"] and not row["Localized Name"].isascii() and latin.strip():
                by_country[row["Country"]].append((row["Name Group"], row["Localized Name"], latin.strip()))
    for country, names in sorted(by_country.items()):
        if len(names) >= _FEWEST_WORDS:
            yield _by_nearest(f"Popular names, {country}", names)


def name_words(data: Data) -> Iterator[NameSet]:
    """Thai name words of name_groups, from which the product may learn: not unseen.

    Its words in Hangul are Chinese and Japanese names, beside the Latin spelling of those languages: no Korean ones.
    """
    names = []
    for row in data.rows("name_groups"):
        # Foreign names, which many scripts write, are not this language's.
        if "THAI" in row["scripts"].split() and not _WORLDWIDE & {*row["scripts"].split()}:
            forms = row["forms"].split(" | ")
            latin = next((form for form in forms if form.isascii()), "")
            native = next((form for form in forms if unicodedata.name(form[0], "").startswith("THAI")), "")
            if latin and native:
                names.append((row["wikidata_id"], native, latin))
    yield _by_nearest("Thai name words (learnable)", names[:_MOST_WORDS])


def public_figures(_data: Data) -> Iterator[NameSet]:
    """Heads of state and government, ministers, athletes, artists: native spelling against the usual Latin one.

    Written from general knowledge, for languages of which the open sets have no whole names; part of the repository.
    """
    with PUBLIC_FIGURES.open(encoding="utf-8", newline="") as file:
        by_language: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for row in csv.DictReader(file):
            by_language[row["language"]].append((row["native"], row["native"], row["latin"]))
    for language, names in by_language.items():
        yield _by_nearest(f"Public figures, {FIGURES[language]}", names)
    given = [(native, native.split()[0], latin.split()[0]) for _, native, latin in by_language["th"]]
    yield _by_nearest("Public figures, Thai given names", given)


def _by_nearest(title: str, names: list[tuple[str, str, str]]) -> NameSet:
    """(group, native, Latin) as pairs: hard negatives are the three nearest of other groups by trigram."""
    latins = sorted({(group, native, latin.lower()) for group, native, latin in names})
    trigrams = {latin: _trigrams(latin) for _, _, latin in latins}
    spelled = {(native, latin) for _, native, latin in latins}
    choose = random.Random(1)  # noqa: S311  a draw that repeats
    hard, drawn = [], []
    for group, native, latin in names:
        others = sorted(
            {other for other_group, _, other in latins if other_group != group and (native, other) not in spelled}
        )
        own = trigrams[latin.lower()]
        nearest = sorted(others, key=lambda other: -len(own & trigrams[other]) / len(own | trigrams[other]))
        hard += [name_pair(native, other, False) for other in nearest[:_NEAREST]]
        drawn += [name_pair(native, other, False) for other in choose.sample(others, min(len(others), 20))]
    same = tuple(name_pair(native, latin, True) for _, native, latin in names)
    return NameSet(title, same, tuple(hard), tuple(drawn))


def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2))


def sdn_search(data: Data) -> Iterator[SearchSet]:
    """Strong aliases searched among the open individuals; then among as many names as the whole list has.

    Those beyond the open share are aliases of persons of whom none is searched, and people of the region.
    """
    individuals = tuple(NamedPerson(row["ent_num"], NameCell(row["name"])) for row in data.rows("sdn_individuals"))
    queries = tuple(
        NamedPerson(row["ent1"], NameCell(row["name2"]))
        for row in data.rows("sdn_pairs")
        if row["label"] == "1" and row["alias_type"] == "strong_aka" and row["stratum"] != "other"
        if not any(row[flag] for flag in _DOUBTFUL)
    )
    yield SearchSet(f"SDN alias search among {len(individuals):,}", queries, individuals)
    searched = {query.id for query in queries}
    fillers = [
        NamedPerson(f"alias of {row['ent_num']}", NameCell(row["alias"]))
        for row in data.rows("sdn_aliases")
        if row["ent_num"] not in searched
    ]
    regional = [
        NamedPerson(f"regional {number}", NameCell(row["latin"]))
        for number, row in enumerate(data.rows("crossscript_pairs"))
        if row["kind"] == "full" and row["source"] != "un_list"
    ]
    random.Random(1).shuffle(regional)  # noqa: S311  as above
    corpus = (*individuals, *fillers, *regional)[:_SDN_INDIVIDUALS]
    yield SearchSet(f"SDN alias search among {len(corpus):,}", queries, corpus)


def febrl4(data: Data) -> Iterator[LinkSet]:
    """FEBRL4: 5,000 persons twice, with typing errors, missing and swapped fields."""
    fields = {"given_name": "given_name", "family_name": "surname", "birth_date": "date_of_birth"}
    yield LinkSet(
        "FEBRL4, given name + surname + birth date",
        {side: {"id": "id", "fields": fields} for side in ("left", "right")},
        tuple(data.rows("febrl4_a")),
        tuple(data.rows("febrl4_b")),
        tuple((row["id_a"], row["id_b"]) for row in data.rows("febrl4_truth")),
    )


def un_and_sdn(data: Data) -> Iterator[LinkSet]:
    """The same person on both lists, by name, birth date and place; the truth knows only some of the pairs."""
    yield LinkSet(
        "UN and SDN, name + birth date + place",
        {
            "left": {
                "id": "un_id",
                "fields": {"name": ["name", "name_original_script"], "birth_date": "dob", "place": "pob"},
            },
            "right": {"id": "ent_num", "fields": {"name": "name", "birth_date": "dob", "place": "pob"}},
        },
        tuple(_first_of_several(row) for row in data.rows("un_individuals")),
        tuple(_first_of_several(row) for row in data.rows("sdn_individuals")),
        tuple((row["un_id"], row["ent_num"]) for row in data.rows("un_sdn_truth")),
    )


def historical_figures(data: Data) -> Iterator[LinkSet]:
    """Splink's historical persons: the first record of each against all others, with errors in every field.

    The schema takes birth years from 1850 on: only persons of whom no record has an earlier one are taken.
    """
    clusters: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in data.rows("historical_figures_open"):
        clusters[row["cluster"]].append(row)
    taken = [rows for rows in clusters.values() if all(row["dob"][:4] >= "1850" for row in rows if row["dob"])]
    fields = {"name": "full_name", "birth_date": "dob", "place": "birth_place"}
    yield LinkSet(
        "Historical figures, name + birth date + place",
        {side: {"id": "unique_id", "fields": fields} for side in ("left", "right")},
        tuple(rows[0] for rows in taken),
        tuple(row for rows in taken for row in rows[1:]),
        tuple((rows[0]["unique_id"], row["unique_id"]) for rows in taken for row in rows[1:]),
        is_one_to_one=False,
    )


def _first_of_several(row: dict[str, str]) -> dict[str, str]:
    return {**row, "dob": row["dob"].split(";")[0].strip(), "pob": row["pob"].split(";")[0].strip()}
