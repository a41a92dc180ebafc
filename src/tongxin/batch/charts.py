"""Counts as bars: drawings that stand in a page by themselves, with each number written beside its bar."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tongxin.batch.summary import Table
from tongxin.core.screening import Line

WIDTH, ROW, LABEL, NUMBER = 760, 30, 190, 110
SHADES = ("#dbe7f1", "#b3cce0", "#86abc9", "#5787ae", "#2d638f", "#1b4a70", "#0f3350")
GREYS = ("#d5dade", "#b4bcc3", "#8f99a3")
NOT_TOLD = "—"
LONGEST = 12


def bars(table: Table, line: Line) -> str:
    """One bar for each count of a line."""
    most = max((count or 0 for count in line.counts), default=0) or 1
    drawn = []
    for place, (column, count) in enumerate(zip(table.columns, line.counts, strict=True)):
        top, width = place * ROW, round((WIDTH - LABEL - NUMBER) * (count or 0) / most)
        drawn.append(_text(LABEL - 10, top, column.zh, anchor="end"))
        drawn.append(_bar(LABEL, top, width, _shades(table)[place]))
        drawn.append(_text(LABEL + width + 8, top, number(count) + share(count, line.total)))
    return _drawing(drawn, len(table.columns) * ROW, f"{table.zh}：{line.zh}")


def stacked(table: Table, lines: Sequence[Line]) -> str:
    """One bar for each line, all as long as the whole, parted by the counts that are told."""
    drawn = []
    for place, line in enumerate(lines):
        top, at = place * ROW, float(LABEL)
        drawn.append(_text(LABEL - 10, top, line.zh, anchor="end"))
        for shade, count in zip(_shades(table), line.counts, strict=True):
            width = (WIDTH - LABEL - NUMBER) * (count or 0) / (line.total or 1)
            drawn.append(_bar(at, top, width, shade))
            at += width
        drawn.append(_text(WIDTH - NUMBER + 8, top, f"{number(line.total)} 份"))
    return _drawing(drawn, len(lines) * ROW, table.zh)


def legend(table: Table) -> str:
    """What each shade stands for."""
    marks = (
        f'<span><i style="background:{shade}"></i>{escape(column.zh)}</span>'
        for shade, column in zip(_shades(table), table.columns, strict=True)
    )
    return f'<p class="legend">{"".join(marks)}</p>'


def number(count: int | None) -> str:
    return NOT_TOLD if count is None else f"{count:,}"


def share(count: int | None, total: int | None) -> str:
    """The share of the total, or nothing where one of the two is not told."""
    return "" if count is None or not total else f"（{count / total:.1%}）"


def _shades(table: Table) -> list[str]:
    """Darker for worse, grey for what has no band."""
    greys = {column.code: GREYS[place] for place, column in enumerate(table.columns[-3:])}
    plain = [column for column in table.columns if column.code not in ("no_norm", "incomplete", "invalid", "none")]
    step = (len(SHADES) - 1) / max(len(plain) - 1, 1)
    dark = {column.code: SHADES[round(place * step)] for place, column in enumerate(plain)}
    if len(plain) == 1:
        dark[plain[0].code] = SHADES[4]
    return [dark.get(column.code) or greys[column.code] for column in table.columns]


def _bar(left: float, top: float, width: float, shade: str) -> str:
    return f'<rect x="{left:.1f}" y="{top + 5}" width="{max(width, 0):.1f}" height="{ROW - 10}" fill="{shade}"/>'


def _text(left: float, top: float, text: str, *, anchor: str = "start") -> str:
    shown = text if len(text) <= LONGEST or anchor == "start" else f"{text[: LONGEST - 1]}…"
    return f'<text x="{left:.1f}" y="{top + ROW / 2 + 5}" text-anchor="{anchor}">{escape(shown)}</text>'


def _drawing(drawn: Sequence[str], height: int, says: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {max(height, 1)}" role="img" aria-label="{escape(says, quote=True)}">'
    return f"{head}{''.join(drawn)}</svg>"
