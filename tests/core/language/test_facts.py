from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.core.language.world import VOCABULARY, fact
from tongxin.core.language import (
    BOOL,
    INT,
    FactError,
    decimal,
    names,
    parse,
    read_facts,
    read_type,
    records,
    value_names,
)


def read(**answers: Any) -> dict[str, Any]:
    return read_facts(answers, vocabulary=VOCABULARY)


class TestReadFacts:
    def test_turns_written_answers_into_values(self) -> None:
        found = read(birth="2012-02-29", income="12.50", categories=["poor"], carers=[{"born": "1980-01-01"}])
        assert found == {
            "birth": datetime.date(2012, 2, 29),
            "income": Decimal("12.50"),
            "categories": frozenset(["poor"]),
            "carers": [{"born": datetime.date(1980, 1, 1)}],
        }

    def test_keeps_gaps_and_leaves_out_strangers(self) -> None:
        assert read(total=None, nobody_knows=1) == {"total": None}

    @pytest.mark.parametrize(
        ("answers", "name"),
        [
            ({"total": "3"}, "total"),
            ({"total": True}, "total"),
            ({"total": 3.0}, "total"),
            ({"total": 10**10}, "total"),
            ({"present": 1}, "present"),
            ({"income": 0.1}, "income"),
            ({"income": "0.001"}, "income"),
            ({"income": "NaN"}, "income"),
            ({"income": "好"}, "income"),
            ({"birth": "2012-02-30"}, "birth"),
            ({"birth": "20120229"}, "birth"),
            ({"category": "uncle"}, "category"),
            ({"categories": "poor"}, "categories"),
            ({"categories": ["uncle"]}, "categories"),
            ({"categories": [["poor"]]}, "categories"),
            ({"carers": {"years": 1}}, "carers"),
            ({"carers": [3]}, "carers[0]"),
            ({"carers": [{}, {"years": "3"}]}, "carers[1].years"),
        ],
    )
    def test_refuses_what_does_not_fit_and_names_it(self, answers: dict[str, Any], name: str) -> None:
        with pytest.raises(FactError) as refusal:
            read(**answers)
        assert refusal.value.name == name
        assert refusal.value.zh


class TestTypes:
    def test_are_read_as_written(self) -> None:
        assert read_type("int") == INT
        assert read_type("decimal(2)") == decimal(2)

    @pytest.mark.parametrize("text", ["float", "decimal", "decimal(9)", "records"])
    def test_unknown_ones_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"类型|小数位数"):
            read_type(text)

    def test_a_list_holds_no_list(self) -> None:
        with pytest.raises(ValueError, match="不能再是集合或列表"):
            records({"inner": fact(records({"told": fact(BOOL, "说过")}), "里面")})


class TestNames:
    def test_facts_and_constants_are_told_apart_and_fields_left_out(self) -> None:
        rule = parse("total > value.limit or any(carers where years > item.9)", vocabulary=VOCABULARY)
        assert names(rule) == {"total", "item.9", "carers"}
        assert value_names(rule) == {"limit"}
