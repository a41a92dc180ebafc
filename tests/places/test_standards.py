"""Standards are rules: they say what lacks in words, and a definition that can't be meant so isn't taken."""

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.rules.definitions import one
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.place_checks import check_places
from tongxin.lib.site_standards import gaps_of, read_standard

AREA = read_standard({
    "id": "a", "zh": "面积", "kinds": ["k"], "rule": "area >= value.least", "least": 30, "of": "area",
    "name": "面积", "unit": "平方米", "source": "s",
})
Change = Callable[[dict[str, Any]], object]


@given(some.decimals(min_value=1, max_value=200, places=1))
def test_what_lacks_and_what_is_there_make_what_is_asked_for(area: Decimal) -> None:
    gaps = gaps_of([AREA], kind="k", facts={"area": area})
    assert bool(gaps) == (area < 30)
    if gaps:
        assert Decimal(gaps[0].zh.removeprefix("面积还差 ").removesuffix(" 平方米")) + area == 30


def test_what_nobody_wrote_down_is_not_met() -> None:
    (gap,) = gaps_of([AREA], kind="k", facts={})
    assert gap.zh == "还没有登记面积" and gap.is_unknown
    assert gaps_of([AREA], kind="other", facts={}) == []


@pytest.mark.parametrize("change", [
    lambda each: each["standards"][0].update(rule="area >= "),
    lambda each: each["standards"][0].update(rule="area"),
    lambda each: each["standards"][0].update(rule="children >= 3"),
    lambda each: each["standards"][0].update(kinds=["nowhere"]),
    lambda each: each["standards"][0].pop("unit"),
    lambda each: each["standards"][0].update(least=31),
    lambda each: each["cases"][0].update(gaps=[]),
    lambda each: each["cases"][0].update(kind="nowhere"),
    lambda each: each["kinds"].append(each["kinds"][0]),
    lambda each: [key.pop("outside", None) for key in each["keys"]],
    lambda each: each["near"].update(guess=[8, 2, 25, 100]),
    lambda each: each["ages"].update({"from": 19}),
    lambda each: each["findings"][0].update(within={"days": 0}),
    lambda each: each.pop("channel"),
])
def test_a_definition_that_cannot_be_meant_so_is_refused(change: Change) -> None:
    content = copy.deepcopy(dict(one("places")))
    check_places(content)
    change(content)
    with pytest.raises(DefinitionError):
        check_places(content)
