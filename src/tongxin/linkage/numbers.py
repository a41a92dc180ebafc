"""Identity numbers and telephones as they are compared: sound, broken, or standing for nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tongxin.lib.identity_numbers import LIKE_X, birth_in, check_digit, is_well_formed, sex_in
from tongxin.lib.plain_text import compact

_NOISE = re.compile(r"[^0-9X]")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# Nothing to read about, and not one digit over and over.
_PLAIN = re.compile(r"1[3-9]\d(?!(\d)\1{7})\d{8}", re.ASCII)
_RUNS = ("0123456789012345678", "9876543210987654321", "1234567890")
# With fewer digits nothing can be told of a number.
FEWEST = 13
# A pupil's number is G and the identity number; with J it was generated for somebody who had none.
NOT_ONES_OWN = "J"


class Number(NamedTuple):
    """A number as read: `text` as far as it can be compared, `valid` when it proves who somebody is."""

    text: str | None = None
    valid: str | None = None
    birth: int | None = None
    sex: str | None = None


NO_NUMBER = Number()


def number_of(written: str | None) -> Number:
    """The number in a cell; made-up ones (1111…, 1234…, a row of zeros) are no number at all."""
    if not written:
        return NO_NUMBER
    return _valid(written) or _read(written)


def _valid(text: str) -> Number | None:
    born = birth_in(text) if is_well_formed(text) else None
    if born is None or text[0] == "0":
        return None
    return Number(text, text, born.year * 10_000 + born.month * 100 + born.day, sex_in(text))


def _read(written: str) -> Number:
    text = _NOISE.sub("", compact(written).translate(LIKE_X).upper())
    if compact(written)[:1].upper() == NOT_ONES_OWN:
        return NO_NUMBER
    if len(text) == 15 and text.isdigit():
        text = _modern(text)
    if found := _valid(text):
        return found
    return NO_NUMBER if len(text) < FEWEST or _is_made_up(text) else Number(text)


def _modern(text: str) -> str:
    """Fifteen digits of before 1999 as eighteen; left alone where they hold no date."""
    longer = f"{text[:6]}19{text[6:]}"
    return longer + check_digit(longer) if birth_in(longer + "0") else text


def _is_made_up(text: str) -> bool:
    """Whether the part that tells people apart is one digit over and over, or everything simply counts up."""
    body = text.rstrip("X")
    return len(set(body)) <= 2 or body[:8] in _RUNS[0] + _RUNS[1] or set(body[6:17]) <= {"0"} or len(set(body[6:])) == 1


@lru_cache(maxsize=1 << 14)
def phone_of(written: str | None) -> str | None:
    """The first mobile number in a cell, else at least seven digits of another; not one digit over and over."""
    if not written:
        return None
    if _PLAIN.fullmatch(written):
        return written
    text = compact(written).replace("-", "")
    if found := _PHONE.search(text.removeprefix("+86").removeprefix("86") if len(text) > 11 else text):
        return None if len(set(found[0][3:])) == 1 else found[0]
    digits = re.sub(r"\D", "", text)
    return digits if 7 <= len(digits) <= 12 and len(set(digits)) > 2 else None
