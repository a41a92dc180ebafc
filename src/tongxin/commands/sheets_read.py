"""`tongxin sheets read`: another system's sheet as a roster that can be imported; nothing of it is stored."""

from pathlib import Path

from tongxin.exports import sheets, writing
from tongxin.exports.table import Column, Table
from tongxin.intake.reading import RosterError
from tongxin.intake.reading.workbook import read_workbook
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

# What a roster calls our fields.
HEADS = {
    "name": "儿童姓名", "id_no": "儿童身份证号码", "sex": "性别", "birth": "出生日期", "place": "所属乡镇",
    "village": "所在村居", "address": "家庭住址", "phone": "联系电话", "categories": "困境类别", "file_no": "备注",
}


def main(argv: list[str]) -> int:
    """0 once the roster is written."""
    parser = Parser(prog="tongxin sheets read", description="把别的系统的表改成花名册能读的样子")
    parser.add_argument("sheet", metavar="表样", help="definitions/mappings 里的编号")
    parser.add_argument("file", metavar="文件", type=Path)
    parser.add_argument("-o", "--out", metavar="文件", type=Path, required=True)
    asked = parser.parse_args(argv)
    known = {each.id: each for each in sheets.sheets_in(at=clock.now())}
    sheet = known.get(asked.sheet)
    if sheet is None:
        raise Fault(f"没有叫“{asked.sheet}”的表样。有：{'、'.join(known) or '（还没有采用任何表样）'}。")
    try:
        book = read_workbook(asked.file)
    except RosterError as refused:
        raise Fault(f"没有读取：{refused}") from None
    rows = [
        row for each in book
        for row in sheets.heard(sheet, [["" if cell is None else str(cell) for cell in line] for line in each.rows])
    ]
    if not rows:
        raise Fault(f"没有读到一行：表头里要有“{sheet.zh}”必有的列。")
    fields = [each.field for each in sheet.columns if each.field in HEADS]
    table = Table(
        tuple(Column(each, HEADS[each]) for each in fields),
        tuple(tuple(row.get(each, "") for each in fields) for row in rows),
    )
    asked.out.write_bytes(writing.written(table, form="xlsx", title=sheet.zh, facts=[("来自", sheet.zh)]))
    print(f"写好 {len(rows)} 行：{asked.out}。请再用花名册导入，导入前会逐行核对。")
    return 0
