from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.language.author import conditions
from tests.core.language.engines import Browser
from tests.core.language.world import SHEETS, VALUES, VOCABULARY
from tongxin.core.language import RuleError, branches, evaluate, explain, parse, read_facts


def read(text: str) -> Any:
    return parse(text, vocabulary=VOCABULARY, values=VALUES)


class TestWording:
    def test_says_which_conditions_decided(self) -> None:
        found = explain(
            read("item.9 >= 1 or total >= 20 and present"), {"item.9": 0, "total": 23, "present": True}
        )
        assert found.zh == "成立（“总分” 不低于 20：成立；“见到本人”：成立）"
        assert found.would_change == ("若不再成立：“总分” 不低于 20", "若不再成立：“见到本人”")

    def test_says_what_is_missing(self) -> None:
        found = explain(read("item.9 >= 1 or total >= 20"), {"total": 3})
        assert found.verdict is None
        assert found.missing == ("item.9",)
        assert found.would_change == ("补全后再看：“第9题” 不低于 1",)

    def test_never_quotes_an_answer_in_its_wording(self) -> None:
        found = explain(read("category == orphan"), {"category": "poor"})
        assert found.zh == "不成立（“主要类别” 是 孤儿：不成立）"
        assert found.whole.known == ("主要类别：低保",)

    def test_only_conditions_can_be_explained(self) -> None:
        with pytest.raises(ValueError, match="只有条件"):
            explain(read("total + 1"), {})

    @pytest.mark.parametrize(
        ("text", "zh"),
        [
            ("not (total > value.limit)", "“总分” 不超过 期限 30"),
            ("category not in [orphan, poor]", "“主要类别”不属于（孤儿、低保）"),
            ("total between 5 and 9", "“总分”在 5 至 9 之间"),
            ("orphan in categories", "“类别”包括孤儿"),
            ("categories overlaps [orphan, poor]", "“类别”包括（孤儿、低保）中的至少一项"),
            ("total is not missing", "“总分”已填"),
            ("count(signs where answer == often) >= 2", "“体征”中符合的条数（“频率” 是 经常） 不低于 2"),
            ("any(carers where lives_with)", "“照料人”中至少一条（“同住”）"),
            ("max(years of carers) < 2", "“照料人”中“年限”的最大值 低于 2"),
            ("age(birth, on) < 12", "“出生日期”至“评估日”的周岁 低于 12"),
            ("total * 2 - 1 > 3", "（（“总分” × 2） - 1） 超过 3"),
            ("not (present and in_school)", "并非（“见到本人”，且“在校”）"),
        ],
    )
    def test_reads_as_chinese(self, text: str, zh: str) -> None:
        assert explain(read(text), {}).whole.zh == zh


RELAXED = settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


def rule_or_none(text: str) -> Any:
    try:
        return read(text)
    except RuleError:
        return None


@RELAXED
@given(text=conditions(), sheet=SHEETS, others=st.lists(SHEETS, min_size=6, max_size=6))
def test_nothing_else_changes_the_verdict(
    text: str, sheet: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    rule = rule_or_none(text)
    if rule is None:
        return
    facts = read_facts(sheet, vocabulary=VOCABULARY)
    found = explain(rule, facts)
    assert found.verdict is evaluate(rule, facts)
    named = {name for part in found.deciding for name in part.names}
    for other in others:
        changed = read_facts(other, vocabulary=VOCABULARY)
        kept = {name: facts.get(name) for name in named}
        assert evaluate(rule, {**changed, **kept}) is found.verdict


@RELAXED
@given(text=conditions(), sheets=st.lists(SHEETS, min_size=1, max_size=8))
def test_the_browser_gives_the_same_reasons(
    engines: dict[str, Any], text: str, sheets: list[dict[str, Any]]
) -> None:
    rule = rule_or_none(text)
    if rule is None:
        return
    browser: Browser = engines["browser"]
    expected = [explain(rule, read_facts(sheet, vocabulary=VOCABULARY)) for sheet in sheets]
    told = [
        {
            "verdict": each.verdict,
            "deciding": [{"zh": part.zh, "verdict": part.verdict} for part in each.deciding],
        }
        for each in expected
    ]
    assert browser.explanations([rule], sheets) == [told]


@RELAXED
@given(text=conditions(), sheets=st.lists(SHEETS, min_size=1, max_size=8))
def test_branches_together_are_the_rule(text: str, sheets: list[dict[str, Any]]) -> None:
    rule = rule_or_none(text)
    if rule is None:
        return
    alternatives = branches(rule)
    for sheet in sheets:
        facts = read_facts(sheet, vocabulary=VOCABULARY)
        whole = evaluate(rule, facts)
        assert any(evaluate(each, facts) is True for each in alternatives) == (whole is True)
