"""Reads one field of a form: which keys its type allows, and what they must hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.forms.facts import facts_of
from tongxin.core.forms.model import MOMENTS, NUMBERS, TEXTS, TODAY, TYPES, Field, Option, Sheet
from tongxin.core.forms.options import YES_NO, named_options
from tongxin.core.language import Fact, Kind, Rule, RuleError, Vocabulary, parse
from tongxin.core.language.errors import DefinitionError
from tongxin.core.language.tokens import KEYWORDS

_COMMON = ("sealed", "required", "required_if", "show_if", "min_age", "help", "prefill", "escape", "floor", "default")
_KEYS: dict[str, tuple[str, ...]] = {
    "code": ("options",),
    "codes": ("options", "min", "max"),
    "division": ("options", "max_length"),
    "int": ("min", "max"),
    "decimal": ("min", "max", "scale"),
    "instrument": ("instrument",),
    "list": ("fields", "min", "max"),
}
_LONGEST = {"long_text": 5000, "name": 50, "id_no": 30, "phone": 30, "division": 12, "signature_name": 50}
_COUNTED = NUMBERS | {"codes", "list"}


@dataclass(frozen=True, slots=True)
class Sources:
    """What a form may refer to outside itself."""

    options: Mapping[str, tuple[Option, ...]]
    bindings: Mapping[str, Any] | None
    sheets: Mapping[str, Sheet]


def read_field(raw: object, path: str, sources: Sources, known: Mapping[str, Fact]) -> Field:
    """One field; its rules may speak of `known`, the answers that stand before it."""
    kind = _type(raw, path)
    content = _checked_keys(raw, path, kind)
    if kind == "note":
        return Field(
            id=_id(content, path),
            zh=take.text(content, "zh", path),
            type=kind,
            show_if=_rule(content, "show_if", path, known),
            min_age=_min_age(content, path),
        )
    if content.get("required") and content.get("required_if"):
        raise DefinitionError(f"{path}.required_if", "required 与 required_if 只能写一个", "请删去一个")
    scale = take.number(content, "scale", path, 2 if kind == "decimal" else 0, high=3)
    return Field(
        id=_id(content, path),
        zh=take.text(content, "zh", path),
        type=kind,
        binds=_binding(content, path, kind, sources),
        sealed=_sealed(content, path, kind),
        required=take.flag(content, "required", path),
        required_if=_rule(content, "required_if", path, known),
        show_if=_rule(content, "show_if", path, known),
        min_age=_min_age(content, path),
        help=take.text(content, "help", path),
        prefill=take.flag(content, "prefill", path),
        default=_default(content, path, kind, sources),
        options=_options(content, path, kind, sources),
        escape=named_options(content["escape"], f"{path}.escape", sources.options)
        if "escape" in content
        else (),
        low=_bound(content, "min", path, kind),
        high=_bound(content, "max", path, kind),
        max_length=take.number(content, "max_length", path, _LONGEST.get(kind, 200), low=1, high=20_000),
        pattern=_pattern(content, path),
        pattern_zh=take.text(content, "pattern_zh", path),
        scale=scale,
        fields=_inner(content, path, sources, known),
        sheet=_sheet(content, path, sources),
    )


def _type(raw: object, path: str) -> str:
    kind = raw.get("type") if isinstance(raw, Mapping) else None
    if kind not in TYPES:
        raise DefinitionError(
            f"{path}.type", f"不认识的类型 {kind}", f"请改为其中之一：{'、'.join(sorted(TYPES))}"
        )
    return str(kind)


def _checked_keys(raw: object, path: str, kind: str) -> Mapping[str, Any]:
    if kind == "note":
        return take.mapping(raw, path, required=("id", "zh", "type"), optional=("show_if", "min_age"))
    own = _KEYS.get(kind, ("min", "max") if kind in MOMENTS else ())
    if kind in TEXTS - {"division"}:
        own = ("max_length", "pattern", "pattern_zh")
    needed = tuple(key for key in ("options", "instrument", "fields") if key in own and kind != "division")
    return take.mapping(raw, path, required=("id", "zh", "type", "binds", *needed), optional=(*_COMMON, *own))


def _id(content: Mapping[str, Any], path: str) -> str:
    name = take.identifier(content, path)
    if name in KEYWORDS or name in ("on", "child_age"):
        raise DefinitionError(f"{path}.id", f"{name} 是规则语言的保留词", "请换一个名字")
    return name


def _binding(content: Mapping[str, Any], path: str, kind: str, sources: Sources) -> str:
    name = take.text(content, "binds", path)
    if sources.bindings is None:
        return name
    bound = sources.bindings.get(name)
    if bound is None:
        raise DefinitionError(
            f"{path}.binds", f"字段库里没有 {name}", "请先在 definitions/fields 中登记，或改正名字"
        )
    wanted = bound.get("type") if isinstance(bound, Mapping) else None
    if wanted is not None and wanted != kind:
        raise DefinitionError(
            f"{path}.type", f"字段库里 {name} 的类型是 {wanted}", f"请改为 {wanted}，或绑定别的字段"
        )
    return name


def _sealed(content: Mapping[str, Any], path: str, kind: str) -> bool:
    sealed = take.flag(content, "sealed", path, default=True)
    if not sealed and kind in (TEXTS - {"division"}) | {"list", "instrument"}:
        raise DefinitionError(f"{path}.sealed", "文字与原始作答必须加密保存", "请删去 sealed: false")
    return sealed


def _min_age(content: Mapping[str, Any], path: str) -> int | None:
    return take.number(content, "min_age", path, 0, high=18) if "min_age" in content else None


def _options(content: Mapping[str, Any], path: str, kind: str, sources: Sources) -> tuple[Option, ...]:
    if kind == "yes_no":
        return YES_NO
    raw = content.get("options")
    return named_options(raw, f"{path}.options", sources.options) if raw is not None else ()


def _default(content: Mapping[str, Any], path: str, kind: str, sources: Sources) -> tuple[str, str]:
    """The choice that stands in the field when the page opens: on the first form of its kind, and later."""
    raw = content.get("default")
    if raw is None:
        return "", ""
    both = raw if isinstance(raw, Mapping) else {"first": raw, "later": raw}
    take.mapping(both, f"{path}.default", required=("first", "later"))
    first, later = str(both["first"]), str(both["later"])
    codes = {option.code for option in _options(content, path, kind, sources)}
    if kind not in {"code", "yes_no"} or not {first, later} <= codes:
        zh = "只有单选题可以预先选好，且须是它的一个代码"
        raise DefinitionError(f"{path}.default", zh, "改为选项里的代码，或删去")
    return first, later


def _bound(content: Mapping[str, Any], key: str, path: str, kind: str) -> int | Decimal | str | None:
    value = content.get(key)
    if value is None:
        return None
    if kind in MOMENTS:
        day = str(value)
        if day == TODAY or _is_day(day):
            return day
        raise DefinitionError(f"{path}.{key}", f"{key} 应为日期或 today", "请写成如 2020-01-01，或 today")
    if kind in _COUNTED and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "decimal" and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        return Decimal(value)
    raise DefinitionError(f"{path}.{key}", f"{key} 应为整数", "请改为整数；小数加引号，如 '0.5'")


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _pattern(content: Mapping[str, Any], path: str) -> str:
    pattern = take.text(content, "pattern", path)
    if pattern and not content.get("pattern_zh"):
        raise DefinitionError(
            f"{path}.pattern_zh", "写了 pattern 却没有说明", "请在 pattern_zh 中用中文写明应怎样填"
        )
    try:
        re.compile(pattern, re.ASCII)
    except re.error:
        raise DefinitionError(f"{path}.pattern", "pattern 不是正确的正则表达式", "请改正") from None
    return pattern


def _rule(content: Mapping[str, Any], key: str, path: str, known: Mapping[str, Fact]) -> Rule | None:
    text = take.text(content, key, path)
    if not text:
        return None
    try:
        return parse(text, vocabulary=Vocabulary(facts=known), gives=Kind.BOOL)
    except RuleError as error:
        cure = f"{error.cure}（只能引用排在前面的题目）"
        raise DefinitionError(
            f"{path}.{key}", f"第 {error.position + 1} 个字符处：{error.zh}", cure
        ) from None


def _inner(
    content: Mapping[str, Any], path: str, sources: Sources, known: Mapping[str, Fact]
) -> tuple[Field, ...]:
    around, fields = dict(known), []
    for index, raw in enumerate(take.sequence(content.get("fields", ()), f"{path}.fields")):
        place = f"{path}.fields[{index}]"
        field = read_field(raw, place, sources, around)
        if field.type == "list":
            raise DefinitionError(f"{place}.type", "列表里不能再有列表", "请拆成两个列表")
        around |= facts_of([field])
        fields.append(field)
    return tuple(fields)


def _sheet(content: Mapping[str, Any], path: str, sources: Sources) -> Sheet | None:
    if "instrument" not in content:
        return None
    name = take.text(content, "instrument", path)
    if name not in sources.sheets:
        raise DefinitionError(
            f"{path}.instrument", f"没有量表 {name}", f"现有：{'、'.join(sources.sheets) or '（无）'}"
        )
    return sources.sheets[name]
