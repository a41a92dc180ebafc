"""`tongxin export xlsform FORM -o FILE`: a form, or an instrument on a page of its own, for other survey tools."""

from pathlib import Path

from tongxin.assessments.forms import form_in
from tongxin.core import grading
from tongxin.core.forms import Field, Form, Section
from tongxin.core.pathway import CHINA
from tongxin.flows import exporting
from tongxin.lib import clock, xlsform
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.rulebook import rules


def main(argv: list[str]) -> int:
    """Write the workbook and say which rules it can't hold."""
    parser = Parser(prog="tongxin export xlsform", description="按 XLSForm 导出表单或量表")
    parser.add_argument("form", help="表单或量表，例如 visit_record、phq_9")
    parser.add_argument("-o", "--output", type=Path, required=True, help="写到哪个 xlsx 文件")
    parser.add_argument("--region", default="", help="按哪个区县的写法（六位代码），默认全国")
    options = parser.parse_args(argv)
    form = _form(options.form, options.region)
    part = options.output.with_name(f".{options.output.stem}.part.xlsx")
    try:
        left_out = xlsform.write(form, str(part))
        part.replace(options.output)
    except OSError:
        part.unlink(missing_ok=True)
        raise Fault(f"写不进 {options.output.name}，没有导出。请换一个位置。") from None
    print(f"已导出 {form.zh}：{options.output.name}。")
    for each in left_out:
        print(f"  没有带过去：{each}")
    if left_out:
        print("危险信号、计分和等级规则都不在导出的表里：填回来的内容要导入本系统才会判断。")
    return 0


def _form(name: str, region: str) -> Form:
    at = clock.now()
    if name in rules.ids_in_force("forms", region=region, at=at):
        return form_in(form_id=name, region=region, at=at, lists={}).form
    if name not in rules.ids_in_force("instruments", region=region, at=at):
        raise Fault(f"没有采用名为 {name} 的表单或量表。")
    instrument = exporting.instrument_in_force(name, at=at)
    if not instrument.may_be_shown(at.astimezone(CHINA).date()):
        raise Fault("这份量表的文字受许可保护，没有有效的许可文件，不能导出题目。")
    field = Field(id=name, zh=instrument.zh, type="instrument", sheet=grading.sheet_of(instrument))
    section = Section(id="all", zh=instrument.zh, help=instrument.notice.get("zh", ""), matrix=False, fields=(field,))
    return Form(
        id=name, zh=instrument.zh, version=instrument.version, source=instrument.source, kind="instrument", intro="",
        sections=(section,),
    )
