"""`tongxin blind learn`: what both have, by the answer; and the letter by which the other side learns the same."""

from pathlib import Path

from tongxin import blind
from tongxin.commands import blind_files as files


def main(argv: list[str]) -> int:
    """Write the rows that both have and the third letter."""
    parser = files.parser("learn", "由第二封得知双方都有的行，并写出第三封，让对方也知道")
    parser.add_argument("second", type=Path, metavar="第二封")
    parser.add_argument("--secret", type=Path, required=True, metavar="文件", help="发起时留下的私密文件")
    parser.add_argument("--letter", type=Path, required=True, metavar="文件", help="第三封写到这里")
    parser.add_argument("--found", type=Path, required=True, metavar="文件", help="双方都有的行写到这里（csv）")
    given = parser.parse_args(argv)
    files.refuse_standing(given.letter, given.found)
    opened = files.read_letter(given.second)
    secret = files.open_secret(given.secret, given.password_file)
    learned = blind.learn(opened, secret, today=files.today(), sent=secret.sent, rules=files.rules())
    files.save(given.letter, blind.write(learned.letter, seed=secret.seed))
    files.save_found(given.found, learned.keys)
    print(f"第三封已写到 {given.letter}，请交给对方。两边都知道结果以后，请删去私密文件 {given.secret}。")
    return 0
