"""What `tongxin score` says at its end: counts and places, never an id or an answer."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tongxin.batch.cells import canonical
from tongxin.batch.remarks import Remarks
from tongxin.batch.request import Request
from tongxin.batch.score import Outcome

MOST_NAMED = 10


def tell_file(request: Request, outcome: Outcome, out: Path, *, recode: Mapping[str, str]) -> None:
    """What came of one file."""
    say(f"{request.instrument.zh}：{outcome.rows} 行已写入 {out.name}。")
    tell_unasked(outcome.unasked)
    if outcome.rejections:
        cells = sum(rejection.cells for rejection in outcome.rejections)
        say(f"有 {cells} 格的代码不在量表选项里，按未作答处理，没有当作 0：")
    for rejection in outcome.rejections:
        say(f"  “{rejection.column}”列 {rejection.cells} 格（第一处在第 {rejection.first_row} 行数据）")
    if outcome.dropped:
        say(f"有 {len(outcome.dropped)} 行的格数比表头多，分不清哪一格是哪一题，没有计分、没有写出：")
        say(f"  第 {rows_named(outcome.dropped)} 行数据")
    if outcome.short:
        say(f"有 {len(outcome.short)} 行的格数比表头少，缺的格按未作答处理；中间漏一格，后面的答案会错位，请核对原表：")
        say(f"  第 {rows_named(outcome.short)} 行数据")
    if outcome.rejections:
        say("请核对原表；若代码另有约定，用 --recode 写明后重新计分。")
    _remark(outcome.remarks, recode)


def tell_unasked(unasked: Sequence[str]) -> None:
    if unasked:
        say(f"注意：没有第 {'、'.join(unasked)} 题的列，这些危险条目没有检查。")


def rows_named(rows: Sequence[int]) -> str:
    """The first few of many rows."""
    shown = "、".join(str(row) for row in rows[:MOST_NAMED])
    return f"{shown}……" if len(rows) > MOST_NAMED else shown


def say(zh: str) -> None:
    print(zh, file=sys.stderr)


def _remark(found: Remarks, recode: Mapping[str, str]) -> None:
    """What is odd, in counts: an id may be a person's, so none is shown."""
    if found.unused:
        unused = "、".join(f"{code}={to}" for code, to in recode.items() if canonical(code) in found.unused)
        say(f"注意：--recode 里有 {len(found.unused)} 项没有用到：{unused}。各列里没有这些代码，请核对是不是写错了。")
    if found.repeated_ids:
        zh = f"注意：编号列有 {found.repeated_ids} 个编号重复，共 {found.repeated_rows} 行；"
        say(f"{zh}每一行都已计分写出，没有合并：")
        say(f"  第 {rows_named(found.repeated_places)} 行数据")
    if found.nameless_rows:
        say(f"注意：有 {found.nameless_rows} 行没有编号；都已计分写出，但认不出是谁的。")
