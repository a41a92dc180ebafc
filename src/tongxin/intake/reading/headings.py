"""Which field a column head means, however the office calls it."""

import re
from functools import lru_cache

from tongxin.intake.reading.text import compact
from tongxin.intake.reading.values import category_of
from tongxin.intake.reading.words import columns

_BRACKETS = re.compile(r"[(\[【\u3014].*?[)\]】\u3015]")
_NOISE = re.compile(r"[\s*★●:：、/\\,，.。;；_\-—?？!！\"'“”]+")
_TRIFLES = re.compile(r"^(的|之|信息|情况|有效|本人)|(填写|必填|选填)$")


@lru_cache(maxsize=1 << 12)
def field_of(path: tuple[str, ...]) -> tuple[str, bool]:
    """The field a head means, given the heads above it, and whether it is told whose it is.

    `("照料人信息", "姓名")` → the carer; `("姓名",)` → the child, but not told so.
    """
    leaf = normal(path[-1])
    if not leaf:
        return "", False
    listed = columns()
    side, rest = _side(leaf)
    if (field := _whole(leaf)) and not (side and leaf in listed.attributes):
        return field, True
    told = bool(side)
    side = side or next(filter(None, (_side_above(head) for head in reversed(path[:-1]))), "")
    attribute = listed.attributes.get(rest if told else _without_modifiers(leaf), "")
    if told and not rest:
        attribute = "bare"
    field = listed.joins[side or "plain"].get(attribute, "")
    if not field and "关系" in leaf and side in ("", "carer", "child"):
        field = "relation"
    return field, bool(side)


def normal(head: str) -> str:
    """A head without gaps, marks and brackets: `*身份证\\n号码（必填）` → `身份证号码`."""
    text = compact(head)
    bare = _NOISE.sub("", _BRACKETS.sub("", text))
    return (bare or _NOISE.sub("", text).strip("()")).lower()


def is_name(head: str) -> bool:
    """Whether a head asks for somebody's name."""
    return field_of((head,))[0] in ("name", "carer")


def _whole(leaf: str) -> str:
    listed = columns()
    for text in (leaf, _without_modifiers(leaf)):
        if text in listed.fields:
            return listed.fields[text]
    for word, side in listed.sides.items():
        if side == "child" and leaf.startswith(word) and leaf.removeprefix(word) in listed.fields:
            return listed.fields[leaf.removeprefix(word)]
    code = category_of(leaf)
    return f"category:{code}" if code and code != "other" else ""


def _side(leaf: str) -> tuple[str, str]:
    """Whose a head is, and what is left of it: `实际照料人姓名` → carer, `姓名`."""
    listed = columns()
    found = [
        (listed.sides[word] == "child", leaf.index(word), -len(word), word) for word in listed.sides if word in leaf
    ]
    for _, at, _, word in sorted(found):
        before, after = leaf[:at], leaf[at + len(word) :]
        if _without_modifiers(_without_sides(before)):
            continue
        rest = _without_modifiers(_without_sides(after).lstrip("12一二"))
        return listed.sides[word], _TRIFLES.sub("", rest)
    return "", leaf


def _side_above(head: str) -> str:
    text = normal(head)
    listed = columns().sides
    return next((listed[word] for word in listed if word in text and listed[word] != "child"), "") or next(
        (listed[word] for word in listed if word in text), ""
    )


def _without_sides(text: str) -> str:
    for word in columns().sides:
        text = text.replace(word, "")
    return _TRIFLES.sub("", text)


def _without_modifiers(text: str) -> str:
    for word in columns().modifiers:
        if text.startswith(word) and text != word:
            return _without_modifiers(text.removeprefix(word))
    return "" if text in columns().modifiers else text
