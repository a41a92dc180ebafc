"""The command `tongxin`: finds the command's module, and says every foreseen failure in one Chinese line."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from traceback import extract_tb

from tongxin.lib.faults import Fault

UNFORESEEN = (
    "发生了没有预料到的错误（{kind}，{place}）。本次操作已撤销，没有保存一半的内容。"
    "请把这一行告诉系统管理员。"
)
PRIVATE = 0o077
HELP = frozenset({"help", "--help", "-h"})


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives: a module in tongxin.commands with `main(argv) -> int`.

    What a private one makes is for the account that runs it only; the others write where they are told to.
    """

    module: str
    zh: str
    needs_django: bool = True
    is_private: bool = True


COMMANDS = {
    "demo": Command("demo", "安装示例数据并启动", needs_django=False),
    "demo-province": Command("demo_province", "安装自治区规模的示例并启动", needs_django=False),
    "serve": Command("serve", "启动网站与后台", needs_django=False),
    "web": Command("web", "只启动网站（后台另行启动）", needs_django=False),
    "worker": Command("worker", "启动后台处理"),
    "doctor": Command("doctor", "检查系统是否健康"),
    "backup": Command("backup", "备份（系统运行时也可以）"),
    "backup verify": Command("backup_verify", "证明一份备份能恢复"),
    "backup key": Command("backup_key", "生成备份用的公钥与私钥", needs_django=False),
    "restore": Command("restore", "用备份恢复"),
    "rebuild": Command("rebuild", "由记录重新推算全部状态"),
    "score": Command("score", "量表计分", needs_django=False, is_private=False),
    "screen report": Command("screen_report", "计分结果的汇总", needs_django=False, is_private=False),
    "roster check": Command("roster_check", "检查花名册", needs_django=False, is_private=False),
    "roster import": Command("roster_import", "导入花名册"),
    "definitions check": Command("definitions_check", "检查规则定义", needs_django=False, is_private=False),
    "definitions test": Command("definitions_test", "运行规则的案例", needs_django=False, is_private=False),
    "definitions diff": Command("definitions_diff", "比较两套规则"),
    "definitions replay": Command("definitions_replay", "看新规则会改变哪些儿童"),
    "definitions bundle": Command("definitions_bundle", "制作签名的规则包"),
    "definitions adopt": Command("definitions_adopt", "采用规则定义或规则包"),
    "instruments list": Command("instruments_list", "列出量表与许可"),
    "instruments load": Command("instruments_load", "载入有许可的量表文字"),
    "export fhir": Command("export_fhir", "按 FHIR 导出量表或结果"),
    "export xlsform": Command("export_xlsform", "按 XLSForm 导出表单或量表"),
    "words measure": Command("words_measure", "测量文字里的危险词", needs_django=False, is_private=False),
    "sheets read": Command("sheets_read", "把别的系统的表改成花名册能读的样子", is_private=True),
    "dashboards map": Command("dashboards_map", "载入看板用的地图"),
    "dashboards count": Command("dashboards_count", "按几套系统导出的数据数一年的看板"),
    "indicators export": Command("indicators_export", "把统计用的事实写成 Parquet"),
    "indicators compute": Command("indicators_compute", "由导出的事实算出全部指标", needs_django=False),
    "exports trace": Command("exports_trace", "查一份流出的表是哪一次下载的"),
    "blind ask": Command("blind_ask", "隐私比对：发起，写出第一封", needs_django=False),
    "blind answer": Command("blind_answer", "隐私比对：用自己的名单答复第一封", needs_django=False),
    "blind learn": Command("blind_learn", "隐私比对：由答复得知重合，写出第三封", needs_django=False),
    "blind conclude": Command("blind_conclude", "隐私比对：由第三封得知重合", needs_django=False),
    "divisions load": Command("divisions_load", "装入一个县区的行政区划"),
    "manual": Command("manual", "把使用手册做成 PDF", needs_django=False, is_private=False),
    "jobs": Command("jobs", "启动导入等长任务的后台"),
    "compliance report": Command("compliance_report", "个人信息保护年度合规报告"),
    "ledger verify": Command("ledger_verify", "核验账本"),
    "ledger head": Command("ledger_head", "显示并导出账本最新签名"),
    "ledger receipt": Command("ledger_receipt", "账本回执，每天一份"),
    "ledger prove": Command("ledger_prove", "证明一条记录在回执之下"),
    "ledger countersign": Command("ledger_countersign", "外单位在回执上会签", needs_django=False),
    "keys create": Command("keys_create", "首次使用时生成密钥", needs_django=False),
    "keys rotate": Command("keys_rotate", "更换主密钥"),
    "keys split": Command("keys_split", "把密钥分成几份，由几位保管人保管", needs_django=False),
    "keys join": Command("keys_join", "几位保管人一起恢复密钥", needs_django=False),
    "keys destroyed": Command("keys_destroyed", "已销毁密钥的清单"),
    "kms create": Command("kms_create", "为密钥服务生成主密钥", needs_django=False),
    "kms serve": Command("kms_serve", "启动密钥服务", needs_django=False),
    "kms rotate": Command("kms_rotate", "在密钥服务中更换主密钥", needs_django=False),
    "kms audit": Command("kms_audit", "核验密钥服务自己的记录", needs_django=False),
    "staff create": Command("staff_create", "建立一个县区的岗位和第一位管理员"),
    "database prepare": Command("database_prepare", "建立或升级数据库"),
    "database roles": Command("database_roles", "PostgreSQL 账户与权限"),
}


def main(argv: list[str] | None = None) -> int:
    """The exit code of the command that was asked for."""
    words = sys.argv[1:] if argv is None else argv
    name = next((name for name in (" ".join(words[:2]), " ".join(words[:1])) if name in COMMANDS), "")
    if not name:
        return _guarded(lambda: _overview(words))
    return _guarded(lambda: _run(COMMANDS[name], words[len(name.split()) :]))


def _run(command: Command, argv: list[str]) -> int:
    before = os.umask(PRIVATE) if command.is_private else None
    try:
        return _called(command, argv)
    finally:
        if before is not None:
            os.umask(before)


def _called(command: Command, argv: list[str]) -> int:
    if command.needs_django:
        from tongxin.lib.start import start

        start(makes_keys=False)
    code: int = import_module(f"tongxin.commands.{command.module}").main(argv)
    return code


def _guarded(run: Callable[[], int]) -> int:
    try:
        return run()
    except Fault as fault:
        print(fault.zh, file=sys.stderr)
    except KeyboardInterrupt:
        print("已停止。", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        if os.environ.get("TONGXIN_DEBUG") == "1":
            raise
        print(_told(error), file=sys.stderr)
    return 1


def _told(error: Exception) -> str:
    if type(error).__name__ == "OperationalError":
        return "数据库连接不上或正忙，没有保存任何内容。请确认数据库已启动，再试一次。"
    if type(error).__name__ == "ProgrammingError":
        return "数据库结构与程序不符，没有保存任何内容。请先运行 tongxin database prepare。"
    return UNFORESEEN.format(kind=type(error).__name__, place=_place(error))


def _place(error: Exception) -> str:
    """Where in the program it was, for whoever mends it: no word of what was being worked on."""
    home = Path(__file__).parent
    ours = [each for each in extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(home)]
    return f"{Path(ours[-1].filename).relative_to(home)} 第 {ours[-1].lineno} 行"


def _overview(words: list[str]) -> int:
    """All commands, or those that begin with the word asked about; an unknown one is said to be unknown."""
    asked = [word for word in words if word not in HELP]
    begun = [name for name in COMMANDS if name.startswith(" ".join([*asked, ""]).lstrip())]
    is_help = not asked or (bool(begun) and len(asked) < len(words))
    head = "可用的命令：" if is_help else f"没有“{' '.join(words)}”这个命令。可用的命令："
    lines = [f"  tongxin {name:<18} {COMMANDS[name].zh}" for name in begun or COMMANDS]
    print("\n".join([head, *lines]), file=sys.stdout if is_help else sys.stderr)
    return 0 if is_help else 2


if __name__ == "__main__":
    sys.exit(main())
