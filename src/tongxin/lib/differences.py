"""What changed between two contents of a definition, in words that a practitioner reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongxin.lib.overlays import key_of

UNITS = {"minutes": "分钟", "hours": "小时", "days": "天", "working_days": "个工作日", "months": "个月", "years": "岁"}
NAMES = {
    "zh": "文字", "text": "文字", "help": "说明", "intro": "开头的说明", "means": "含义", "strategy": "怎么办",
    "name": "名称", "full_name": "全称", "slogan": "标语", "source": "依据", "version": "版本",
    "valid_from": "启用日期", "licence": "许可", "required": "必填", "required_if": "什么时候必填",
    "show_if": "什么时候显示", "when": "条件", "unless": "除非", "only_if": "只有", "because": "理由", "due": "期限",
    "clock": "时限", "climb": "逐级上报", "intervals": "随等级变化的期限", "min": "最小", "max": "最大",
    "min_age": "最小年龄", "score": "记分", "from": "起", "to": "止", "value": "数值", "unit": "单位",
    "floor": "底线", "shown": "显示的等级", "retired": "停用", "removed": "删去", "who": "由谁办", "role": "由谁办",
    "roles": "由谁办", "options": "选项", "escape": "另可选", "sealed": "加密", "prefill": "自动带出",
    "default": "预先选好", "fields": "题目", "sections": "分节", "items": "题目", "scales": "量表", "norms": "常模",
    "bands": "分段", "rows": "分段", "levels": "等级", "factors": "因素", "steps": "步骤", "gates": "否决项",
    "values": "界值", "sets": "选项组", "option_sets": "选项组", "categories": "类别", "holidays": "节假日",
    "workdays": "调休上班", "kinds": "哪些危机", "stages": "阶段", "reassess_months": "复评间隔", "colour": "颜色",
    "word": "颜色名称", "colours": "颜色", "hotlines": "热线", "number": "号码", "validated": "已验证",
    "reverse": "反向计分", "grants": "授权", "office": "不针对儿童的操作", "read": "可以看", "record": "可以填",
    "forms": "表单", "terms": "用语", "ages": "适用年龄", "patch": "改动", "rules": "规则", "combine": "合成等级",
    "cells": "维度", "alerts": "警报", "critical": "关键题", "cutoff": "界值", "cutoffs": "界值", "days": "天数",
    "hours": "小时", "months": "月数", "working_days": "工作日", "label": "文字", "stem": "指导语", "notice": "声明",
    "reliability": "信度", "age": "年龄",
    "conditions": "使用条件", "unaltered": "约定文字的指纹", "changes": "多少才算变化", "wording": "文字在哪里",
    "informants": "谁来填", "informant": "谁来填", "asked_if": "什么时候问", "licensed": "许可文件",
    "licence_tier": "许可类别", "validity": "什么时候不可信", "standards": "标准分", "disagreement": "几方不一致",
    "citation": "出处", "population": "人群", "caution": "提醒", "missing": "缺题",
    "method": "计分办法", "range": "范围",
}
# In characters: how much of a value is quoted.
LONGEST = 120
FEW = 8
NOTHING = "（没有）"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that reads differently: where, what about it, and both sides in words."""

    place: str
    what: str
    before: str
    after: str

    @property
    def zh(self) -> str:
        """The change in one line."""
        return f"{self.place}{'：' if self.place else ''}{self.what} {self.before} → {self.after}"


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any], *, words: Mapping[str, str] | None = None
) -> list[Change]:
    """Every change, in the order of the definition; `words` says codes in Chinese."""
    return list(_mapping(dict(before), dict(after), "", words or {}))


def span_zh(span: object) -> str:
    """A length of time as a definition writes it."""
    if not isinstance(span, Mapping):
        return ""
    if "unit" in span:
        return f"{span['value']}{UNITS.get(str(span['unit']), '')}" if span.get("value") else ""
    return "".join(f"{value}{UNITS[unit]}" for unit, value in span.items() if unit in UNITS)


def name_of(thing: Any) -> str:
    """What people call a thing of a definition."""
    if not isinstance(thing, Mapping):
        return ""
    text = thing.get("text")
    said = thing.get("zh") or (text.get("zh") if isinstance(text, Mapping) else text) or thing.get("because")
    return str(said or thing.get("number") or thing.get("id") or thing.get("code") or "")


def _mapping(before: Any, after: Any, place: str, words: Mapping[str, str]) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield from _value(old, new, place, NAMES.get(str(key), words.get(str(key), str(key))), words)


def _value(old: Any, new: Any, place: str, what: str, words: Mapping[str, str]) -> Iterator[Change]:
    key = key_of(old) or key_of(new)
    if key and all(each in (None, []) or key_of(each) == key for each in (old, new)):
        yield from _rows(old or [], new or [], key, place, what, words)
    elif isinstance(old, Mapping) and isinstance(new, Mapping) and not (span_zh(old) or span_zh(new)):
        # A sentence in one language only is the thing itself.
        inner = place if set(old) | set(new) == {"zh"} else _below(place, what)
        yield from _mapping(old, new, inner, words)
    else:
        yield Change(place, what, _said(old, words), _said(new, words))


def _rows(old: Any, new: Any, key: str, place: str, what: str, words: Mapping[str, str]) -> Iterator[Change]:
    before, after = {row[key]: row for row in old}, {row[key]: row for row in new}
    for name, row in before.items():
        if name in after:
            yield from _mapping(row, after[name], _below(place, name_of(row)), words)
        else:
            yield Change(place, what, f"“{name_of(row)}”", "删去")
    for name, row in after.items():
        if name not in before:
            yield Change(place, what, NOTHING, f"新增“{name_of(row)}”")
    stood, stands = [name for name in before if name in after], [name for name in after if name in before]
    if stood != stands:
        yield Change(place, f"{what}的次序", _order(stood, stands, before), _order(stands, stood, after))


def _order(names: Sequence[Any], others: Sequence[Any], rows: Mapping[Any, Any]) -> str:
    """The part of an order that differs, by name."""
    moved = [at for at, name in enumerate(names) if others[at] != name]
    part = names[moved[0] : moved[-1] + 1]
    told = "、".join(name_of(rows[name]) for name in part[:FEW])
    return f"{told}……" if len(part) > FEW else told


def _below(place: str, name: str) -> str:
    return f"{place} · {name}" if place else name


def _said(value: Any, words: Mapping[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if span := span_zh(value):
        return span
    if isinstance(value, list | tuple):
        plain = [_said(each, words) for each in value if not isinstance(each, Mapping | list)]
        told = "、".join(plain[:FEW]) + ("……" if len(plain) > FEW else "")
        return told if len(plain) == len(value) else f"{len(value)} 项"
    if isinstance(value, Mapping):
        return name_of(value) or f"{len(value)} 项"
    text = words.get(str(value), str(value))
    return f"“{text[:LONGEST]}{'……' if len(text) > LONGEST else ''}”" if isinstance(value, str) else text
