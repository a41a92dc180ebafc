"""Identity numbers (GB 11643): what is written, whether it holds, what it says of birth and sex."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongxin.intake.reading.text import Cell, clean, shown
from tongxin.intake.reading.words import words
from tongxin.lib.identity_numbers import LIKE_X, birth_in, check_digit, is_well_formed, sex_in

__all__ = ["IdNo", "State", "check_digit", "read_id"]

State = Literal["valid", "missing", "broken", "lost"]

_NOISE = re.compile(r"[\s\-'\"=·.,、_]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,2}")
_PUPIL = re.compile(r"[GL]\d{17}[\dX]")


@dataclass(frozen=True, slots=True)
class IdNo:
    """An identity number as read: its text, how far it can be trusted, and what a sound one says."""

    text: str | None
    state: State
    birth: date | None = None
    sex: str | None = None


_MISSING = IdNo(None, "missing")
_LOST = IdNo(None, "lost")


def read_id(cell: Cell | None, *, today: date) -> IdNo:
    """The identity number in `cell`.

    A spreadsheet keeps fifteen digits of a number; what it shows behind them is invented, so a
    number cell of more digits is never taken for an identity number.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= 1e15:
        return _LOST
    written = shown(cell)
    text = _NOISE.sub("", clean(written)).translate(LIKE_X).upper()
    if len(text) != 18 or not text.isascii():
        return _unusual(written, text)
    if is_well_formed(text):
        return _sound(text, today)
    return _LOST if text.endswith("000") and text.isdigit() else _unusual(written, text)


def _unusual(written: str, text: str) -> IdNo:
    plain = clean(written).replace(" ", "")
    if not text or plain.lower() in words().blank or plain in words().no_id:
        return _MISSING
    if _SCIENTIFIC.fullmatch(plain.upper()):
        return _LOST
    if _PUPIL.fullmatch(text) and check_digit(text[1:18]) == text[18]:
        return IdNo(text[1:], "broken") if not birth_in(text[1:]) else _sound(text[1:], date.max)
    is_number = sum(character.isdigit() for character in text) >= 13
    return IdNo(text if is_number and text.isascii() else clean(written), "broken")


def _sound(text: str, today: date) -> IdNo:
    born = birth_in(text)
    if born is None or born > today or text[:2] not in words().id_provinces:
        return IdNo(text, "broken")
    return IdNo(text, "valid", born, sex_in(text))
