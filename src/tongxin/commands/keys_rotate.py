"""`tongxin keys rotate`: a fresh master key, and every data key put under it."""


from tongxin import vault
from tongxin.lib import secrets
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Rotate, or go on where an interrupted rotation stopped."""
    parser = Parser(prog="tongxin keys rotate", description="更换主密钥")
    parser.add_argument("--resume", action="store_true", help="继续上次中断的更换")
    options = parser.parse_args(argv)
    if not options.resume:
        secrets.rotate_master()
    total = 0
    while done := vault.rewrap():
        total += done
    secrets.forget_previous_master()
    print(f"主密钥已更换，{total} 把数据密钥已重新封装。请备份新的主密钥，并销毁旧的备份。")
    return 0
