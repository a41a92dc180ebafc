"""The calibration as rows of a file: the figures, and what each means."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tongxin.supervision.calibration import CalibrationRules, Line
from tongxin.web.words import day_zh

HIDDEN, FEW = "不显示", "太少，不算"
Rows = list[tuple[str, ...]]


def rows(told: Mapping[str, Any], columns: Sequence[str]) -> Rows:
    """A heading and one row for each figure: table, row, column, number, unit."""
    found: Rows = [("表", "行", "列", "数", "单位")]
    for each in told["yields"]:
        found += [(each["zh"], "", step["zh"], _said(step["n"]), "人") for step in each["steps"]]
        found.append((each["zh"], "", "评估后没有确认的", FEW if each["false"] is None else str(each["false"]), "%"))
    for each in told["tables"]:
        for line in (*each["lines"], *([each["total"]] if each["total"] else [])):
            found += _line(each["zh"], line, columns)
    for each in told["drift"]:
        row, zh = each["row"], f"{each['zh']}（{each['row'].version}）"
        positive = HIDDEN if row.positive is None else str(row.positive)
        found += [
            (zh, row.quarter, "份数", str(row.sheets), "份"), (zh, row.quarter, "平均分", str(row.mean), "分"),
            (zh, row.quarter, "达到界值", positive, "%"),
        ]
    return found


def _line(zh: str, line: Line, columns: Sequence[str]) -> Rows:
    told = zip((*columns, "合计"), (*line.counts, line.total), strict=True)
    return [(zh, line.zh, column, _said(n), "人") for column, n in told]


def _said(n: int | None) -> str:
    return HIDDEN if n is None else str(n)


def about(found: CalibrationRules, *, place: str, first: date, last: date) -> Rows:
    """The place, the days, and how each figure is reckoned."""
    return [
        ("地方", place), ("统计期", f"{day_zh(first)}至{day_zh(last)}"),
        (f"“不显示”：少于 {found.small_under} 人的，和能推算出它的数。",), (), ("表", "怎么算"),
        *((zh, means) for zh, means in found.measures.values()), ("依据", found.source),
    ]
