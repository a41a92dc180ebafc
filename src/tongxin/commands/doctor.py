"""`tongxin doctor`: one line a question; warnings exit 0, failures exit 1."""

import json
import sys

from tongxin.flows.finding import Finding
from tongxin.flows.health import examine
from tongxin.lib import clock
from tongxin.lib.arguments import Parser

MARKS = {"ok": "✓ 正常", "warning": "△ 注意", "failure": "✗ 故障"}


def main(argv: list[str]) -> int:
    """1 when something has failed."""
    parser = Parser(prog="tongxin doctor", description="检查系统是否健康")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    options = parser.parse_args(argv)
    findings = examine(at=clock.now())
    if options.json:
        rows = [{"what": f.what, "state": f.state, "zh": f.zh, "cure": f.cure} for f in findings]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        sys.stdout.writelines(_line(finding) for finding in findings)
    return 1 if any(finding.state == "failure" for finding in findings) else 0


def _line(finding: Finding) -> str:
    cure = f"　怎么办：{finding.cure}" if finding.cure else ""
    return f"{MARKS[finding.state]}　{finding.what}：{finding.zh}{cure}\n"
