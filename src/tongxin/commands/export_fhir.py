"""`tongxin export fhir INSTRUMENT -o FILE`: an instrument, or what was answered, for another health system."""

import getpass
import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from tongxin.accounts.viewers import Viewer
from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.exports.models import Export
from tongxin.flows import export_recipients, export_results, exporting
from tongxin.flows.exporting import PURPOSES
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import clock, fhir, whole_files
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.rulebook.rules import NotAdopted

NOT_ALLOWED = "登录名或密码不对，或者这个岗位不能导出。没有导出，也没有打开任何档案。"
BOTH = (
    "导出回答要另一个人先批准。先用 --results --ask --as 登录名 --purpose 用途 申请；批准以后用 "
    "--results --as 登录名 --export 编号 导出。没有导出。"
)


def main(argv: list[str]) -> int:
    """Write the questionnaire; with --results the answers and scores of a request that
    another person agreed to."""
    parser = Parser(prog="tongxin export fhir", description="按 FHIR 导出量表，或者它的回答和分数")
    parser.add_argument("instrument", help="量表，例如 phq_9")
    parser.add_argument("-o", "--output", type=Path, help="写到哪个文件")
    parser.add_argument("--release", choices=fhir.RELEASES, default="R4", help="FHIR 版本，默认 R4")
    parser.add_argument("--results", action="store_true", help="导出回答和分数")
    parser.add_argument("--as", dest="login", default="", help="以谁的身份（登录名），会询问密码")
    parser.add_argument("--purpose", choices=sorted(PURPOSES), help=_purposes())
    parser.add_argument("--ask", action="store_true", help="先申请：由另一个人在“数据导出”里批准，得到编号")
    parser.add_argument("--until", type=_day, help="申请用到哪天，例如 2025-10-01")
    parser.add_argument("--names", action="store_true", help="申请带姓名；默认只有档案编号")
    parser.add_argument("--export", dest="number", default="", help="已批准的申请编号，只能用一次")
    options = parser.parse_args(argv)
    at = clock.now()
    try:
        content = exporting.text_of(options.instrument, at=at)
    except NotAdopted:
        raise Fault(f"没有采用名为 {options.instrument} 的量表。用 tongxin definitions test 看有哪些。") from None
    instrument = exporting.instrument_in_force(options.instrument, at=at)
    if options.output is None and not (options.results and options.ask):
        raise Fault("没有写明 -o 写到哪个文件。没有导出。")
    if not options.results:
        if not instrument.may_be_shown(at.astimezone(CHINA).date()):
            raise Fault("这份量表的文字受许可保护，没有有效的许可文件，不能导出题目。")
        _write(options.output, fhir.questionnaire(instrument, content, release=options.release))
        print(f"已导出 {instrument.zh}：{options.output.name}（FHIR {options.release}）。")
        return 0
    if not options.login or bool(options.ask) == bool(options.number):
        raise Fault(BOTH)
    viewer = _viewer(options.login)
    try:
        if options.ask:
            return _ask(instrument, options.purpose, options.names, options.until, viewer)
        row = export_results.agreed(
            number=options.number, instrument_id=instrument.id, purpose=options.purpose or "", actor=viewer, at=at
        )
        return _results(row, instrument, content, viewer, options.output, options.release)
    except Refused as refused:
        raise Fault("".join(each.zh for each in refused.problems)) from None
    except NotAllowed:
        raise Fault(NOT_ALLOWED) from None


def _viewer(login: str) -> Viewer:
    try:
        return exporting.viewer_for(login=login, password=_password(), at=clock.now())
    except NotAllowed:
        raise Fault(NOT_ALLOWED) from None


def _ask(instrument: Instrument, purpose: str | None, with_names: bool, until: date | None, viewer: Viewer) -> int:
    if not purpose:
        raise Fault("申请导出回答要写明 --purpose 用途。没有提交。")
    words, at = _line("为什么要导出："), clock.now()
    to, said, basis = _recipient(purpose, viewer, at)
    row = export_results.ask(
        instrument=instrument, purpose=purpose, with_names=with_names, words=words, to=to, said=said, basis=basis,
        until_on=until, actor=viewer, at=at,
    )
    print(f"已申请，{row.children} 名儿童，编号 {row.number}。请另一位有权的同事在“数据导出”里决定。")
    print(f"批准以后运行：tongxin export fhir {instrument.id} --results --as 登录名 --export {row.number} -o 文件")
    return 0


def _recipient(purpose: str, viewer: Viewer, at: datetime) -> tuple[str, str, str]:
    """Whom it goes to, chosen by number: a body known here, or another by its name and on what basis."""
    if purpose == exporting.SUBJECT:
        persons = export_recipients.PERSONS
        return f"{export_recipients.PERSON}:{_chosen('交给谁', list(persons.items()))}", "", ""
    known = [(f"{export_recipients.BODY}:{each.id}", each.name) for each in export_recipients.bodies(viewer=viewer)]
    to = _chosen("交给哪个单位", [*known, (export_recipients.OTHER, "名单里没有的单位")])
    if to != export_recipients.OTHER:
        return to, _line("收件人（可以不写）："), ""
    said = _line("单位全称和收件人：")
    return to, said, _chosen("凭什么交给它", list(export_results.bases_for(viewer=viewer, at=at).items()))


def _chosen(asked: str, rows: Sequence[tuple[str, str]]) -> str:
    """The code of one of these rows, by its number; Fault for anything else."""
    for number, (_, zh) in enumerate(rows, start=1):
        print(f"  {number}　{zh}")
    said = _line(f"{asked}（写编号）：").strip()
    if not said.isdecimal() or not 1 <= int(said[:4]) <= len(rows):
        raise Fault(f"没有提交：{asked}，要写上面列出的编号。")
    return rows[int(said[:4]) - 1][0]


def _results(
    row: Export, instrument: Instrument, content: dict[str, object], viewer: Viewer, output: Path, release: str
) -> int:
    at = clock.now()
    made = fhir.bundle(exporting.sheets(export=row, viewer=viewer, at=at), instrument, content, release=release)
    count = sum(1 for each in made["entry"] if each["resource"]["resourceType"] == "QuestionnaireResponse")
    export_results.hand_out(
        row=row, content=_text(made), rows=count, write=lambda text: _put(output, text), actor=viewer, at=at
    )
    print(f"已导出 {count} 份回答：{output.name}。每份档案的访问记录里都记了这次导出，登记编号 {row.number}。")
    return 0


def _line(prompt: str) -> str:
    """Asked for and not given with the command, which stays in the history of the shell."""
    return input(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("日期要写成 2025-10-01 的样子") from None


def _password() -> str:
    """Asked without showing it; read from standard input where nobody sits at a terminal."""
    return getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _write(path: Path, made: fhir.Resource) -> None:
    _put(path, _text(made))


def _text(made: fhir.Resource) -> bytes:
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


def _put(path: Path, content: bytes) -> None:
    try:
        whole_files.write(path, content)
    except OSError:
        raise Fault(f"写不进 {path.name}，没有导出。请换一个位置。") from None


def _purposes() -> str:
    return "；".join(f"{code}：{zh}" for code, zh in PURPOSES.items())
