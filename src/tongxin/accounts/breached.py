"""Passwords that became public: refused without asking anybody on the network.

A Bloom filter of the public list of the million most used passwords that leaked, those of ten signs and more
(docs/accounts.md says where it is from and how it is made). It never forgets one; of 100,000 others it refuses one.
"""

import hashlib
import math
import struct
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

FILE = Path(__file__).parent / "data" / "breached-passwords.bin"
HEAD = struct.Struct(">4sIHI")
MARK = b"TXBF"


class BreachedPasswordValidator:
    """Refuses what is on the list, however it is written in capitals."""

    def validate(self, password: str, user: Any = None) -> None:
        """Nothing, when nobody published it."""
        del user
        if is_breached(password):
            raise ValidationError("这个密码在别处泄露过。", code="breached")

    def get_help_text(self) -> str:
        """What to keep in mind."""
        return "不用泄露过的密码。"


def is_breached(password: str) -> bool:
    """Whether a password is on the list."""
    bits, rounds, field = _filter()
    return all(field[place >> 3] & 1 << (place & 7) for place in _places(plain(password), bits, rounds))


def plain(password: str) -> str:
    """A password as it stands on the list."""
    return unicodedata.normalize("NFKC", password).strip().lower()


def build(words: Collection[str], *, wrong_once_in: int) -> bytes:
    """The filter of some passwords, as it lies in the file."""
    bits = math.ceil(len(words) * math.log(wrong_once_in) / math.log(2) ** 2)
    rounds = round(bits / len(words) * math.log(2))
    field = bytearray(bits // 8 + 1)
    for word in words:
        for place in _places(word, bits, rounds):
            field[place >> 3] |= 1 << (place & 7)
    return HEAD.pack(MARK, bits, rounds, len(words)) + bytes(field)


def _places(word: str, bits: int, rounds: int) -> Iterator[int]:
    digest = hashlib.sha256(word.encode()).digest()
    first, second = int.from_bytes(digest[:8]), int.from_bytes(digest[8:16]) | 1
    return ((first + each * second) % bits for each in range(rounds))


@lru_cache(maxsize=1)
def _filter() -> tuple[int, int, bytes]:
    content = FILE.read_bytes()
    mark, bits, rounds, _ = HEAD.unpack_from(content)
    if mark != MARK:
        raise ValueError("not a filter of passwords")
    return bits, rounds, content[HEAD.size :]
