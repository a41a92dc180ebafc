"""How long one paper takes from its data to its PDF, in the process that serves pages.

Run with `python -m benchmarks.paper [copies]`.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import sys
import time
from importlib.metadata import version
from typing import Any

from tongxin.documents import typesetting

QUESTIONS = 90
OPTIONS = ("没有", "偶尔", "经常", "不清楚")


def main(copies: int = 200) -> int:
    """Print machine, versions, the first copy and the spread of the rest, each with words of its own."""
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, typst {version('typst')}, {QUESTIONS} questions, {copies} copies")
    first, *others = [_taken(number) for number in range(copies + 1)]
    others.sort()
    print(f"first copy of a process: {first:.0f} ms")
    print(
        f"each further copy: p50 {statistics.median(others):.0f} ms, p95 {others[int(copies * 0.95)]:.0f} ms, "
        f"slowest {others[-1]:.0f} ms"
    )
    print(f"memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return 0


def _taken(number: int) -> float:
    paper = _paper(number)
    since = time.perf_counter()
    assert typesetting.pdf(paper).startswith(b"%PDF")
    return (time.perf_counter() - since) * 1000


def _paper(number: int) -> dict[str, Any]:
    """Three pages: lines, long answers and a matrix, no two copies alike."""
    pairs = [
        {"cells": [{"zh": f"问题{at}", "value": f"第{number}份的回答{at}"}, {"zh": "日期", "value": "2025年9月30日"}]}
        for at in range(QUESTIONS // 3)
    ]
    told = [{"cells": [{"zh": "情况", "value": f"第{number}次走访时看到的情况。" * 20}]} for _ in range(4)]
    rows = [{"zh": f"最近一个月的表现{at}", "on": [(at + number) % len(OPTIONS)]} for at in range(QUESTIONS * 2 // 3)]
    return {
        "title": "困境儿童心理健康状况评估表", "brand": "同心", "file_no": f"档案编号：{number}", "lead": "",
        "warning": "", "watermark": f"第{number}份", "printed": f"打印：第{number}份", "head": [], "before": [],
        "after": [], "notes": [], "slip": None, "signatures": [{"zh": "评估人"}, {"zh": "评估单位", "seal": True}],
        "sections": [
            {"zh": "一、情况", "help": "", "parts": [{"lines": [*pairs, *told]}]},
            {"zh": "二、表现", "help": "", "parts": [{"matrix": {"stem": "", "columns": OPTIONS, "rows": rows}}]},
        ],
    }


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
