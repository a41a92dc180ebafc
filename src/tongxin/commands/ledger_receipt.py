"""`tongxin ledger receipt`: the day's receipt, which the worker makes by itself, or one more at once."""

from tongxin.ledger import receipts
from tongxin.lib import clock
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Make today's receipt if there is none yet, and say where it lies; or print the public key."""
    parser = Parser(prog="tongxin ledger receipt", description="账本回执（后台每天自动导出一份）")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--now", action="store_true", help="今天已有回执也再出一份")
    choice.add_argument("--key", action="store_true", help="只显示本系统的公钥，当面或用盖章的纸交给外单位")
    options = parser.parse_args(argv)
    if options.key:
        print(receipts.public_key())
        return 0
    now = clock.now()
    made = receipts.export(now=now) if options.now else receipts.export_daily(now=now)
    if made is None and not receipts.files():
        print("账本还没有封存任何一批，没有可出的回执。")
        return 0
    if made is None:
        print("今天的回执已经出过，没有再出。")
    print(made or receipts.files()[-1])
    return 0
