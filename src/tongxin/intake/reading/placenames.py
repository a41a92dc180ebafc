"""The ways in which one place's name is written, and what may follow it in an address."""

import re
from functools import lru_cache

from tongxin.intake.reading.text import compact
from tongxin.intake.reading.words import words

_NUMBERED = re.compile(r"^第?[一二三四五六七八九十百]+(村民小组|小组|组|社|队|号|巷|区|里|单元|栋|幢|楼|$)")
_BREAK = re.compile(r"^[\dA-Za-z#(\-—,、;。/]")
_ADDRESS = re.compile(r"(路|街|巷|小区|号|楼|组|队|院|栋|胡同|花园|室|户|单元|幢|家属院|屯|附近)$")
_VILLAGE = re.compile(r"村|社区|居委会|委员会")


@lru_cache(maxsize=1 << 16)
def stem(name: str) -> str:
    """A name without its administrative tail: `东升社区居民委员会` → `东升`."""
    for tails in (words().village_tails, words().town_tails):
        for tail in tails:
            if name.endswith(tail) and len(name) > len(tail) + 1:
                return _short(name.removesuffix(tail))
    return _short(name.removesuffix("社区"))


def _short(name: str) -> str:
    return name[:-1] if name.endswith("村") and len(name) > 2 else name


@lru_cache(maxsize=1 << 16)
def full_forms(name: str) -> tuple[str, str, str]:
    """A village's name from strong to weak: as it is, with its kind only, and its stem.

    `东升社区居民委员会` → itself, `东升社区`, `东升`; a village and a neighbourhood of one stem
    stay apart as long as the kind is written.
    """
    text = compact(name)
    bare = text
    for tail in words().village_tails:
        if text.endswith(tail) and len(text) > len(tail) + 1:
            bare = text.removesuffix(tail)
            break
    if "社区" in text[len(bare) :] or "居" in text[len(bare) :]:
        kind = bare.removesuffix("社区") + "社区"
    elif bare.endswith("社区"):
        kind = bare
    else:
        kind = bare if bare.endswith("村") else bare + "村" if bare != text else ""
    bare = bare.removesuffix("社区") if len(bare) > 3 else bare
    weak = _short(bare)
    return text, kind, weak if len(weak) > 1 else ""


def town_forms(name: str) -> set[str]:
    """The ways a town's name is written; a stem of one character names nothing."""
    base = next((name.removesuffix(tail) for tail in words().town_tails if name.endswith(tail)), name)
    forms = {name}
    if len(base) > 1:
        kept = {base + tail for tail in words().town_tails if tail not in ("民族乡",)}
        forms |= kept | {base}
    if name.endswith("街道"):
        forms |= {name + "办事处", name + "办"}
    return forms


def may_follow(head: str, tail: str) -> bool:
    """Whether `head` can be the whole name when `tail` stands behind it.

    `东升社区` may be followed by a street; a bare `王家` before `庄村` is the beginning of another name.
    """
    if not tail or _NUMBERED.match(tail) or _BREAK.match(tail):
        return True
    has_kind = head.endswith(("村", "社区", "委员会", "居委会", "村委会"))
    return has_kind and not _VILLAGE.search(tail) and bool(_ADDRESS.search(tail))
