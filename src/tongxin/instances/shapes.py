"""Whether what another installation signed has the shape of a child's file: told in words, before anything is read."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tongxin.lib import ids
from tongxin.lib.faults import Fault

MISSHAPEN = "对方发来的档案内容不完整或写法不对（{where}）。没有处理，请让对方重新制作后再发。"
LONGEST, KIND, HASH, DEVICE, MODE = 1000, 40, 64, 64, 8
Check = Callable[[object], bool]


def check_file(content: Mapping[str, Any]) -> None:
    """Nothing, when every part of a file can be read; else Fault naming the part."""
    _must(ids.id_in(_text(content.get("id"))) is not None, "编号")
    child, summary = content.get("child"), content.get("summary", {})
    _must(isinstance(child, dict) and ids.id_in(_text(child.get("id"))) is not None, "孩子")
    _must(isinstance(summary, dict) and all(_is_plain(each) for each in summary.values()), "摘要")
    _must(all(_is_plain(content.get(name)) for name in ("office", "region", "made_at", "is_supplement")), "抬头")
    for key, checks, zh in (("entries", ENTRY, "第 {} 条记录"), ("attachments", ATTACHMENT, "第 {} 个附件")):
        rows = _rows(content.get(key), zh.format("?"))
        for number, row in enumerate(rows, start=1):
            _each(row, checks, zh.format(number))
        _must(len({ids.id_in(row["id"]) for row in rows}) == len(rows), "有两条编号相同")
    rules = content.get("definitions")
    _must(isinstance(rules, dict), "规则")
    for row in rules.values() if isinstance(rules, dict) else ():
        _each(row, RULE, "规则")


def _must(holds: bool, where: str) -> None:
    if not holds:
        raise Fault(MISSHAPEN.format(where=where))


def _rows(raw: object, where: str) -> list[Any]:
    _must(isinstance(raw, list), where)
    return raw if isinstance(raw, list) else []


def _each(row: object, checks: Mapping[str, Check], where: str) -> None:
    said = row if isinstance(row, dict) else {}
    for name, check in checks.items():
        _must(name in said and check(said[name]), where)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int) or (isinstance(value, str) and _is_clean(value, LONGEST))


def _is_clean(value: object, longest: int) -> bool:
    # A NUL stands in no column of PostgreSQL.
    return isinstance(value, str) and len(value) <= longest and "\x00" not in value


def _is_id(value: object) -> bool:
    return ids.id_in(_text(value)) is not None


def _is_id_or_none(value: object) -> bool:
    return value is None or value == "" or _is_id(value)


def _is_moment(value: object) -> bool:
    try:
        return datetime.fromisoformat(_text(value)).tzinfo is not None
    except ValueError:
        return False


def _is_base64(value: object) -> bool:
    try:
        base64.b64decode(_text(value), validate=True)
    except ValueError:
        return False
    return isinstance(value, str)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def _is_result(value: object) -> bool:
    return value is None or (
        isinstance(value, dict) and _is_mapping(value.get("data")) and _is_mapping(value.get("definitions"))
    )


def _upto(longest: int) -> Check:
    return lambda value: _is_clean(value, longest)


def _none_or_upto(longest: int) -> Check:
    return lambda value: value is None or _is_clean(value, longest)


ENTRY: Mapping[str, Check] = {
    "id": _is_id, "kind": _upto(KIND), "form_hash": _upto(HASH), "occurred_at": _is_moment, "recorded_at": _is_moment,
    "person": _is_id_or_none, "post": _is_id_or_none, "supersedes": _is_id_or_none, "correction_kind": _upto(MODE),
    "clear": _is_mapping, "answers": _is_mapping, "device": _upto(DEVICE), "role": _upto(LONGEST),
    "office": _upto(LONGEST), "result": _is_result,
}
ATTACHMENT: Mapping[str, Check] = {
    "id": _is_id, "entry": _is_id_or_none, "content": _is_base64, "added_at": _is_moment, "kind": _upto(KIND),
    "part": _upto(KIND), "media_type": _upto(KIND), "file_name": _none_or_upto(LONGEST),
    "title": _none_or_upto(LONGEST),
}
RULE: Mapping[str, Check] = {
    "kind": _upto(LONGEST), "id": _upto(LONGEST), "content": _is_mapping,
    "source": lambda value: isinstance(value, str) and "\x00" not in value,
}
