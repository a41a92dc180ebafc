"""The summary of a result, written as a page and as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from tongxin.batch.engines import Limits, duck
from tongxin.batch.errors import TableError
from tongxin.batch.manifest import settle
from tongxin.batch.report_page import page
from tongxin.batch.report_workbook import write_workbook
from tongxin.batch.results import open_result
from tongxin.batch.summary import Summary, summarize
from tongxin.core.instruments.definition import Instrument

PAGE, WORKBOOK = "report.html", "report.xlsx"


def write_report(
    instruments: Mapping[str, Instrument],
    source: Path,
    out: Path,
    *,
    instrument: str = "",
    by: Sequence[str] = (),
    at_least: int,
    bounds: Limits,
) -> Summary:
    """The summary that now stands in `out`; a result in a folder knows its instrument itself."""
    if not out.parent.is_dir() or (out.exists() and not out.is_dir()):
        raise TableError(f"-o 写一个文件夹；它的上一级 {out.parent} 要先建好。")
    try:
        with tempfile.TemporaryDirectory(prefix="tongxin-") as folder, duck(Path(folder), bounds) as engine:
            result = open_result(engine, source, by=by)
            asked = instruments.get(instrument or result.instrument)
            if asked is None:
                raise TableError("不知道这是哪份量表的结果。请加 --instrument 量表代码。")
            summary = summarize(engine, result, asked, at_least=at_least)
    except duckdb.Error:
        raise TableError("结果读到一半出错，没有写出汇总。请核对文件，或重新计分。") from None
    out.mkdir(exist_ok=True)
    title = f"{asked.zh}：筛查汇总"
    settle(out / PAGE, page(summary, title=title, facts=facts(asked), at_least=at_least).encode())
    draft = out / f".{WORKBOOK}.draft"
    write_workbook(summary, draft, title=title, facts=facts(asked), at_least=at_least)
    draft.replace(out / WORKBOOK)
    return summary


def facts(instrument: Instrument) -> list[tuple[str, str]]:
    """What stands behind the numbers: the instrument, its wording, its norms and their sources."""
    norms = [f"{norm.zh}（{norm.citation}）" for norm in instrument.norms if not norm.alternative]
    return [
        ("量表", f"{instrument.zh}，定义版本 {instrument.version}；{instrument.citation}"),
        ("主量表", f"{instrument.main.zh}，{float(instrument.main.low):g}—{float(instrument.main.high):g} 分"),
        ("译文", "经过效度验证" if instrument.validated else "未经效度验证，结果仅供参考"),
        ("常模与界值", "；".join(norms) or "没有"),
    ]
