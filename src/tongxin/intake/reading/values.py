"""What stands in the other cells: names, sex, categories, relations, phones."""

import re
from collections.abc import Mapping
from functools import lru_cache

from tongxin.intake.reading.text import Cell, clean, compact, shown
from tongxin.intake.reading.words import limits, words

_DOTS = re.compile(r"\s*[·•・‧∙●⋅᛫･]\s*")
_DOT_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff])\s*\.\s*(?=[\u3400-\u9fff])")
_GAP_BETWEEN = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")
_BETWEEN = re.compile(r"[、,，;；/\\|+＋&\s。]+|和|及|(?<=[\u3400-\u9fff)])(?=\d{1,2}[.、:])")
_NUMBERED = re.compile(r"^[(（]?[\d①②③④⑤⑥⑦⑧⑨⑩一二三四五六七八九十]{1,2}[)）.、:]")
_LEGEND = re.compile(r"(\d{1,2})[.、:=\-]?([\u3400-\u9fff]+)|([\u3400-\u9fff]+)[:=]?(\d{1,2})")
_PHONE_NOISE = re.compile(r"[\s\-—–()]")
Legend = tuple[tuple[str, str], ...]


@lru_cache(maxsize=1 << 15)
def read_name(text: str) -> str | None:
    """A name without stray gaps, its middle dot always the same; nothing where no name is written."""
    name = _DOTS.sub("·", clean(text))
    name = _GAP_BETWEEN.sub("", _DOT_BETWEEN.sub("·", name)).strip("'\"· ")
    if not name or name.lower() in words().blank or len(name) > limits()["name_characters"] or name.isdigit():
        return None
    return name


def beginning_of_name(text: str) -> str | None:
    """The beginning of what is too long for a name, marked as cut off; nothing where it is short enough."""
    most, name = limits()["name_characters"], clean(text)
    return f"{name[: most - 1]}…" if len(name) > most else None


def legend(head: str) -> Legend:
    """What the numbers in a head stand for: `性别(1男2女)` → 1 男, 2 女."""
    inside = "".join(re.findall(r"\((.*?)\)", compact(head)))
    found = [(m[1] or m[4], m[2] or m[3]) for m in _LEGEND.finditer(inside)]
    return tuple(found) if len(found) > 1 else ()


def read_sex(cell: Cell | None, meaning: Legend = ()) -> tuple[str | None, bool]:
    """`male`, `female` or nothing, and whether what is written was understood."""
    return _sex(compact(shown(cell)).lower(), meaning)


@lru_cache(maxsize=1 << 10)
def _sex(text: str, meaning: Legend) -> tuple[str | None, bool]:
    if not text or text in words().blank:
        return None, True
    text = dict(meaning).get(text, text)
    found = words().sex.get(text)
    if found is None:
        marks = {"男": "male", "女": "female"}.items()
        said = [code for mark, code in marks if mark in text]
        found = said[0] if len(said) == 1 else None
    return (None if found == "unknown" else found), found is not None


@lru_cache(maxsize=1 << 14)
def read_categories(text: str, meaning: Legend = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the categories in a cell, and the words that mean none we know."""
    text = text.translate(_CIRCLED)
    whole = compact(text)
    if not whole or whole.lower() in words().blank:
        return (), ()
    if code := _category(whole, meaning):
        return (code,), ()
    codes: dict[str, None] = {}
    unknown = []
    for piece in filter(None, _BETWEEN.split(clean(text))):
        if code := _category(compact(piece), meaning):
            codes[code] = None
        else:
            unknown.append(piece)
    return tuple(codes), tuple(piece for piece in unknown if not (codes and piece.isdigit()))


def category_of(head: str) -> str | None:
    """The category a column with ticks stands for."""
    text = compact(head).removeprefix("是否").removeprefix("属于").removeprefix("为")
    return words().categories.get(text)


def _category(piece: str, meaning: Legend) -> str | None:
    listed = words().categories
    word = dict(meaning).get(piece, piece).lower()
    word = _NUMBERED.sub("", word)
    outside = re.sub(r"\(.*?\)", "", word)
    for each in (word, outside, outside.removesuffix("儿童"), outside.removeprefix("农村"), outside + "儿童"):
        if each in listed:
            return listed[each]
    return None


def is_tick(cell: Cell | None) -> bool | None:
    """Whether a cell says yes; nothing where it says neither yes nor no."""
    text = compact(shown(cell)).lower()
    if not text or text in words().no_ticks or text in words().blank:
        return False
    return True if text in words().ticks else None


@lru_cache(maxsize=1 << 12)
def read_relation(text: str) -> tuple[str | None, str | None]:
    """The relation as written, and its code where the word is known."""
    word = compact(text).strip("'\"")
    if not word or word.lower() in words().blank:
        return None, None
    return word, words().relations.get(re.sub(r"\(.*?\)", "", word))


@lru_cache(maxsize=1 << 14)
def read_phone(text: str) -> str | None:
    """A telephone number without gaps; several stay as they are written."""
    written = clean(text).strip("'\"= ")
    if not written or written.lower() in words().blank:
        return None
    bare = _PHONE_NOISE.sub("", written).removeprefix("+86")
    return bare if bare.isdigit() and len(bare) == 11 and bare[0] == "1" else written


_CIRCLED: Mapping[int, str] = {ord(mark): f"{n}." for n, mark in enumerate("①②③④⑤⑥⑦⑧⑨⑩", start=1)}
