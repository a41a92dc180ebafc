"""`tongxin backup key`: a pair for backups that the server can make but not open."""

import os
from pathlib import Path

from tongxin.backups import locks
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Write the secret key to a new file and print the public one."""
    parser = Parser(prog="tongxin backup key", description="生成备份用的公钥与私钥")
    parser.add_argument("--save", type=Path, required=True, metavar="文件", help="私钥写到这里，须是新文件")
    options = parser.parse_args(argv)
    public, secret = locks.new_pair()
    try:
        handle = os.open(options.save, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Fault(f"{options.save} 已经存在，没有覆盖，也没有生成密钥。请换一个文件名。") from None
    except OSError:
        raise Fault(f"写不进 {options.save}，没有生成密钥。请换一个位置。") from None
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secret + "\n")
    print(f"私钥已写入 {options.save}。请移到离线介质，锁进保险柜；丢失后用它加密的备份无法打开。")
    print("请在服务器上设置：")
    print(f"TONGXIN_BACKUP_RECIPIENT={public}")
    return 0
