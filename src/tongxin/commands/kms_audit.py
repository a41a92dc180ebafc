"""`tongxin kms audit`: whether the key service's own record is whole."""

from pathlib import Path

from tongxin.lib.arguments import Parser


def main(argv: list[str]) -> int:
    """1 when a line was changed or taken out."""
    parser = Parser(prog="tongxin kms audit", description="核验密钥服务自己的记录")
    parser.add_argument("folder", type=Path, metavar="文件夹", help="密钥服务的 --audit 文件夹")
    options = parser.parse_args(argv)
    from tongxin.vault.kms_audit import examine

    total, broken = examine(options.folder)
    if broken:
        print(f"{broken.file} 第 {broken.line} 行与前一行不相连：有行被改动或拿掉。")
        return 1
    print(f"共 {total} 行，前后相连。")
    return 0
