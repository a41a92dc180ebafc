"""A name taken apart as names are compared: written, spoken, resembling, unreadable, surname and given name."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tongxin.linkage.characters import HOLE, one_spelling, plain_name, shape, sound, tables

# From five characters on a Chinese text is a name of a minority, or a foreign one.
LONG = 5
# A name of two characters says too little once one of them differs.
TELLING = 3


class Name(NamedTuple):
    """A name's columns; what isn't there is `None`.

    `plain` is simplified, without dots; `sound` toneless syllables; `shape` as `characters.shape`;
    `holed` is `plain` where a character can't be read (`_`); `spelled` a minority's name in one spelling;
    `telling` is `plain` of three characters and more; `is_nickname` says it looks like 小名;
    `is_placeholder` that nobody's name is written there (李宝宝, 未取名, 李某某).
    """

    plain: str | None = None
    sound: str | None = None
    shape: str | None = None
    holed: str | None = None
    spelled: str | None = None
    telling: str | None = None
    surname: str | None = None
    given: str | None = None
    is_nickname: bool = False
    is_placeholder: bool = False


NO_NAME = Name()


@lru_cache(maxsize=1 << 17)
def name_of(written: str | None) -> Name:
    """The columns of a written name; none where nothing of it can be read."""
    plain = plain_name(written) if written else ""
    if not plain.strip(HOLE):
        return NO_NAME
    if HOLE in plain:
        return Name(plain=plain, holed=plain, is_placeholder=not _parts(plain)[1].strip(HOLE))
    surname, given = _parts(plain)
    spoken = [sound(character) for character in plain]
    if len(surname) == 1 and surname in tables().surname_sounds:
        spoken[0] = tables().surname_sounds[surname]
    is_long = len(plain) >= LONG and not plain.isascii()
    return Name(
        plain=plain,
        # Pinyin written for a character has no gaps of its own, so none are kept.
        sound="".join(spoken),
        shape=shape(plain),
        spelled=one_spelling(plain) if is_long else None,
        telling=plain if len(plain) >= TELLING else None,
        surname=surname,
        given=given if len(given) > 1 else None,
        is_nickname=_is_nickname(plain),
        is_placeholder=_is_placeholder(plain, given),
    )


def _parts(plain: str) -> tuple[str, str]:
    size = 2 if plain[:2] in tables().compound_surnames and len(plain) > 2 else 1
    return plain[:size], plain[size:]


def _is_nickname(plain: str) -> bool:
    if len(plain) != 2:
        return False
    return plain[0] == plain[1] or plain[0] in tables().nickname_heads or plain[1] in tables().nickname_tails


def _is_placeholder(plain: str, given: str) -> bool:
    words = tables().placeholders
    if plain in words.whole or given in words.given or plain.endswith(words.ends):
        return True
    # 李XX, 张x
    return (len(plain) == 2 and plain[0] in words.heads) or (bool(given) and not given.strip("x"))
