"""How Chinese characters are read, without tones."""

import os
import unicodedata
from functools import lru_cache

# The dictionary of phrases would cost each process 45 MB, and single characters don't need it.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT


@lru_cache(maxsize=10_000)
def readings(character: str) -> tuple[str, ...]:
    """Every toneless pinyin of a character, the commonest first; a letter or a digit reads as itself."""
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """All toneless syllables that a character can have."""
    toned = {unicodedata.normalize("NFD", each) for line in PINYIN_DICT.values() for each in line.split(",")}
    plain = {"".join(filter(str.isascii, each.replace("u\u0308", "v"))) for each in toned}
    return frozenset(each for each in plain if set(each) & set("aeiouv"))
