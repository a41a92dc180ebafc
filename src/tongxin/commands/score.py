"""`tongxin score`: files of answer sheets in, files of totals, bands and alarms out."""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tongxin.batch.engines import Limits, limits
from tongxin.batch.errors import TableError
from tongxin.batch.request import Request, asked
from tongxin.batch.score import score_file
from tongxin.commands.score_instruments import instrument_named
from tongxin.commands.score_telling import tell_file
from tongxin.core.instruments import Instrument
from tongxin.lib.arguments import Parser
from tongxin.lib.strict_yaml import DefinitionFault

USAGE = (
    "tongxin score 量表 文件或文件夹… --columns 列1,列2,… --id 编号列 [--recode 1=0,2=1,…] [--age 列] [--sex 列] "
    "[--informant 谁填] [--by 列,…] [--memory 512M] [--threads 2] [--engine spark --master 地址] -o 输出"
)
REJECTED = 3
REFUSED = 2


class _Refused(Exception):
    """What the command was not given right."""


def main(argv: Sequence[str]) -> int:
    """0 when everything was understood, 3 when something wasn't or the run stopped, 2 when nothing could be done."""
    wanted = _parser().parse_args(list(argv))
    try:
        bounds = limits(wanted.memory, wanted.threads)
        instrument, definition = instrument_named(wanted.instrument)
        is_one = len(wanted.files) == 1 and not wanted.files[0].is_dir() and wanted.engine == "duckdb"
        request = _request(instrument, wanted, counts_missing=not is_one)
        is_whole = _scored(request, definition, wanted, bounds, is_one=is_one)
    except (_Refused, TableError, DefinitionFault) as refused:
        print(f"没有计分：{refused}", file=sys.stderr)
        return REFUSED
    except OSError as failed:
        print(f"没有计分：文件读不了或写不下（{failed.strerror}）。没有写出任何结果。", file=sys.stderr)
        return REFUSED
    return 0 if is_whole else REJECTED


def _scored(
    request: Request, definition: Mapping[str, Any], wanted: argparse.Namespace, bounds: Limits, *, is_one: bool
) -> bool:
    if not is_one:
        from tongxin.commands.score_folder import score_many

        master = _master(wanted)
        return score_many(request, wanted.files, wanted.out, definition=definition, bounds=bounds, master=master)
    outcome = score_file(request, wanted.files[0], wanted.out, bounds=bounds)
    tell_file(request, outcome, wanted.out, recode=_recode(wanted.recode))
    return outcome.is_whole


def _parser() -> Parser:
    parser = Parser(prog="tongxin score", usage=USAGE, description="按量表定义给文件计分。")
    parser.add_argument("instrument", metavar="量表", help="量表代码，如 phq9、phq_a、gad7、who5")
    parser.add_argument(
        "files", metavar="文件", type=Path, nargs="+", help=".csv、.parquet、.xlsx，或放着它们的文件夹"
    )
    parser.add_argument("--columns", required=True, metavar="列", help="按印刷顺序写出各题的列名，用逗号隔开")
    parser.add_argument("--id", required=True, metavar="列", help="编号列，原样写进结果")
    parser.add_argument(
        "--recode", default="", metavar="对照", help="文件里的代码=量表的代码；“9=”表示 9 是缺答"
    )
    parser.add_argument("--age", default="", metavar="列", help="年龄列（岁，可有小数），用来选常模")
    parser.add_argument("--sex", default="", metavar="列", help="性别列（男、女，或 1、2），用来选常模")
    parser.add_argument("--informant", default="", metavar="谁填", help="谁填的表，如 self、parent、teacher")
    parser.add_argument("--by", default="", metavar="列", help="要汇总的分组列，如 县,学校,班级；原样写进结果")
    parser.add_argument("--memory", default="", metavar="大小", help="计分可用的内存，不写为 512M")
    parser.add_argument("--threads", default="", metavar="几个", help="同时用几个处理器，不写为全部")
    parser.add_argument(
        "--engine", default="duckdb", choices=["duckdb", "spark"], metavar="引擎", help="duckdb（本机）或 spark（集群）"
    )
    parser.add_argument("--master", default="", metavar="地址", help="Spark 集群的地址，如 spark://主机:7077")
    parser.add_argument(
        "-o", "--out", required=True, metavar="输出", type=Path, help="一个文件：.csv、.parquet 或 .xlsx；否则写文件夹"
    )
    return parser


def _request(instrument: Instrument, wanted: argparse.Namespace, *, counts_missing: bool) -> Request:
    informants = [each.code for each in instrument.informants]
    if wanted.informant and wanted.informant not in informants:
        raise _Refused(f"{instrument.zh}没有填表人“{wanted.informant}”。可用：{'、'.join(informants)}。")
    return asked(
        instrument,
        id_column=wanted.id,
        columns=_names(wanted.columns, "--columns"),
        recode=_recode(wanted.recode),
        age=wanted.age,
        sex=wanted.sex,
        informant=wanted.informant,
        by=_names(wanted.by, "--by") if wanted.by else [],
        counts_missing=counts_missing,
    )


def _master(wanted: argparse.Namespace) -> str:
    if wanted.engine != "spark":
        if wanted.master:
            raise _Refused("--master 要与 --engine spark 一起写。")
        return ""
    if not re.fullmatch(r"spark://\S+|local(\[[0-9*]+\])?|yarn|k8s://\S+", wanted.master):
        raise _Refused("--engine spark 要写 --master，例如 --master spark://主机:7077。")
    return str(wanted.master)


def _names(text: str, option: str) -> list[str]:
    names = [name.strip() for name in next(csv.reader([text]), [])]
    if "" in names or not names:
        raise _Refused(f"{option} 里有空的列名。请用逗号隔开，不留空；列名里有逗号就加英文双引号。")
    return names


def _recode(text: str) -> dict[str, str]:
    recode: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else []:
        source, equals, target = pair.partition("=")
        if not equals or not source.strip():
            raise _Refused(f"--recode 里的“{pair}”看不懂。写成 1=0,2=1；“9=”表示 9 是缺答。")
        if recode.get(source.strip(), target.strip()) != target.strip():
            raise _Refused(f"--recode 里“{source.strip()}”写了两次。请只留一个。")
        recode[source.strip()] = target.strip()
    return recode
