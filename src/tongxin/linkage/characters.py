"""Characters of names as they are compared: simplified, in one variant; how each is read and what it resembles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

from tongxin.lib import strict_yaml
from tongxin.lib.places import definitions_folder
from tongxin.lib.plain_text import compact
from tongxin.lib.sounds import readings

# Stands for a character nobody can read: a question mark, an empty box, or one from a private set of type.
HOLE = "_"
_UNREADABLE = re.compile("[?\ufffd□■○◇*_\ue000-\uf8ff\U000f0000-\U0010fffd]")
_DOTS = re.compile(r"[·•・‧∙●⋅᛫･.。•\-—\s'’`]")
_PLAIN = re.compile("[\u4e00-\u9fff]+")
_KEPT = re.compile("[^\u3400-\u9fff\U00020000-\U0003ffffa-z_]")


@dataclass(frozen=True)
class Placeholders:
    """What stands where a child has no name yet, or where it isn't written."""

    whole: frozenset[str]
    given: frozenset[str]
    ends: tuple[str, ...]
    heads: frozenset[str]


@dataclass(frozen=True)
class Characters:
    """The tables of `definitions/linkage/characters.yaml`, laid out for quick lookup."""

    surname_sounds: Mapping[str, str]
    compound_surnames: frozenset[str]
    variants: Mapping[int, str]
    shapes: Mapping[int, str]
    minority: tuple[tuple[str, str], ...]
    nickname_heads: frozenset[str]
    nickname_tails: frozenset[str]
    placeholders: Placeholders


@lru_cache(maxsize=1)
def tables() -> Characters:
    """The tables in force."""
    content = strict_yaml.load(definitions_folder() / "linkage" / "characters.yaml").content
    return Characters(
        surname_sounds=content["surname_sounds"],
        compound_surnames=frozenset(content["compound_surnames"]),
        variants={ord(each): plain for each, plain in content["variants"].items()},
        shapes=_classes(content["near_forms"]),
        minority=tuple(sorted(content["minority_spellings"].items(), key=lambda pair: -len(pair[0]))),
        nickname_heads=frozenset(content["nickname_heads"]),
        nickname_tails=frozenset(content["nickname_tails"]),
        placeholders=_placeholders(content["placeholder_names"]),
    )


def _placeholders(content: Mapping[str, list[str]]) -> Placeholders:
    return Placeholders(
        whole=frozenset(content["whole"]), given=frozenset(content["given"]), ends=tuple(content["ends"]),
        heads=frozenset(content["heads"]),
    )


def _classes(groups: list[str]) -> dict[int, str]:
    """Each character with the first one of all that resemble it, straight or by way of a third."""
    found: dict[str, str] = {}
    for group in groups:
        known = sorted({found.get(each, each) for each in group})
        first = known[0]
        for each in {*group, *(other for other, one in found.items() if one in known)}:
            found[each] = first
    return {ord(each): first for each, first in found.items()}


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1 << 16)
def simplified(character: str) -> str:
    """A character as the mainland writes it today."""
    plain: str = _simplifier().convert(character)
    return plain.translate(tables().variants)


def plain_name(text: str) -> str:
    """A name's characters and letters alone, simplified, `_` for what can't be read; dots and gaps left out."""
    if _PLAIN.fullmatch(text):
        return "".join(map(simplified, text))
    found = _DOTS.sub("", _UNREADABLE.sub(HOLE, compact(text)).casefold())
    return _KEPT.sub("", "".join(map(simplified, found)))


@lru_cache(maxsize=1 << 16)
def sound(character: str) -> str:
    """The commonest toneless reading of a character; letters and holes stand for themselves."""
    return character if character.isascii() else readings(character)[0]


def shape(name: str) -> str:
    """A name with every character replaced by the first one of those it resembles."""
    return name.translate(tables().shapes)


def one_spelling(name: str) -> str:
    """A name of a minority in one way of writing it down."""
    for spelling, plain in tables().minority:
        name = name.replace(spelling, plain)
    return name
