"""`tongxin sheets read`: another system's sheet as a roster that can be imported; nothing of it is stored."""

import sys
from pathlib import Path

from tongxin.exports import writing
from tongxin.exports.table import Column, Table
from tongxin.intake.reading import RosterError, read_workbook
from tongxin.intake.reading.official import FIELDS, called, heard, translated
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.rulebook.foreign import sheets_in

SHOWN = 20


def main(argv: list[str]) -> int:
    """0 once the roster is written."""
    parser = Parser(prog="tongxin sheets read", description="把别的系统的表改成花名册能读的样子")
    parser.add_argument("sheet", metavar="表样", help="definitions/mappings 里的编号")
    parser.add_argument("file", metavar="文件", type=Path)
    parser.add_argument("-o", "--out", metavar="文件", type=Path, required=True)
    asked = parser.parse_args(argv)
    known = {each.id: each for each in sheets_in(at=clock.now())}
    sheet = known.get(asked.sheet)
    if sheet is None:
        raise Fault(f"没有叫“{asked.sheet}”的表样。有：{'、'.join(known) or '（还没有采用任何表样）'}。")
    try:
        book = read_workbook(asked.file)
        _, faults = translated(book, sheet)
    except RosterError as refused:
        raise Fault(f"没有读取：{refused}") from None
    rows = heard(book, sheet)
    fields = [each.field for each in sheet.columns if each.field in FIELDS]
    table = Table(
        tuple(Column(each, called(each, sheet)) for each in fields),
        tuple(tuple(row.get(each, "") for each in fields) for row in rows),
    )
    asked.out.write_bytes(writing.written(table, form="xlsx", title=sheet.zh, facts=[("来自", sheet.zh)]))
    print(f"写好 {len(rows)} 行：{asked.out}。请再用花名册导入，导入前会逐行核对。")
    for said in faults[:SHOWN]:
        print(f"  {said}", file=sys.stderr)
    if len(faults) > SHOWN:
        print(f"  还有 {len(faults) - SHOWN} 处。", file=sys.stderr)
    return 0
