"""Figures as rows of a table, with what each means beside them."""

from collections.abc import Iterable, Mapping

from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.hiding import Path
from tongxin.core.indicators.sets import LEVELS
from tongxin.indicators.figures import HIDDEN, NOTHING, SPLIT, Figure, Figures

HEADS = ("组", "指标", "分项", "层级", "代码", "地方", "数", "单位", "分子", "分母")
MEANINGS = ("指标", "编号", "单位", "怎么算", "分子", "分母", "注意", "来源", "算到哪一级")
LEVELS_ZH = {"province": "省", "city": "市", "county": "区县", "town": "乡镇", "village": "村居"}
WHOLE = "全部"


def said(figure: Figure) -> str:
    """The figure as text: the number, or why there is none."""
    if figure.state == NOTHING:
        return "没有记录"
    if figure.state == SPLIT:
        return "见各项"
    return "不显示" if figure.state == HIDDEN or figure.value is None else f"{figure.value.normalize():f}"


def rows_of(
    groups: Iterable[Group], figures: Mapping[str, Figures], names: Mapping[str, str], *, lowest: str
) -> list[tuple[str, ...]]:
    """A heading and one row for each figure, at all places down to a level."""
    rows: list[tuple[str, ...]] = [HEADS]
    deepest = LEVELS.index(lowest) + 1
    for group in groups:
        for each in group.indicators:
            for path, figure in sorted(figures[each.id].items(), key=lambda item: _order(item[0])):
                if len(path) <= deepest:
                    rows.extend(_lines(group, each, path, figure, names))
    return rows


def _lines(
    group: Group, indicator: Indicator, path: Path, figure: Figure, names: Mapping[str, str]
) -> Iterable[tuple[str, ...]]:
    code = str(path[-1] or "") if path else ""
    level = LEVELS_ZH[LEVELS[len(path) - 1]] if path else WHOLE
    name = names.get(code, code) if code else (WHOLE if not path else "没有登记到这一级")
    place = (level, code, name)
    both = ("" if figure.met is None else str(figure.met), "" if figure.base is None else str(figure.base))
    yield (group.zh, indicator.zh, "", *place, said(figure), indicator.unit, *both)
    for part in indicator.parts:
        many = figure.parts.get(part.code)
        told = "不显示" if many is None else str(many)
        yield (group.zh, indicator.zh, part.zh, *place, told, indicator.unit, "", "")


def meanings(groups: Iterable[Group]) -> list[tuple[str, ...]]:
    """A heading and what each indicator means."""
    return [MEANINGS, *(
        (each.zh, each.id, each.unit, each.means, each.met_zh, each.base_zh, each.caveat, each.source,
         LEVELS_ZH[each.level])
        for group in groups for each in group.indicators
    )]


def _order(path: Path) -> tuple[tuple[bool, str], ...]:
    return tuple((each is None, str(each)) for each in path)
