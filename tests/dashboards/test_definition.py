"""What a dashboard's definition is refused for, each with the place and the cure."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.world import library
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.dashboard_checks import check_dashboards


def get(kind: str, id: str) -> Any:
    return library().of(kind, id)[-1].content


def shipped() -> Any:
    return copy.deepcopy(get("dashboards", "dashboards"))


def card(content: Any, chart: str) -> Any:
    return next(each for each in content["boards"][2]["cards"] if each["chart"] == chart)


@pytest.mark.parametrize(("chart", "id", "said"), [
    ("trend", "days_to_close", "不能按月画"), ("trend", "children_girls", "不能按月画"),
    ("trend", "children_open", "不能按月画"), ("multiples", "visits_per_child", "不能按月画"),
    ("trend", "refer_yield", "关于孩子的比率"), ("tiles", "children_by_category", "只有分项"),
    ("parts", "visits", "没有分项"), ("numbers", "nothing", "不在 groups"), ("tiles", "money_given", "不在 groups"),
])
def test_a_chart_that_cannot_be_drawn_is_refused(chart: str, id: str, said: str) -> None:
    content = shipped()
    card(content, chart)["indicators"] = [id]
    with pytest.raises(DefinitionError) as refused:
        check_dashboards(content, get)
    assert said in refused.value.zh and refused.value.path.startswith("boards[2].cards[") and refused.value.cure


def test_steps_and_boards_that_make_no_sense_are_refused() -> None:
    changes: list[Callable[[Any], Any]] = [
        lambda content: content["funnel"]["steps"][2].update(reached="nothing > 2"),
        lambda content: content["funnel"]["steps"][4].update(phase="find"),
        lambda content: content["funnel"]["steps"][3].update(ends_zh="走了"),
        lambda content: content["boards"][0].update(roles=["case_manager"]),
        lambda content: content["boards"][1]["cards"][0].update(chart="pie"),
        lambda content: content.update(small_under=1),
    ]
    for change in changes:
        content = shipped()
        change(content)
        with pytest.raises(DefinitionError):
            check_dashboards(content, get)
    check_dashboards(shipped(), get)
