"""`tongxin blind answer`: answer a first letter with one's own list."""

from dataclasses import replace
from pathlib import Path

from tongxin import blind
from tongxin.blind.marks import KINDS
from tongxin.commands import blind_files as files


def main(argv: list[str]) -> int:
    """Write the second letter and the secret file that the third one needs."""
    parser = files.parser("answer", "答复隐私比对：写出第二封（传回发起方）和私密文件（留在本方）")
    parser.add_argument("first", type=Path, metavar="第一封")
    parser.add_argument("list", type=Path, metavar="名单", help="xlsx、xls、et 或 csv")
    files.take_approvers(parser)
    parser.add_argument("--letter", type=Path, required=True, metavar="文件", help="第二封写到这里")
    parser.add_argument("--secret", type=Path, required=True, metavar="文件", help="私密文件写到这里，不外传")
    given = parser.parse_args(argv)
    files.refuse_standing(given.letter, given.secret)
    opened = files.read_letter(given.first)
    letter = opened.letter
    print(f"{letter.asker} 请 {letter.answerer} 按{KINDS.get(letter.kind, letter.kind)}比对。")
    print(f"目的：{letter.purpose}。依据：{letter.agreement}。批准：{'、'.join(letter.approved_by)}。")
    marks = files.marks_of(given.list, kind=letter.kind)
    answered = blind.answer(
        opened, marks, approved_by=given.approved_by, today=files.today(), rules=files.rules()
    )
    seed = files.new_seed()
    content = blind.write(answered.letter, seed=seed)
    kept = replace(answered.secret, seed=seed, sent=blind.read(content).digest)
    locked = blind.lock(kept, password=files.password(given.password_file))
    files.save(given.secret, locked)
    files.save(given.letter, content)
    files.tell_refused(marks)
    print(f"第二封已写到 {given.letter}，私密文件在 {given.secret}。")
    files.tell_own_fingerprint(seed)
    print("请把第二封交回；收到第三封后运行 tongxin blind conclude。")
    return 0
