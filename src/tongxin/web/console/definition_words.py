"""A definition as a practitioner reads it: tables with words, no codes and no markup."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tongxin.lib.differences import span_zh

Content = Mapping[str, Any]
Table = dict[str, Any]
URGENCIES = {
    "now": "立即", "hours_24": "24 小时内", "days_3": "3 个工作日内", "days_7": "7 个工作日内",
    "otherwise": "没有写明的",
}


def tables_of(kind: str, content: Content, roles: Mapping[str, str]) -> list[Table]:
    """What a definition of a kind says, as tables; kinds that only machines read have none."""
    reader = READERS.get(kind)
    return reader(content, roles) if reader else []


def table(zh: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table with a title, as the page shows it."""
    return {"zh": zh, "head": list(head), "rows": [list(map(str, row)) for row in rows]}


def _grading(content: Content, roles: Mapping[str, str]) -> list[Table]:
    del roles
    levels = [
        (f"{each['zh']}（{each['word']}）", each.get("means", ""), each.get("strategy", ""))
        for each in content["levels"]
    ]
    factors = [(each["zh"],) for each in content.get("factors", ())]
    return [table("等级", ("等级", "含义", "怎么办"), levels), table("看哪几方面", ("方面",), factors)]


def _pathway(content: Content, roles: Mapping[str, str]) -> list[Table]:
    levels = content["levels"]
    steps = [
        (each["zh"], roles.get(each["role"], ""), span_zh(each["due"]) if "due" in each else _by(each))
        for each in content["steps"]
    ]
    names = {step["by_level"]: step["zh"] for step in content["steps"] if step.get("by_level")}
    rhythm = [
        (names.get(name, ""), "；".join(f"{levels[level]}：{span_zh(span)}" for level, span in table.items()))
        for name, table in content["intervals"].items()
    ]
    climb = [(f"第 {number} 次", span_zh(span)) for number, span in enumerate(content.get("climb", ()), 1)]
    asked = {step["by_urgency"]: step["zh"] for step in content["steps"] if step.get("by_urgency")}
    clocks = [
        (asked.get(name, ""),
         "；".join(f"{URGENCIES.get(each, each)}：{span_zh(span)}" for each, span in table.items()))
        for name, table in content.get("referral_clocks", {}).items()
    ]
    return [
        table("步骤", ("步骤", "谁来办", "期限"), steps), table("随等级变化的期限", ("步骤", "各等级"), rhythm),
        table("转介的期限", ("步骤", "按紧急程度"), clocks),
        table("逾期以后逐级上报", ("上报", "再过多久"), climb),
        table("阶段", ("阶段",), [(zh,) for zh in content["stages"].values()]),
    ]


def _by(step: Mapping[str, Any]) -> str:
    return "按转介的紧急程度，见下表" if step.get("by_urgency") else "按等级，见下表"


def _crisis(content: Content, roles: Mapping[str, str]) -> list[Table]:
    steps = [
        (each["zh"], "、".join(roles.get(role, "") for role in each["who"]), span_zh(each["clock"]) or "立即")
        for each in content["steps"]
    ]
    return [table("危机步骤", ("步骤", "谁来办", "从发出起"), steps)]


def _calendar(content: Content, roles: Mapping[str, str]) -> list[Table]:
    del roles
    names = (("holidays", "放假"), ("workdays", "调休上班"))
    days = [(zh, "、".join(map(_day, content.get(key, ())))) for key, zh in names]
    return [table(f"{content['year']}年", ("", "哪几天"), days)]


def _day(text: object) -> str:
    _, month, day = str(text).split("-")
    return f"{int(month)}月{int(day)}日"


def _categories(content: Content, roles: Mapping[str, str]) -> list[Table]:
    del roles
    return [table("类别", ("类别", "具体情况", "依据", "谁看得到"), [
        (each["zh"], "、".join(each.get("subtypes", ())), each["basis"], "限有关人员" if each.get("restricted") else "")
        for each in content["categories"]
    ])]


def _access(content: Content, roles: Mapping[str, str]) -> list[Table]:
    parts = content["parts"]
    grants = [
        ("、".join(roles.get(role, "") for role in each["roles"]), RELATIONS.get(each["relation"], ""),
         "、".join(str(parts[part]).partition("（")[0] for part in each["read"]))
        for each in content["grants"]
    ]
    psychology = [roles.get(role, "") for role, each in content["roles"].items() if each["psychology"]]
    return [
        table("谁能看档案的哪些部分", ("岗位", "对哪些儿童", "能看"), grants),
        table("能看等级颜色和心理内容的岗位", ("岗位",), [(zh,) for zh in psychology]),
    ]


def _indicators(content: Content, roles: Mapping[str, str]) -> list[Table]:
    del roles
    rows = [
        (each["zh"], each["unit"], each.get("means", ""), each.get("caveat", "")) for each in content["indicators"]
    ]
    return [table("每个数怎么算", ("数", "单位", "怎么算", "要注意"), rows)]


RELATIONS = {
    "own_case": "指名负责的个案", "counsels": "自己在做辅导的",
    "in_area": "本辖区的", "referred": "转介到本单位的", "department_task": "有部门任务的", "teaches": "本校学生",
    "screened": "自己值班的筛查中筛出的", "broke_glass": "紧急调阅的", "transferred": "正在迁入的",
}
READERS: Mapping[str, Callable[[Content, Mapping[str, str]], list[Table]]] = {
    "grading": _grading, "pathway": _pathway, "crisis": _crisis,
    "calendar": _calendar, "categories": _categories, "access": _access, "indicators": _indicators,
}
KINDS = {
    "pathway": "流程与期限", "crisis": "危机处置", "grading": "等级", "instruments": "量表", "forms": "表单",
    "identification": "识别规则", "gates": "否决项", "rubric": "评估维度", "calendar": "工作日历",
    "categories": "困境类别", "access": "谁能看、谁能做", "screening": "筛查",
    "indicators": "统计指标",
}
