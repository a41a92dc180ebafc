"""`tongxin score` over many files: a progress bar, then what came of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tongxin.batch.engines import Limits
from tongxin.batch.folder import PARTS, FolderOutcome, score_folder
from tongxin.batch.inputs import Input
from tongxin.batch.manifest import Part
from tongxin.batch.problems import PROBLEMS, write_problems
from tongxin.batch.report import PAGE, WORKBOOK, write_report
from tongxin.batch.request import Request
from tongxin.commands.score_instruments import smallest_told
from tongxin.commands.score_telling import MOST_NAMED, rows_named, say, tell_unasked

MOST_FILES = 20
SUMMARY = "summary"


def score_many(
    request: Request,
    paths: Sequence[Path],
    out: Path,
    *,
    definition: Mapping[str, Any],
    bounds: Limits,
    master: str = "",
) -> bool:
    """Whether everything was understood; the result, the list of problems and the summary stand in `out`."""
    with tqdm(unit="B", unit_scale=True, desc="计分", file=sys.stderr, disable=None) as bar:

        def tell(each: Input) -> None:
            bar.update(each.path.stat().st_size)

        outcome = score_folder(
            request, paths, out, definition=definition, bounds=bounds, master=master, tell=tell
        )
    lines = 0 if outcome.stopped else write_problems(outcome, out)
    _tell(request, outcome, out, lines)
    if outcome.parts and not outcome.stopped:
        known = {request.instrument.id: request.instrument}
        write_report(known, out, out / SUMMARY, at_least=smallest_told(), bounds=bounds)
        say(f"汇总在 {out.name}/{SUMMARY}/{PAGE} 和 {WORKBOOK} 里，没有姓名和编号。")
    return outcome.is_whole


def _tell(request: Request, outcome: FolderOutcome, out: Path, lines: int) -> None:
    say(f"{request.instrument.zh}：{len(outcome.parts)} 个文件，{outcome.rows} 行已写入 {out.name}/{PARTS}。")
    if outcome.resumed:
        say(f"其中 {outcome.resumed} 个文件上次已经做完，没有重做。")
    if outcome.stopped:
        say(outcome.stopped)
    tell_unasked(outcome.unasked)
    if outcome.failures:
        say(f"有 {len(outcome.failures)} 个文件没有计分：")
    for name, zh in list(outcome.failures.items())[:MOST_FILES]:
        say(f"  {name}：{zh}")
    odd = [part for part in outcome.parts if part.rejections or part.dropped or part.short]
    if odd:
        say(f"有 {len(odd)} 个文件里有看不懂的内容；看不懂的格按未作答处理，没有当作 0，其余各行都已写出：")
    for part in odd[:MOST_FILES]:
        _tell_part(part)
    _tell_repeats(outcome)
    if outcome.others:
        say(f"另有 {len(outcome.others)} 个文件不是 .csv、.parquet、.xlsx，没有看。")
    if lines:
        say(f"每一处都在 {out.name}/{PROBLEMS} 里，可用表格软件打开核对。")


def _tell_part(part: Part) -> None:
    for column, (cells, rows) in part.rejections.items():
        say(f"  {part.name}：“{column}”列 {cells} 格不在量表选项里（第 {rows_named(rows)} 行数据）")
    if part.dropped:
        say(f"  {part.name}：第 {rows_named(part.dropped)} 行数据的格数比表头多，没有计分、没有写出")
    if part.short:
        say(f"  {part.name}：第 {rows_named(part.short)} 行数据的格数比表头少，缺的格按未作答处理，请核对有没有错位")


def _tell_repeats(outcome: FolderOutcome) -> None:
    found = outcome.repeats
    if found.ids:
        say(f"有 {found.ids} 个编号重复，共 {found.rows} 行；每一行都已计分写出，没有合并：")
    for places in found.places[:MOST_NAMED]:
        say("  " + " 与 ".join(f"{file} 第 {row} 行数据" for file, row in places))
    if found.nameless:
        say(f"注意：有 {found.nameless} 行没有编号；都已计分写出，但认不出是谁的。")
