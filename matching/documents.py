"""Numbers of documents, ships and vehicles: check digits, and the folding of characters that scanners confuse."""

from __future__ import annotations

from typing import Final

from symbolon.matching.normalise import letters_and_digits

_OCR_CLASSES: Final = str.maketrans("OQDILBSZGT", "0001185267")
"""Letters that a scanner takes for digits (and back): O Q D/0, I L/1, B/8, S/5, Z/2, G/6, T/7.
No two digits ever fall together, so that neighbouring numbers stay apart."""

_ICAO_WEIGHTS: Final = (7, 3, 1)
_IMO_WEIGHTS: Final = (7, 6, 5, 4, 3, 2)


def ocr_fold(number: str) -> str:
    """The form that a number and its misread copies share.

    >>> ocr_fold("AB0123S") == ocr_fold("A8O1235")
    True
    """
    return letters_and_digits(number).translate(_OCR_CLASSES)


def near_forms(number: str) -> frozenset[str]:
    """The folded number and all that is left of it when one character is dropped.

    Two numbers that are one wrong, missing, extra or swapped-with-its-neighbour character apart share one of these
    (deletion neighbourhoods, Mor & Fraenkel 1982); so do misread ones, since the folded number is what is thinned out.

    >>> sorted(near_forms("A12"))
    ['12', 'A1', 'A12', 'A2']
    >>> near_forms("AB0123458").isdisjoint(near_forms("AB0123457")), near_forms("123").isdisjoint(near_forms("789"))
    (False, True)
    """
    folded = ocr_fold(number)
    return frozenset({folded, *(folded[:place] + folded[place + 1 :] for place in range(len(folded)))})


def icao_check_digit(field: str) -> int:
    """The check digit of a machine-readable field (ICAO Doc 9303 part 3, 4.9): weights 7 3 1, A=10 … Z=35, < = 0.

    >>> icao_check_digit("L898902C3")
    6
    """
    return sum(_icao_value(character) * _ICAO_WEIGHTS[place % 3] for place, character in enumerate(field)) % 10


def _icao_value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


def is_imo_number(digits: str) -> bool:
    """Whether seven digits carry the check digit of an IMO ship number (IMO resolution A.1117(30)).

    >>> is_imo_number("9074729"), is_imo_number("9074728")
    (True, False)
    """
    if len(digits) != 7 or not digits.isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _IMO_WEIGHTS, strict=False))
    return total % 10 == int(digits[6])


def is_vehicle_identification_number(text: str) -> bool:
    """Whether the text has the form of a VIN (ISO 3779: 17 characters without I, O, Q)."""
    return len(text) == 17 and text.isalnum() and not set(text) & set("IOQ")
