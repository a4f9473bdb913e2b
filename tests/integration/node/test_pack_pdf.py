"""Prints, read back page by page."""

import builtins
import io
import logging
from datetime import UTC, datetime

import pypdf
import pytest

from symbolon.node.domain.pack import LEGAL_ASSISTANCE_NOTICE, Pack, PackLine, PackSection, PageMarks
from symbolon.node.gateway.pack_pdf import LayoutMissing, PdfPackPrinter

MARK = "H2 · TLP:AMBER+STRICT · from XB · not for arrest"
LONG = "มาตรา " * 2_000
NO_FONT_HAS_IT = "\ue123"


def pack(*sections: PackSection, exercise: bool = True, evidence: bool = False) -> Pack:
    marks = PageMarks(MARK, exercise, evidence)
    return Pack("Hit with XB", marks, datetime(2031, 5, 4, 9, 0, tzinfo=UTC), "fp", sections)


def section(*texts: str) -> PackSection:
    return PackSection("Reply", "own mark", tuple(PackLine("Answer", text) for text in texts))


def pages(printed: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed)).pages]


@pytest.fixture(scope="module")
def printer() -> PdfPackPrinter:
    return PdfPackPrinter()


def test_every_page_carries_its_marks_and_its_number(printer: PdfPackPrinter) -> None:
    read = pages(printer(pack(section(LONG), evidence=True)))
    assert len(read) > 2
    for number, text in enumerate(read, 1):
        words = " ".join(text.split())
        assert MARK in words
        assert "EXERCISE EXERCISE EXERCISE" in words
        assert f"page {number} of {len(read)}" in words
        assert LEGAL_ASSISTANCE_NOTICE in words


def test_a_live_print_that_is_no_evidence_says_neither(printer: PdfPackPrinter) -> None:
    (text,) = pages(printer(pack(section("x"), exercise=False)))
    assert "EXERCISE" not in text
    assert "Evidence" not in text


SCRIPTS = {
    "Thai": "นายสมชาย ใจดี เกิดวันที่ ๓ พฤษภาคม",
    "Khmer": "សុខ សុភា រាជធានីភ្នំពេញ",
    "Arabic": "محمد بن عبد الله",
    "Tamil": "முருகன் கணேசன்",
    "Lao": "ສົມໃຈ ວຽງຈັນ",
    "Chinese, Korean, Japanese": "張偉 김철수 やまだ",
    "Vietnamese": "Nguyễn Thị Hương",
    "Russian": "Александр Петров",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_text_in_its_own_script_is_read_back(script: str, printer: PdfPackPrinter) -> None:
    (text,) = pages(printer(pack(section(SCRIPTS[script]))))
    assert SCRIPTS[script] in text


# A glyph that stands for several characters in another order than theirs cannot be read back one by one.
SHAPED = {"Burmese": "မောင်မောင်ကျော် ရန်ကုန်မြို့", "Bengali": "মোহাম্মদ রহিম উদ্দিন", "Devanagari": "राम कृष्ण श्रेष्ठ"}


@pytest.mark.parametrize("script", SHAPED)
def test_a_text_whose_letters_change_places_is_drawn_without_a_gap(script: str, printer: PdfPackPrinter) -> None:
    (text,) = pages(printer(pack(section(SHAPED[script]))))
    assert "U+" not in text
    assert "No font" not in text
    written, read = set(SHAPED[script]) - {" "}, set(text)
    assert len(written & read) > len(written) * 2 / 3


def test_a_character_that_no_font_has_leaves_its_code_and_a_word_on_every_page(printer: PdfPackPrinter) -> None:
    read = pages(printer(pack(section(f"before {NO_FONT_HAS_IT} after", LONG))))
    assert "before [U+E123] after" in read[0]
    for text in read:
        assert "No font on this machine draws 1 of the characters" in " ".join(text.split())


def test_no_character_of_a_print_reaches_a_log(
    printer: PdfPackPrinter, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        printer(pack(section(f"Somchai {NO_FONT_HAS_IT}")))
    assert [record for record in caplog.records if "weasyprint" in record.name.casefold()] == []
    assert "Somchai" not in caplog.text
    assert NO_FONT_HAS_IT not in "".join(capfd.readouterr())


def test_what_looks_like_markup_is_printed_as_it_was_written(printer: PdfPackPrinter) -> None:
    text = '<img src="file:///etc/passwd"><b>bold</b> &amp; {{ pack }}'
    (read,) = pages(printer(pack(section(text))))
    assert text in " ".join(read.split())


def test_what_is_withheld_says_why(printer: PdfPackPrinter) -> None:
    (text,) = pages(printer(pack(PackSection("Reply", withheld="its traffic light is red"))))
    assert "Not printed: its traffic light is red" in text


def test_where_nothing_lays_text_out_the_officer_is_told_what_to_install(
    printer: PdfPackPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def without_pango(name: str, *rest: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return load(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(LayoutMissing, match="install Pango"):
        printer(pack(section("x")))
