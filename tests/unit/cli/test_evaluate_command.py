"""`symbolon evaluate`, as a state runs it on its own files."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from symbolon import cli

PAIRS = """label,name1,name2,lang
1,Rafiqul Islam,RAFIKUL ISLAM,bn
true,Somchai Jaidee,Somchay Jaidee,th
0,Rafiqul Islam,Somchai Jaidee,bn
false,Siti Aminah,Somchai Jaidee,th
"""
PEOPLE = "id,given,family,born\n1,Rafiqul,Islam,1980-05-04\n2,Somchai,Jaidee,1975-11-30\n"
MAPPING = '[{side}]\nid = "id"\n[{side}.fields]\ngiven_name = "given"\nfamily_name = "family"\nbirth_date = "born"\n'


class Desk:
    """Runs the command on files of a folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def file(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(path)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.argv", ["symbolon", "evaluate", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err

    def answer(self, *arguments: str) -> Any:
        status, out, err = self.run(*arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    def refusal(self, *arguments: str) -> str:
        status, out, err = self.run(*arguments)
        assert status in {1, 2}, out
        assert "Traceback" not in err
        return " ".join(err.split())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, monkeypatch, capsys)


def link_files(desk: Desk) -> list[str]:
    mapping = "".join(MAPPING.replace("{side}", side) for side in ("left", "right"))
    return [
        "--left", desk.file("left.csv", PEOPLE), "--right", desk.file("right.csv.gz", PEOPLE),
        "--truth", desk.file("truth.csv", "a,b\n1,1\n2,2\n"), "--mapping", desk.file("mapping.toml", mapping),
    ]  # fmt: skip


def test_names_answer_with_every_measure(desk: Desk) -> None:
    answer = desk.answer("names", "--pairs", desk.file("pairs.csv.gz", PAIRS), "--by", "lang")
    measures = {"auc", "recall_at_1pct_fpr", "recall_at_01pct_fpr", "recall", "fpr"}
    assert measures <= answer.keys()
    assert answer["recall"] == 1.0
    assert answer["fpr"] == 0.0
    assert len(answer["recall_at_1pct_fpr_interval"]) == 2
    assert set(answer["groups"]) == {"bn", "th"}
    assert measures <= answer["groups"]["bn"].keys()


def test_names_of_other_columns_are_read_where_they_are_named(desk: Desk) -> None:
    pairs = desk.file("pairs.csv", "native,latin,same\nসালমা খাতুন,Salma Khatun,1\nসালমা খাতুন,Aung Kyaw,0\n")
    assert desk.answer("names", "--pairs", pairs, "--columns", "same,native,latin")["auc"] == 1.0


def test_names_in_words_show_the_same(desk: Desk) -> None:
    status, out, _ = desk.run("names", "--pairs", desk.file("pairs.csv", PAIRS))
    assert status == 0
    assert "recall_at_1pct_fpr: 1.0000" in out


def test_bad_cells_match_nothing_and_are_counted(desk: Desk) -> None:
    rows = (
        b"label,name1,name2\n0,,\n0,bin,bin\n0,Am\xe3na,Am\xe3na\n0,"
        + b"a" * 10_000
        + b",Ali\n1,Siti Aminah,Siti Aminah\n"
    )
    answer = desk.answer("names", "--pairs", desk.file("pairs.csv", rows))
    assert (answer["recall"], answer["fpr"]) == (1.0, 0.0)
    assert sum(answer["refused"].values()) >= 4


def test_links_answer_at_the_schemas_and_at_the_best_threshold(desk: Desk) -> None:
    answer = desk.answer("link", *link_files(desk))
    for counted in ("all_pairs", "one_to_one", "best_all_pairs", "best_one_to_one"):
        assert answer[counted]["f1"] == 1.0
        assert answer[counted].keys() == {"precision", "recall", "f1", "threshold"}
    assert answer["seconds"] >= 0


def test_an_impossible_date_is_compared_as_it_is_written(desk: Desk) -> None:
    files = link_files(desk)
    desk.file("left.csv", PEOPLE.replace("1980-05-04", "1980-02-31"))
    answer = desk.answer("link", *files)
    assert answer["cells_left_out"] == 0


def test_a_date_that_is_none_is_left_out_and_counted(desk: Desk) -> None:
    files = link_files(desk)
    desk.file("left.csv", PEOPLE.replace("1980-05-04", "in spring"))
    answer = desk.answer("link", *files)
    assert answer["cells_left_out"] == 1


def test_a_search_answers_with_both_shares(desk: Desk) -> None:
    queries = desk.file("queries.csv", "id,name\n1,Rafikul Islam\n")
    corpus = desk.file("corpus.csv", "id,name\n1,Rafiqul Islam\n2,Somchai Jaidee\n")
    answer = desk.answer("search", "--queries", queries, "--corpus", corpus, "--columns", "id,name")
    assert (answer["hit_at_1"], answer["hit_at_10"]) == (1.0, 1.0)


def test_load_answers_by_kind_of_record(desk: Desk) -> None:
    answer = desk.answer("load", "--population", "1000", "--queries", "100")
    assert {"false_alerts_per_1000", "recall", "kinds", "languages"} <= answer.keys()
    assert "two variations" in answer["kinds"]


def test_the_report_is_one_page_without_scripts_for_its_owner_alone(desk: Desk) -> None:
    for command in (["names", "--pairs", desk.file("pairs.csv", PAIRS)], ["link", *link_files(desk)]):
        page = desk.folder / f"{command[0]}.html"
        assert desk.run(*command, "--report", str(page))[0] == 0
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "http" not in text.replace('http-equiv="', "")
        assert "default-src 'none'" in text
        assert page.stat().st_mode & 0o077 == 0
        assert "is there already" in desk.refusal(*command, "--report", str(page))


def test_a_name_cannot_write_into_the_report(desk: Desk) -> None:
    pairs = desk.file("pairs.csv", "label,name1,name2\n1,Ali <b>Khan</b>,Somchai Jaidee\n")
    assert desk.run("names", "--pairs", pairs, "--report", str(desk.folder / "page.html"))[0] == 0
    assert "<b>Khan" not in (desk.folder / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "there is no header"),
        ("label,a,b\n", "has no column name1, name2"),
        ("label,name1,name2\nmaybe,A,B\n", "Line 2: the label is none of 1, 0, true and false"),
        ("label,name1,name2\n1,Ali\n", "Line 2: the row has fewer cells"),
        ('label,name1,name2\n1,"Ali,B\n', "a quoted cell does not end"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(desk: Desk, content: str, told: str) -> None:
    assert told in desk.refusal("names", "--pairs", desk.file("pairs.csv", content))


def test_a_damaged_compressed_file_is_refused(desk: Desk) -> None:
    path = desk.folder / "pairs.csv.gz"
    path.write_bytes(gzip.compress(PAIRS.encode())[:-12])
    assert "damaged" in desk.refusal("names", "--pairs", str(path))


def test_a_file_that_is_not_there_is_refused(desk: Desk) -> None:
    assert "cannot be opened" in desk.refusal("names", "--pairs", str(desk.folder / "none.csv"))


def test_two_rows_of_one_id_are_refused_with_their_file(desk: Desk) -> None:
    files = link_files(desk)
    desk.file("left.csv", PEOPLE + "2,Other,Person,1990-01-01\n")
    assert "of left.csv: the id is missing, or stands in an earlier row" in desk.refusal("link", *files)


def test_a_truth_of_one_column_and_a_mapped_column_that_lacks_are_refused(desk: Desk) -> None:
    files = link_files(desk)
    desk.file("truth.csv", "a\n1\n")
    assert "the truth has one column" in desk.refusal("link", *files)
    desk.file("left.csv", "id,given,family\n1,A,B\n")
    assert "left.csv has no column born" in desk.refusal("link", *files)


def test_a_mapping_that_is_not_toml_is_refused(desk: Desk) -> None:
    files = link_files(desk)
    desk.file("mapping.toml", "[left")
    assert "is not TOML" in desk.refusal("link", *files)


def test_columns_must_be_as_many_as_are_read(desk: Desk) -> None:
    assert "3 names of columns" in desk.refusal(
        "names", "--pairs", desk.file("p.csv", PAIRS), "--columns", "label,name1"
    )
