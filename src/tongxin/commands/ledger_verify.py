"""`tongxin ledger verify`: proves that nothing was altered, removed, re-ordered or cut off."""

import json
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from itertools import chain, islice
from pathlib import Path

from django.db import connection

from tongxin import ledger
from tongxin.ledger.heads import Head
from tongxin.ledger.verification import Judge, Judgement, one_by_one
from tongxin.lib import places
from tongxin.lib.arguments import Parser
from tongxin.lib.start import start

FEW, AHEAD = 16, 64


def main(argv: list[str]) -> int:
    """0 when the ledger is sound, 1 when something was found."""
    parser = Parser(prog="tongxin ledger verify", description="核验账本")
    parser.add_argument("--head", type=Path, metavar="文件", help="另处保存的账本签名；缺省用导出的最新一份")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    options = parser.parse_args(argv)
    exported = places.heads_folder() / "head.json"
    file = options.head or (exported if exported.exists() else None)
    judged = on_all_processors if connection.vendor == "postgresql" else one_by_one
    report = ledger.verify(saved=ledger.read_head(file) if file else None, judged=judged)
    print(_as_json(report) if options.json else _as_words(report, file))
    return 0 if report.is_sound else 1


def on_all_processors(groups: Iterable[list[Head]], judge: Judge) -> Iterator[tuple[list[Head], Judgement]]:
    """Batches judged by as many processes as there are processors, in their order; few aren't worth starting them."""
    waiting = iter(groups)
    first = list(islice(waiting, FEW))
    if len(first) < FEW:
        yield from one_by_one(first, judge)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context, initializer=partial(start, makes_keys=False)) as pool:
        ahead: deque[tuple[list[Head], Future[Judgement]]] = deque()
        for group in chain(first, waiting):
            ahead.append((group, pool.submit(judge, group)))
            if len(ahead) >= AHEAD:
                yield ahead[0][0], ahead.popleft()[1].result()
        for group, judgement in ahead:
            yield group, judgement.result()


def _as_json(report: ledger.Report) -> str:
    content = {**asdict(report), "tail": report.tail._asdict(), "sound": report.is_sound}
    return json.dumps(content, ensure_ascii=False)


def _as_words(report: ledger.Report, file: Path | None) -> str:
    lines = [finding.zh() for finding in report.findings]
    lines.append(f"共核验 {report.batches} 批、{report.rows} 行，发现 {len(report.findings)} 处问题。")
    since = f"，最早一行记于 {report.tail.since}（UTC）" if report.tail.since else ""
    lines.append(f"尚未封存的末尾：{report.tail.rows} 行{since}。")
    if file is None:
        lines.append("没有可对照的保存签名，末尾被截去时无法发现。请用 tongxin ledger head --save 另存一份。")
    return "\n".join(lines)
