"""`tongxin kms create`: the master key of a key service, in the service's own account."""

from tongxin.lib import places, secrets
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Make the master key where there is none."""
    Parser(prog="tongxin kms create", description="为密钥服务生成主密钥（在密钥服务自己的账户下运行）").parse_args(argv)
    if secrets.create_master():
        print(f"已在 {places.keys_folder()} 生成主密钥。请立即离线备份，或用 tongxin keys split 分给几位保管人。")
    else:
        print("主密钥已经存在，没有改动。")
    return 0
