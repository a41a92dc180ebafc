"""Random rules × random answers with gaps: every engine says the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.language.author import rules
from tests.core.language.engines import Engine
from tests.core.language.world import SHEETS, VALUES, VOCABULARY
from tongxin.core.language import RuleError, parse

TOO_LARGE = "这个算式可能超出可精确计算的范围"


def read(texts: list[str]) -> list[Any]:
    """The rules that stay within exact numbers."""
    found = []
    for text in texts:
        try:
            found.append(parse(text, vocabulary=VOCABULARY, values=VALUES))
        except RuleError as error:
            assert error.zh == TOO_LARGE, text
    return found


@settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(texts=st.lists(rules(), min_size=1, max_size=12), sheets=st.lists(SHEETS, min_size=1, max_size=25))
def test_every_engine_gives_the_same_answers(
    engines: dict[str, Engine], texts: list[str], sheets: list[dict[str, Any]]
) -> None:
    agree(engines, texts, sheets)


def agree(engines: dict[str, Engine], texts: list[str], sheets: list[dict[str, Any]]) -> None:
    """Each rule on each sheet: the same answer of the same type from every engine."""
    parsed = read(texts)
    if not parsed:
        return
    expected = engines["python"].answers(parsed, sheets)
    for name, engine in engines.items():
        found = engine.answers(parsed, sheets)
        for rule, one, two in zip(parsed, expected, found, strict=True):
            for sheet, right, answer in zip(sheets, one, two, strict=True):
                assert answer == right and type(answer) is type(right), f"{name}: {rule.text}\n{sheet}"


@pytest.mark.parametrize(
    "text", ["total * item.9 >= 1", "income * income * 9 > ratio", "max(years * years of carers)"]
)
def test_the_largest_numbers_stay_exact(engines: dict[str, Engine], text: str) -> None:
    large = {"total": 10**9, "item.9": -(10**9), "income": "9999999.99", "ratio": "99999.9999"}
    sheets = [large, {**large, "carers": [{"years": 10**9}]}, {**large, "item.9": 10**9}]
    parsed = read([text])
    assert len(parsed) == 1
    answers = {name: engine.answers(parsed, sheets) for name, engine in engines.items()}
    assert all(answer == answers["python"] for answer in answers.values()), answers
