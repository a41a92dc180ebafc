"""Identity numbers and telephones as they are compared: sound, broken, or standing for nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tongxin.lib.identity_numbers import LIKE_X, birth_in, check_digit, is_well_formed, sex_in
from tongxin.lib.plain_text import compact

_NOISE = re.compile(r"[^0-9X]")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_RUNS = ("0123456789012345678", "9876543210987654321", "1234567890")
# With fewer digits nothing can be told of a number.
FEWEST = 13
PUPIL = 19


class Number(NamedTuple):
    """A number as read: `text` as far as it can be compared, `valid` when it proves who somebody is."""

    text: str | None = None
    valid: str | None = None
    birth: int | None = None
    sex: str | None = None


NO_NUMBER = Number()


def number_of(written: str | None) -> Number:
    """The number in a cell; made-up ones (1111…, 1234…, a row of zeros) are no number at all."""
    text = _NOISE.sub("", compact(written).translate(LIKE_X).upper()) if written else ""
    if written and len(text) == 18 and written.lstrip()[:1].upper() in "GL" and len(compact(written)) == PUPIL:
        text = text[:18]
    if len(text) == 15 and text.isdigit():
        text = _modern(text)
    if len(text) < FEWEST or _is_made_up(text):
        return NO_NUMBER
    born = birth_in(text) if is_well_formed(text) else None
    if born is None or text[0] == "0":
        return Number(text=text)
    return Number(text=text, valid=text, birth=_day(born.year, born.month, born.day), sex=sex_in(text))


def _modern(text: str) -> str:
    """Fifteen digits of before 1999 as eighteen; left alone where they hold no date."""
    longer = f"{text[:6]}19{text[6:]}"
    return longer + check_digit(longer) if birth_in(longer + "0") else text


def _is_made_up(text: str) -> bool:
    """Whether the part that tells people apart is one digit over and over, or everything simply counts up."""
    body = text.rstrip("X")
    return len(set(body)) <= 2 or body[:8] in _RUNS[0] + _RUNS[1] or set(body[6:17]) <= {"0"} or len(set(body[6:])) == 1


def _day(year: int, month: int, day: int) -> int:
    return year * 10_000 + month * 100 + day


@lru_cache(maxsize=1 << 14)
def phone_of(written: str | None) -> str | None:
    """The first mobile number in a cell, else at least seven digits of another; not one digit over and over."""
    if not written:
        return None
    text = compact(written).replace("-", "")
    if found := _PHONE.search(text.removeprefix("+86").removeprefix("86") if len(text) > 11 else text):
        return None if len(set(found[0][3:])) == 1 else found[0]
    digits = re.sub(r"\D", "", text)
    return digits if 7 <= len(digits) <= 12 and len(set(digits)) > 2 else None
