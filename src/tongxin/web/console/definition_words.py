"""A definition as a practitioner reads it: tables with words, no codes and no markup."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tongxin.lib.differences import span_zh

Content = Mapping[str, Any]
Table = dict[str, Any]


def tables_of(kind: str, content: Content, roles: Mapping[str, str]) -> list[Table]:
    """What a definition of a kind says, as tables; kinds that only machines read have none."""
    reader = READERS.get(kind)
    return reader(content, roles) if reader else []


def _table(zh: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return {"zh": zh, "head": list(head), "rows": [list(map(str, row)) for row in rows]}


def _grading(content: Content, roles: Mapping[str, str]) -> list[Table]:
    del roles
    levels = [
        (f"{each['zh']}（{each['word']}）", each.get("means", ""), each.get("strategy", ""))
        for each in content["levels"]
    ]
    factors = [(each["zh"],) for each in content.get("factors", ())]
    return [_table("等级", ("等级", "含义", "怎么办"), levels), _table("看哪几方面", ("方面",), factors)]


def _pathway(content: Content, roles: Mapping[str, str]) -> list[Table]:
    levels = content["levels"]
    steps = [
        (each["zh"], roles.get(each["role"], ""), span_zh(each["due"]) if "due" in each else "按等级，见下表")
        for each in content["steps"]
    ]
    names = {step["by_level"]: step["zh"] for step in content["steps"] if step.get("by_level")}
    rhythm = [
        (names.get(name, ""), "；".join(f"{levels[level]}：{span_zh(span)}" for level, span in table.items()))
        for name, table in content["intervals"].items()
    ]
    climb = [(f"第 {number} 次", span_zh(span)) for number, span in enumerate(content.get("climb", ()), 1)]
    return [
        _table("步骤", ("步骤", "谁来办", "期限"), steps), _table("随等级变化的期限", ("步骤", "各等级"), rhythm),
        _table("逾期以后逐级上报", ("上报", "再过多久"), climb),
        _table("阶段", ("阶段",), [(zh,) for zh in content["stages"].values()]),
    ]


def _crisis(content: Content, roles: Mapping[str, str]) -> list[Table]:
    steps = [
        (each["zh"], "、".join(roles.get(role, "") for role in each["who"]), span_zh(each["clock"]) or "立即")
        for each in content["steps"]
    ]
    return [_table("危机步骤", ("步骤", "谁来办", "从发出起"), steps)]


def _form(content: Content, roles: Mapping[str, str]) -> list[Table]:
    del roles
    return [
        _table(section["zh"], ("要填的", "必填"), [
            (field["zh"], "必填" if field.get("required") else "视情况" if field.get("required_if") else "")
            for field in section["fields"]
        ])
        for section in content["sections"]
    ]


def _instrument(content: Content, roles: Mapping[str, str]) -> list[Table]:
    items = [(str(each.get("number", "")), each["text"]["zh"]) for each in content["items"]]
    sets = [
        _table("选项", ("选项", "记分"), [(each["zh"], str(each.get("score", ""))) for each in options])
        for options in content.get("option_sets", {}).values()
    ]
    scales = {scale["id"]: str(scale.get("zh", "总分")) for scale in content.get("scales", ())}
    norms = [
        _table(str(norm["zh"]), ("分数", "范围", "含义"), [
            (scales.get(scale, ""), _range(band), str(band["zh"]))
            for scale, table in norm.get("bands", {}).items() for band in table["rows"]
        ])
        for norm in content.get("norms", ())
    ]
    # Whose questions may not be read is told by an empty set of roles, before this is asked.
    shown = [_table("题目", ("题号", "题目"), items), *sets] if roles else []
    return [*shown, *norms]


def _range(band: Content) -> str:
    return f"{band.get('from', '')}–{band.get('to', '')}"


READERS: Mapping[str, Callable[[Content, Mapping[str, str]], list[Table]]] = {
    "grading": _grading, "pathway": _pathway, "crisis": _crisis, "forms": _form, "instruments": _instrument,
}
KINDS = {
    "pathway": "流程与期限", "crisis": "危机处置", "grading": "等级", "instruments": "量表", "forms": "表单",
    "identification": "识别规则", "gates": "否决项", "rubric": "评估维度", "calendar": "工作日历",
    "categories": "困境类别", "access": "谁能看、谁能做",
}
