"""A rule that can't be accepted says where, why and what to write instead, in Chinese."""

from __future__ import annotations

import re

import pytest

from tests.core.language.world import VOCABULARY, fact
from tongxin.core.language import (
    BOOL,
    CODE,
    INT,
    Kind,
    RuleError,
    Vocabulary,
    bind,
    evaluate,
    parse,
    records,
    to_json,
    to_sql,
)

REFUSED = [
    ("", 0, "空的"),
    ("total >=", 8, "没有写完"),
    ("total = 3", 6, "不认识的符号"),
    ("total >= 3 total", 11, "不该出现"),
    ("total / 2 > 1", 6, "不认识的符号"),
    ("total ≥ 3", 6, "不认识的符号"),
    ("（total >= 3）", 0, "全角符号"),
    ("total >= 3，present", 10, "全角符号"),
    ("总分 >= 3", 0, "不认识的字"),
    ("category == 'orphan", 12, "不认识的符号"),
    ("(total >= 3", 11, "没有写完"),
    ("total >= 3)", 10, "不该出现"),
    ("1 < total < 5", 10, "不该出现"),
    ("total >= 3x", 9, "数字写法"),
    ("income >= 1.2345678", 10, "小数超过"),
    ("ratio * 0.01 * 700.1 >= 1", 13, "可能超出可精确计算的范围"),
    ("on >= 2026-02-30", 6, "没有 2026-02-30 这一天"),
    ("totl >= 3", 0, "不认识“totl”"),
    ("total >= value.gone", 9, "不认识“value.gone”"),
    ("category == uncle", 12, "没有选项“uncle”"),
    ("category in [orphan, 'uncle']", 21, "没有选项“uncle”"),
    ("category in []", 12, "方括号里没有内容"),
    ("category in [orphan poor]", 20, "不该出现"),
    ("category in [other]", 13, "方括号里只能写常数"),
    ("category > orphan", 9, "没有大小"),
    ("present >= yes", 8, "没有大小"),
    ("total == yes", 6, "不能拿"),
    ("total == on", 6, "不能拿"),
    ("category == 3", 12, "这里要代码"),
    ("total and present", 0, "这里要一个条件"),
    ("not total", 4, "这里要一个条件"),
    ("present + 1 > 2", 0, "这里要数字"),
    ("age(total, on) > 2", 4, "这里要日期"),
    ("age(birth) > 2", 9, "不该出现"),
    ("category between 1 and 2", 9, "between 用在了"),
    ("total between 1 or 2", 16, "不该出现"),
    ("present in [yes]", 0, "in 不能用在"),
    ("orphan in category", 10, "这里要代码集合"),
    ("category overlaps [orphan]", 0, "这里要代码集合"),
    ("categories == orphan", 11, "不能直接比较"),
    ("carers == 3", 7, "不能直接比较"),
    ("count(total) > 1", 6, "这里要列表"),
    ("count(carers where years) > 1", 19, "这里要一个条件"),
    ("any(carers where count(signs) > 1)", 17, "不能再数列表"),
    ("max(relation of carers) == father", 4, "没有大小"),
    ("max(years) > 1", 9, "不该出现"),
    ("years > 1", 0, "不认识“years”"),
    ("sum(years of carers) > 1", 0, "没有“sum”这个算法"),
    ("total is 3", 9, "不该出现"),
    ("total * total * total > 1", 14, "精确计算的范围"),
    ("(" * 50 + "present" + ")" * 50, 40, "层"),
    ("not " * 60 + "present", 160, "层"),
    ("total" + " + total" * 80 + " > 1", None, "超过 60 项"),
    ("total > 1 or " * 2000 + "present", 8000, "8000 个字符"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=[text[:40] for text, _, _ in REFUSED])
def test_a_refusal_names_place_reason_and_cure(text: str, position: int | None, reason: str) -> None:
    with pytest.raises(RuleError) as refusal:
        parse(text, vocabulary=VOCABULARY)
    error = refusal.value
    assert reason in error.zh
    assert position is None or error.position == position
    assert re.search("[\u4e00-\u9fff]", error.cure) and error.text == text
    assert str(error) == f"规则第 {error.position + 1} 个字符处：{error.zh}。{error.cure}。"


def test_a_word_that_is_fact_and_option_is_refused() -> None:
    both = Vocabulary(
        facts={"kind": fact(CODE, "类别", {"poor": "低保"}), "poor": fact(CODE, "另一事实", {"poor": "低保"})}
    )
    with pytest.raises(RuleError, match="既是事实又是选项"):
        parse("kind == poor", vocabulary=both)
    assert evaluate(parse("kind == 'poor'", vocabulary=both), {"kind": "poor"}) is True


def test_another_kind_of_answer_than_wanted_is_refused() -> None:
    with pytest.raises(RuleError, match="给出的是整数，这里要是否"):
        parse("total + 1", vocabulary=VOCABULARY, gives=Kind.BOOL)


def test_a_misspelt_fact_brings_the_likely_one_first() -> None:
    with pytest.raises(RuleError) as refusal:
        parse("categorie == orphan", vocabulary=VOCABULARY)
    assert "categories" in refusal.value.cure.split("：")[1].split("、")[:2]


@pytest.mark.parametrize("value", [None, True, "30", 1.5, 10**10])
def test_a_constant_of_the_wrong_kind_is_refused(value: object) -> None:
    rule = parse("total > value.limit", vocabulary=VOCABULARY)
    values = {} if value is None else {"limit": value}
    with pytest.raises(RuleError) as refusal:
        bind(rule, values=values)  # type: ignore[arg-type]
    assert refusal.value.position == 8 and "value.limit" in refusal.value.zh


def test_a_rule_without_its_constants_answers_nothing() -> None:
    rule = parse("total > value.limit", vocabulary=VOCABULARY)
    with pytest.raises(RuleError, match="还没有按日期取值"):
        evaluate(rule, {"total": 3})
    with pytest.raises(RuleError, match="还没有按日期取值"):
        to_sql(rule, columns={"total": "total"}, dialect="sqlite")
    with pytest.raises(RuleError, match="还没有按日期取值"):
        to_json(rule)


def test_sealed_facts_never_reach_a_where_clause() -> None:
    field = {"told": fact(BOOL, "说过"), "word": fact(INT, "原话", sealed=True)}
    vocabulary = Vocabulary(
        facts={
            "item.9": fact(INT, "第9题", sealed=True),
            "talks": fact(records(field), "谈话"),
            "n": fact(INT, "数"),
        }
    )
    columns = {name: f'"{name}"' for name in vocabulary.facts}
    for text in (
        "n > 1 or item.9 >= 1",
        "item.9 is missing",
        "any(talks where word > 1)",
        "max(word of talks) > 1",
    ):
        rule = parse(text, vocabulary=vocabulary)
        with pytest.raises(RuleError, match="密封内容"):
            to_sql(rule, columns=columns, dialect="postgresql")
        assert to_sql(rule, columns=columns, dialect="postgresql", opened=True)
    assert to_sql(parse("any(talks where told)", vocabulary=vocabulary), columns=columns, dialect="duckdb")


def test_a_fact_without_a_column_is_named() -> None:
    with pytest.raises(RuleError, match="“总分”在这里没有对应的列"):
        to_sql(parse("total > 1", vocabulary=VOCABULARY), columns={}, dialect="sqlite")
