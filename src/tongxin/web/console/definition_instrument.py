"""An instrument as whoever administers it reads it: licence, items, options, scoring, bands, norms, validity."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from tongxin.core.instruments import Instrument
from tongxin.core.instruments.definition import Item, Scale
from tongxin.core.instruments.norm import Norm
from tongxin.web.console.definition_words import Table, table

TIERS = {"A": "可以自由使用", "B": "有条件使用", "C": "须取得许可"}
WHO = {"self": "本人", "carer": "照料人", "teacher": "教师", "clinician": "专业人员"}
KINDS = {"crisis": "立即进入危机处置", "safety_check": "须有资质的人当面核查"}
SEXES = {"male": "男", "female": "女"}
METHODS = {
    "sum": "各题相加", "mean": "各题平均", "sum_times": "各题相加再乘 {factor}",
    "count_ge": "达到 {at_least} 分的题数", "sum_scales": "分量表相加", "by_age": "按年龄取一个分量表",
}
BLANKS = {
    "strict": "缺一题就不计分", "person_mean": "最多缺 {max_missing} 题，按本人其他题的平均补",
    "zero": "最多缺 {max_missing} 题，缺的按 0 分",
}
YEAR = 12


def facts_of(instrument: Instrument, roles: Mapping[str, str], *, on: date) -> list[tuple[str, str]]:
    """What has to be known before anybody uses it, in a few lines."""
    licensed = instrument.licensed
    rows = [
        ("译文", "已验证" if instrument.validated else "没有验证过的译文：结果只作参考，须由专业人员判断"),
        ("谁来填", "；".join(
            f"{WHO.get(each.code, each.code)}（{_ages(each.youngest, each.oldest)}）" for each in instrument.informants
        )),
        ("问多久以来的情况", instrument.period.get("zh", "")),
        ("谁可以施测", _named(instrument.roles.get("administer", ()), roles)),
        ("谁可以看题目和回答", _named(instrument.roles.get("read_items", ()), roles)),
        ("谁可以看结果分段", _named(instrument.roles.get("read_band", ()), roles)),
        ("许可", f"{TIERS[instrument.licence_tier]}。{instrument.licence}"),
    ]
    if licensed:
        rows.append(("许可文件", f"{licensed.holder}，{licensed.reference}，有效至 {licensed.valid_until}"))
    if instrument.licence_tier == "C" and not instrument.may_be_shown(on):
        rows.append(("能不能用", "没有有效的许可文件：不显示题目，不出表，只给导入的回答计分。"))
    rows += [("使用条件", each) for each in instrument.conditions]
    rows += [("声明", instrument.notice["zh"])] if instrument.notice.get("zh") else []
    return [(name, said) for name, said in [*rows, ("出处", instrument.citation)] if said]


def tables_of(instrument: Instrument, *, may_read_items: bool, on: date) -> list[Table]:
    """Items and options for those who may read them, and how an answered sheet is scored."""
    shown = may_read_items and instrument.may_be_shown(on)
    return [*(_items(instrument) if shown else ()), *_scoring(instrument)]


def _items(instrument: Instrument) -> Iterator[Table]:
    yield table("题目", ("题号", "题目", "计分和警报"), [
        (item.number, item.text["zh"], "；".join(_about(item))) for item in instrument.items
    ])
    sets = {item.option_set: item.options for item in instrument.items}
    for name, options in sets.items():
        numbers = [item.number for item in instrument.items if item.option_set == name]
        head = "选项" if len(sets) == 1 else f"选项（第 {_span(numbers)} 题）"
        yield table(head, ("选项", "记分"), [
            (each.text.get("zh", str(each.code)), str(each.score)) for each in options
        ])


def _about(item: Item) -> Iterator[str]:
    if not item.scored:
        yield "不计入总分"
    if item.reverse:
        yield "反向计分"
    for each in item.critical:
        sign = {"==": "等于", ">=": "不低于", "<=": "不高于"}[each.op]
        yield f"{sign} {each.value} 分：{KINDS[each.kind]}"


def _scoring(instrument: Instrument) -> Iterator[Table]:
    zh = {scale.id: scale.zh for scale in instrument.scales}
    by_id = instrument.by_id
    yield table("怎样计分", ("分数", "由哪些题得出", "办法", "缺题", "范围"), [
        (scale.zh, _of(scale, by_id, zh), METHODS[scale.method].format(factor=scale.factor, at_least=scale.at_least),
         "" if scale.parts else BLANKS[scale.blanks].format(max_missing=scale.max_missing),
         f"{_number(scale.low)}–{_number(scale.high)}")
        for scale in instrument.scales
    ])
    for norm in instrument.norms:
        yield {**table(norm.zh, ("分数", "范围", "含义"), [
            (zh.get(name, ""), f"{_number(band.start)}–{_number(band.end)}", band.zh)
            for name, bands in norm.bands.items() for band in bands
        ]), "notes": list(_notes(norm))}
    if instrument.validity:
        yield table("什么时候结果不可信", ("情形",), [(each.zh,) for each in instrument.validity])
    if instrument.changes:
        yield table("前后两次差多少才算变化", ("分数", "相差", "依据"), [
            (zh.get(name, ""), f"{each.points:g} 分以上", each.source) for name, each in instrument.changes.items()
        ])


def _notes(norm: Norm) -> Iterator[str]:
    sexes = "、".join(SEXES[each] for each in norm.sexes)
    yield f"人群：{norm.population}；{_ages(norm.youngest, norm.oldest)}{f'；{sexes}' if sexes else ''}。"
    yield f"出处：{norm.citation}。"
    if norm.alternative:
        yield "备用的分段：平时不用，只供对照。"
    if norm.caution:
        yield norm.caution


def _of(scale: Scale, items: Mapping[str, Item], zh: Mapping[str, str]) -> str:
    if scale.parts:
        return "、".join(zh.get(part, "") for part in scale.parts)
    return f"第 {_span([items[id].number for id in scale.items if id in items])} 题"


def _span(numbers: list[str]) -> str:
    """1–9, or one by one where they don't follow each other."""
    if len(numbers) > 2 and all(each.isdecimal() for each in numbers):
        found = [int(each) for each in numbers]
        if found == list(range(found[0], found[0] + len(found))):
            return f"{found[0]}–{found[-1]}"
    return "、".join(numbers)


def _ages(youngest: int, oldest: int) -> str:
    low, high = youngest // YEAR, oldest // YEAR
    return f"{low}–{high} 周岁" if high < 99 else f"{low} 周岁以上"


def _named(codes: Any, roles: Mapping[str, str]) -> str:
    return "、".join(roles[code] for code in codes if code in roles)


def _number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
