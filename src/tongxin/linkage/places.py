"""Homes as they are compared: by the division's code level by level, or by the words of an address."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tongxin.lib.plain_text import compact

_CODE = re.compile(r"\d{6,12}")
_WORDS = re.compile(
    r"(?:[^省]{2,8}?(?:省|自治区|特别行政区))?"
    r"(?:[^市州盟]{1,8}?(?:市|自治州|州|盟|地区))?"
    r"(?P<county>[^县区旗镇乡]{1,8}?(?:自治县|自治旗|县|区|旗|市))?"
    r"(?P<town>[^镇乡]{1,10}?(?:街道办事处|街道|镇|民族乡|乡|苏木))?"
    r"(?P<village>[^村居组路号]{1,12}?(?:村民委员会|居民委员会|社区|村委会|居委会|村|嘎查|居))?"
)
_TAIL = re.compile(r"(社区居民委员会|村民委员会|居民委员会|村委会|居委会|街道办事处|社区|街道|嘎查|苏木|村|居|镇|乡)$")


class Place(NamedTuple):
    """A home: codes of village, town and county, and the plain words for them."""

    village: str | None = None
    town: str | None = None
    county: str | None = None
    village_words: str | None = None
    town_words: str | None = None


NO_PLACE = Place()


@lru_cache(maxsize=1 << 16)
def place_of(division: str | None, address: str | None) -> Place:
    """The columns of a home by its division's code (6, 9 or 12 digits) and the words of its address."""
    code = compact(division) if division else ""
    code = code if _CODE.fullmatch(code) else ""
    town_words, village_words = _words(address)
    return Place(
        village=code if len(code) == 12 and not code.endswith("000") else None,
        town=code[:9] if len(code) >= 9 and code[6:9] != "000" else None,
        county=code[:6] or None,
        village_words=village_words,
        town_words=town_words,
    )


def _words(address: str | None) -> tuple[str | None, str | None]:
    """The town, and the town with the village; without their ends (镇, 村民委员会 and so on)."""
    found = _WORDS.match(compact(address)) if address else None
    if found is None:
        return None, None
    town, village = _bare(found["town"]), _bare(found["village"])
    return town, (f"{town or ''}/{village}" if village else None)


def _bare(name: str | None) -> str | None:
    if not name:
        return None
    shorter = _TAIL.sub("", name)
    return shorter or name
