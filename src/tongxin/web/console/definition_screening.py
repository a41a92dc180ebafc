"""The screening rules as people read them: cut-offs, what to expect, how long a talk takes, what is not told."""

from datetime import datetime

from tongxin.core.screening.rule import FORGOTTEN
from tongxin.rulebook import rules
from tongxin.web.console.definition_words import Content, Table, table


def tables_of_screening(content: Content, *, region: str, at: datetime) -> list[Table]:
    """Everything a planner may ask about the figures of a round."""
    names = {
        each["id"]: str(rules.resolve("instruments", each["id"], region=region, at=at).content["zh"])
        for each in content["instruments"]
    }
    interview, sample = content["interview"], content["sample"]
    numbers = [
        ("有危险信号的，每人访谈", f"{interview['alarm']} 分钟"),
        ("达到界值的，每人访谈", f"{interview['above']} 分钟"),
        ("抽样复访，每人", f"{interview['sample']} 分钟"),
        ("抽多少人", f"答完的每千人 {sample['per_mille']} 人，至少 {sample['at_least']} 人"),
        ("其中未达界值的至少", f"{sample['negatives'] / 10:g}%"),
        ("两人判断少于多少对，只作参考", f"{content['agreement']['at_least']} 对"),
        ("报告里少于多少人不显示", f"{content['cells']['at_least']} 人"),
        ("多久没有作答算离开", f"{content['abandoned']['minutes']} 分钟"),
        ("批次结束后，值班的人还能看筛出的档案", f"{content['screened']['days']} 天"),
        ("批次结束后，没有建档的学生的姓名和答卷多久销毁", f"{content.get('forgotten', FORGOTTEN)['days']} 天"),
    ]
    rows = [(names[each["id"]], _cut(each["cut"]), str(each["source"])) for each in content["instruments"]]
    shares = [
        (
            names[each["id"]], zh, f"{each[key]['per_mille'] / 10:g}%",
            f"{each[key]['population']}（{each[key]['source']}）",
        )
        for each in content["instruments"] for key, zh in (("above", "达到界值"), ("alarm", "危险信号")) if key in each
    ]
    fallback = content["fallback"]
    shares.append(("其他量表", "达到界值", f"{fallback['per_mille'] / 10:g}%", str(fallback["population"])))
    return [
        table("界值", ("量表", "从哪里起算筛出", "依据"), rows),
        table("预计用的现患率", ("量表", "什么", "多少", "在谁身上数的"), shares), table("其他规定", ("", ""), numbers),
    ]


def _cut(cut: Content) -> str:
    return f"{cut['to']} 分及以下" if "to" in cut else f"{cut['from']} 分及以上"
