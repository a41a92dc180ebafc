"""What the definition of dashboards must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import MULTIPLES, PARTS, TREND, read
from tongxin.core.indicators.definition import SUM
from tongxin.core.indicators.definition import read as read_group
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.definition_cases import Get


def check_dashboards(content: Mapping[str, Any], get: Get) -> None:
    """Nothing, when every chart can be drawn; else where it fails and how to mend it."""
    found = read(content)
    groups = (read_group(get("indicators", id)) for id in found.groups)
    known = {each.id: each for group in groups for each in group.indicators}
    for at, board in enumerate(found.boards):
        for number, card in enumerate(board.cards):
            for id in card.indicators:
                if wrong := cannot(card.chart, known.get(id)):
                    raise DefinitionError(
                        f"boards[{at}].cards[{number}].indicators", f"“{id}”{wrong[0]}", wrong[1]
                    )


def cannot(chart: str, indicator: Indicator | None) -> tuple[str, str] | None:
    """Why a chart can't show an indicator, and the cure; None when it can."""
    if indicator is None:
        return "不在 groups 写的这几组指标里", "写这几组里的编号，或加上它那一组"
    if chart == PARTS:
        return None if indicator.parts else ("没有分项", "写分了项的指标")
    if indicator.is_alone:
        return "只有分项，没有合计", "放到 parts 里"
    if chart in (TREND, MULTIPLES):
        return _no_trend(indicator)
    return None


def _no_trend(indicator: Indicator) -> tuple[str, str] | None:
    """A trend adds up to its year, so that what is hidden in one month can be covered by another."""
    if indicator.per or not indicator.during or not indicator.is_additive:
        return "不能按月画", "写有统计期、能相加的数（人、人次、例）或按时率"
    if indicator.count == SUM and indicator.facts.is_protected:
        return "是孩子的数的合计，不能按月画", "写人、人次、例"
    if indicator.is_share and not indicator.about_work:
        return "是关于孩子的比率，不能按月画", "写关于工作的比率"
    return None

