"""`tongxin blind ask`: open a blind comparison with one's own list."""

from dataclasses import replace
from pathlib import Path

from tongxin import blind
from tongxin.blind.marks import KINDS
from tongxin.commands import blind_files as files


def main(argv: list[str]) -> int:
    """Write the first letter, which may travel, and the secret file, which must not."""
    parser = files.parser("ask", "发起隐私比对：写出第一封（可以传给对方）和私密文件（留在本方）")
    parser.add_argument("list", type=Path, metavar="名单", help="xlsx、xls、et 或 csv")
    kinds = "；".join(f"{id} {zh}" for id, zh in KINDS.items())
    parser.add_argument("--kind", choices=list(KINDS), required=True, metavar="按什么比", help=kinds)
    parser.add_argument("--purpose", required=True, metavar="目的", help="为什么比对，写进文件")
    parser.add_argument("--agreement", required=True, metavar="文号", help="依据哪一份协议")
    parser.add_argument("--from", dest="asker", required=True, metavar="本单位")
    parser.add_argument("--to", dest="answerer", required=True, metavar="对方单位")
    files.take_approvers(parser)
    parser.add_argument("--letter", type=Path, required=True, metavar="文件", help="第一封写到这里")
    parser.add_argument("--secret", type=Path, required=True, metavar="文件", help="私密文件写到这里，不外传")
    given = parser.parse_args(argv)
    files.refuse_standing(given.letter, given.secret)
    marks = files.marks_of(given.list, kind=given.kind)
    terms = blind.Terms(given.kind, given.purpose, given.agreement, given.asker, given.answerer)
    asked = blind.ask(marks, terms=terms, approved_by=given.approved_by, today=files.today(), rules=files.rules())
    seed = files.new_seed()
    content = blind.write(asked.letter, seed=seed)
    kept = replace(asked.secret, seed=seed, sent=blind.read(content).digest)
    locked = blind.lock(kept, password=files.password(given.password_file))
    files.save(given.secret, locked)
    files.save(given.letter, content)
    files.tell_refused(marks)
    print(f"第一封已写到 {given.letter}（{asked.letter.until} 前有效），私密文件在 {given.secret}。")
    files.tell_own_fingerprint(seed)
    print("请把第一封交给对方；收到第二封后运行 tongxin blind learn。")
    return 0
