"""`tongxin keys create`: the key files of a new installation."""

from tongxin.lib import places, secrets


def main(argv: list[str]) -> int:
    """Make the key files where there is none."""
    if secrets.create():
        print(f"已在 {places.keys_folder()} 生成密钥。")
        print("请立即离线备份：没有密钥，任何人都无法读出已封存的资料。")
    else:
        print("密钥已经存在，没有改动。")
    return 0
