"""`tongxin blind conclude`: what both have, for the side that answered."""

from pathlib import Path

from tongxin import blind
from tongxin.commands import blind_files as files


def main(argv: list[str]) -> int:
    """Write the rows that both have."""
    parser = files.parser("conclude", "由第三封得知双方都有的行")
    parser.add_argument("third", type=Path, metavar="第三封")
    parser.add_argument("--secret", type=Path, required=True, metavar="文件", help="答复时留下的私密文件")
    parser.add_argument("--found", type=Path, required=True, metavar="文件", help="双方都有的行写到这里（csv）")
    given = parser.parse_args(argv)
    files.refuse_standing(given.found)
    opened = files.read_letter(given.third)
    secret = files.open_secret(given.secret, given.password_file)
    files.save_found(given.found, blind.conclude(opened, secret, today=files.today(), sent=secret.sent))
    print(f"比对结束。请删去私密文件 {given.secret}。")
    return 0
