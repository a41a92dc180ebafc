"""`tongxin keys rotate`: a fresh master key, and every data key put under it."""

import os

from tongxin import vault
from tongxin.lib import secrets
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Rotate, or go on where an interrupted rotation stopped."""
    parser = Parser(prog="tongxin keys rotate", description="更换主密钥")
    parser.add_argument("--resume", action="store_true", help="继续上次中断的更换")
    options = parser.parse_args(argv)
    if os.environ.get(secrets.KMS):
        if not options.resume:
            raise Fault(
                "主密钥由密钥服务保管，没有更换。请先在密钥服务的账户下运行 tongxin kms rotate，再在这里加 --resume。"
            )
        total = _rewrap()
        print(f"{total} 把数据密钥已重新封装。满一天后请在密钥服务的账户下运行 tongxin kms rotate --finish。")
        return 0
    if not options.resume:
        secrets.rotate_master()
    total = _rewrap()
    while not vault.finish_rotation():
        total += _rewrap()
    print(f"主密钥已更换，{total} 把数据密钥已重新封装。请备份新的主密钥，并销毁旧的备份。")
    return 0


def _rewrap() -> int:
    total = 0
    while done := vault.rewrap():
        total += done
    return total
