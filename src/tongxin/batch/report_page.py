"""The summary as one page that needs nothing beside it, on a screen or on paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tongxin.batch.charts import bars, legend, number, share, stacked
from tongxin.batch.summary import Summary, Table
from tongxin.core.screening import Line

MOST_BARS = 40
STYLE = """
body{margin:0 auto;max-width:60rem;padding:1.5rem;color:#1d2733;background:#fff;line-height:1.6;
font:16px/1.6 "PingFang SC","HarmonyOS Sans SC","Source Han Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .25rem;padding-top:1rem;
border-top:1px solid #c9d1d9}
p{margin:.25rem 0}.means,.legend{color:#4a5865}.figures{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0}
.figures div{min-width:9rem}.figures b{display:block;font-size:1.6rem;line-height:1.3}
svg{width:100%;height:auto;max-width:47.5rem;display:block;margin:.5rem 0}svg text{font-size:14px;fill:#1d2733}
.legend span{margin-right:1rem;white-space:nowrap}.legend i{display:inline-block;width:.9em;
height:.9em;margin-right:.3em;border:1px solid #75828e;vertical-align:-.1em}.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.95rem;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid #c9d1d9;padding:.3rem .6rem;text-align:right;vertical-align:bottom}
th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #4a5865}
dl{margin:.5rem 0}dt{font-weight:600;float:left;clear:left;margin-right:.6rem}dd{margin:0 0 .25rem}
@page{size:A4;margin:15mm}@media print{body{max-width:none;padding:0;font-size:11pt}h2{break-after:avoid}
svg,tr,.figures{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def page(summary: Summary, *, title: str, facts: Sequence[tuple[str, str]], at_least: int) -> str:
    """The whole page; `facts` say which instrument, norm and source stand behind the numbers."""
    whole = summary.tables[0].lines[0]
    shown = [
        f"<h1>{escape(title)}</h1>",
        "<p>只有份数，没有姓名和编号。提示需要进一步评估，不是诊断。</p>",
        _figures(summary, whole),
        *(_section(table) for table in summary.tables),
        _definitions(summary, facts, at_least),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    head = f'<!doctype html><html lang="zh-CN"><head>{head}<style>{STYLE}</style></head>'
    return f'{head}<body>{"".join(shown)}</body></html>'


def _figures(summary: Summary, whole: Line) -> str:
    mean, spread, many = summary.total
    figures = [("答卷", number(summary.rows), "计分的行数")]
    by_code = dict(zip((column.code for column in summary.tables[0].columns), whole.counts, strict=True))
    figures.append(("没有答完", number(by_code["incomplete"]), "没有总分"))
    if mean is not None:
        figures.append(("平均总分", f"{mean:.2f}", f"标准差 {spread or 0:.2f}，{many:,} 份答完的"))
    shown = (f"<div><b>{value}</b>{zh}<br><small>{means}</small></div>" for zh, value, means in figures)
    return f'<div class="figures">{"".join(shown)}</div>'


def _section(table: Table) -> str:
    if len(table.lines) == 1 and len(table.columns) > 2:
        drawn = bars(table, table.lines[0])
    else:
        drawn = legend(table) + stacked(table, table.lines[:MOST_BARS])
    head = f'<h2>{escape(table.zh)}</h2><p class="means">{escape(table.means)}</p>'
    return f"<section>{head}{drawn}{_grid(table)}</section>"


def _grid(table: Table) -> str:
    head = "".join(f"<th>{escape(column.zh)}</th>" for column in table.columns)
    rows = (
        f"<tr><th>{escape(line.zh)}</th>"
        + "".join(f"<td>{number(count)}{share(count, line.total)}</td>" for count in line.counts)
        + f"<td>{number(line.total)}</td></tr>"
        for line in table.lines
    )
    thead = f"<thead><tr><th></th>{head}<th>合计</th></tr></thead>"
    return f'<div class="wide"><table>{thead}<tbody>{"".join(rows)}</tbody></table></div>'


def _definitions(summary: Summary, facts: Sequence[tuple[str, str]], at_least: int) -> str:
    columns = {column.zh: column.means for table in summary.tables for column in table.columns}
    hidden = f"少于 {at_least} 份，或由它能推算出这样的小数字，不显示。"
    told = [*facts, *columns.items(), ("—", hidden), ("百分数", "占这一行合计的份额。")]
    listed = "".join(f"<dt>{escape(zh)}</dt><dd>{escape(means)}</dd>" for zh, means in told)
    return f"<section><h2>每个数字是什么</h2><dl>{listed}</dl></section>"
