"""`tongxin keys create`: the key files of a new installation."""

from tongxin.lib import places, secrets
from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """Make the key files where there is none."""
    Parser(prog="tongxin keys create", description="首次使用时生成密钥").parse_args(argv)
    if secrets.create():
        print(f"已在 {places.keys_folder()} 生成密钥。")
        print("请立即离线备份：没有密钥，任何人都无法读出已封存的资料。")
    else:
        print("密钥已经存在，没有改动。")
    return 0
