"""`tongxin export fhir INSTRUMENT -o FILE`: an instrument, or what was answered, for another health system."""

import getpass
import json
import sys
from pathlib import Path

from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.flows import exporting
from tongxin.flows.exporting import PURPOSES
from tongxin.flows.refusals import NotAllowed
from tongxin.lib import clock, fhir
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.rulebook.rules import NotAdopted


def main(argv: list[str]) -> int:
    """Write the questionnaire; with --results the answers and scores that the person asking may read."""
    parser = Parser(prog="tongxin export fhir", description="按 FHIR 导出量表，或者它的回答和分数")
    parser.add_argument("instrument", help="量表，例如 phq_9")
    parser.add_argument("-o", "--output", type=Path, required=True, help="写到哪个文件")
    parser.add_argument("--release", choices=fhir.RELEASES, default="R4", help="FHIR 版本，默认 R4")
    parser.add_argument("--results", action="store_true", help="导出回答和分数")
    parser.add_argument("--as", dest="login", default="", help="以谁的身份（登录名），会询问密码")
    parser.add_argument("--purpose", choices=sorted(PURPOSES), help=_purposes())
    parser.add_argument("--names", action="store_true", help="带姓名；默认只有档案编号")
    options = parser.parse_args(argv)
    at = clock.now()
    try:
        content = exporting.text_of(options.instrument, at=at)
    except NotAdopted:
        raise Fault(f"没有采用名为 {options.instrument} 的量表。用 tongxin definitions test 看有哪些。") from None
    instrument = exporting.instrument_in_force(options.instrument, at=at)
    if not options.results:
        if not instrument.may_be_shown(at.astimezone(CHINA).date()):
            raise Fault("这份量表的文字受许可保护，没有有效的许可文件，不能导出题目。")
        _write(options.output, fhir.questionnaire(instrument, content, release=options.release))
        print(f"已导出 {instrument.zh}：{options.output.name}（FHIR {options.release}）。")
        return 0
    if not options.login or not options.purpose:
        raise Fault("导出回答要写明 --as 登录名 和 --purpose 用途。没有导出。")
    return _results(options.login, options.purpose, options.names, instrument, content, options.output, options.release)


def _results(
    login: str, purpose: str, with_names: bool, instrument: Instrument, content: dict[str, object], output: Path,
    release: str,
) -> int:
    at = clock.now()
    try:
        viewer = exporting.viewer_for(login=login, password=_password(), at=at)
        found = exporting.sheets(
            instrument_id=instrument.id, viewer=viewer, purpose=purpose, at=at, with_names=with_names
        )
        made = fhir.bundle(found, instrument, content, release=release)
    except NotAllowed:
        raise Fault("登录名或密码不对，或者这个岗位不能导出。没有导出，也没有打开任何档案。") from None
    _write(output, made)
    count = sum(1 for each in made["entry"] if each["resource"]["resourceType"] == "QuestionnaireResponse")
    print(f"已导出 {count} 份回答：{output.name}。每份档案的访问记录里都记了这次导出。")
    return 0


def _password() -> str:
    """Asked without showing it; read from standard input where nobody sits at a terminal."""
    return getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _write(path: Path, made: fhir.Resource) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise Fault(f"写不进 {path.name}，没有导出。请换一个位置。") from None


def _purposes() -> str:
    return "；".join(f"{code}：{zh}" for code, zh in PURPOSES.items())
