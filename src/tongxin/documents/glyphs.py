"""Which characters the fonts of paper can draw; what none of them has is said before anybody signs for it."""

import struct
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

from tongxin.lib import places

FONTS = Path(__file__).with_name("fonts")
# What stands where a character can't be drawn: the printers' sign for a missing letter, which the fonts have.
STAND_IN = "\u3013"
# Signs that draw nothing themselves: joiners, selectors of a shape, tone of an emoji.
SILENT = frozenset({"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
UNICODE, WHOLE = (0, 3), {4, 12}


def folders() -> list[Path]:
    """Where the fonts of paper lie: Chinese in a package, the other scripts beside this file, an office's own."""
    own = places.fonts_folder()
    return [pylopdf_fonts_zh_cn.sans_path().parent, FONTS, *([own] if own.is_dir() else [])]


@lru_cache(maxsize=1)
def known() -> frozenset[int]:
    """Every code point that some font of paper has a shape for."""
    files = [each for folder in folders() for each in folder.iterdir() if each.suffix.lower() in {".otf", ".ttf"}]
    return frozenset(point for each in files for point in points_in(each.read_bytes()))


def lacking(words: str) -> list[str]:
    """The characters that can't be drawn, each once, in the order of the text."""
    return [each for each in dict.fromkeys(words) if _is_lacking(each)]


def lacking_in(paper: Any) -> list[str]:
    """The same for all words of a paper, whatever lies in what."""
    return list(dict.fromkeys(each for words in _words(paper) for each in lacking(words)))


def drawable(words: str) -> str:
    """The same words with a sign where a character can't be drawn, so that nobody takes an empty box for a word."""
    found = [] if words.isascii() else lacking(words)
    return words.translate(dict.fromkeys(map(ord, found), STAND_IN)) if found else words


def named(letters: list[str]) -> str:
    """Characters that can't be printed, by their number, as another program finds them."""
    return "、".join(f"U+{ord(each):04X}" for each in letters)


def _is_lacking(letter: str) -> bool:
    point = ord(letter)
    return point > 0x7F and point not in known() and unicodedata.category(letter) not in SILENT


def _words(paper: Any) -> Iterator[str]:
    if isinstance(paper, str):
        yield paper
    elif isinstance(paper, Mapping):
        for each in paper.values():
            yield from _words(each)
    elif isinstance(paper, list | tuple):
        for each in paper:
            yield from _words(each)


def points_in(font: bytes) -> Iterator[int]:
    """The code points that a TrueType or OpenType file maps to a glyph (OpenType 1.9, `cmap` formats 4 and 12)."""
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)
    }
    cmap = tables[b"cmap"]
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * number)
        kind = struct.unpack_from(">H", font, cmap + offset)[0]
        if platform in UNICODE and kind in WHOLE:
            yield from _segments(font, cmap + offset) if kind == 4 else _groups(font, cmap + offset)


def _groups(font: bytes, at: int) -> Iterator[int]:
    for number in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * number)
        yield from range(first + (glyph == 0), last + 1)


def _segments(font: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    lasts = struct.unpack_from(f">{count}H", font, at + 14)
    firsts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    starts = at + 16 + 6 * count
    for index, (first, last, delta) in enumerate(zip(firsts, lasts, deltas, strict=True)):
        jump = struct.unpack_from(">H", font, starts + 2 * index)[0]
        for point in range(first, min(last, 0xFFFE) + 1):
            if not jump:
                glyph = (point + delta) & 0xFFFF
            else:
                glyph = struct.unpack_from(">H", font, starts + 2 * index + jump + 2 * (point - first))[0]
            if glyph:
                yield point
