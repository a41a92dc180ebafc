"""`tongxin ledger verify`: proves that nothing was altered, removed, re-ordered or cut off."""

import json
from dataclasses import asdict
from pathlib import Path

from tongxin import ledger
from tongxin.lib import places
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """0 when the ledger is sound, 1 when something was found."""
    parser = Parser(prog="tongxin ledger verify", description="核验账本")
    parser.add_argument("--head", type=Path, metavar="文件", help="另处保存的账本签名；缺省用导出的最新一份")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    options = parser.parse_args(argv)
    exported = places.heads_folder() / "head.json"
    file = options.head or (exported if exported.exists() else None)
    report = ledger.verify(saved=ledger.read_head(file) if file else None)
    print(_as_json(report) if options.json else _as_words(report, file))
    return 0 if report.is_sound else 1


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
