"""`tongxin compliance report --year`: one county's yearly report as one archive."""

import sys
from pathlib import Path

from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER
from tongxin.flows.compliance import compile_report
from tongxin.flows.refusals import Refused
from tongxin.lib import clock
from tongxin.lib.arguments import Parser

REFUSED = 2


def main(argv: list[str]) -> int:
    """0 when the archive stands in its place, 2 when it was not made."""
    parser = Parser(prog="tongxin compliance report", description="个人信息保护年度合规报告，没有姓名")
    parser.add_argument("--year", type=int, required=True, metavar="年份")
    parser.add_argument("--county", default="", metavar="代码", help="区县的行政区划代码；只有一个区县时不用写")
    parser.add_argument("-o", "--out", type=Path, metavar="文件", help="写到哪里，缺省 compliance-年份.zip")
    wanted = parser.parse_args(argv)
    counties = Division.objects.filter(level="county", posts__isnull=False).distinct()
    named = counties.filter(code=wanted.county) if wanted.county else counties
    if len(named) != 1:
        known = "、".join(f"{each.code} {each.name}" for each in counties)
        print(f"没有做报告：请用 --county 写明哪个区县。有岗位的区县：{known or '还没有'}。", file=sys.stderr)
        return REFUSED
    out = wanted.out or Path(f"compliance-{wanted.year}.zip")
    if out.exists():
        print(f"没有做报告：{out.name} 已经有了，请换一个名字或移走它。", file=sys.stderr)
        return REFUSED
    try:
        report, made = compile_report(county_id=named[0].id, year=wanted.year, actor=WORKER, at=clock.now())
    except Refused as refused:
        print("".join(each.zh for each in refused.problems), file=sys.stderr)
        return REFUSED
    out.write_bytes(made)
    many = sum(1 for section in report.sections for each in section.figures if each.number is not None)
    blank = sum(len(section.figures) for section in report.sections) - many
    print(f"{report.county_zh} {report.year} 年的报告已写入 {out.name}：{many} 个数，{blank} 个{report.blank}。")
    return 0
