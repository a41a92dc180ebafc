"""`tongxin keys join`: several custodians bring the key folder back, or prove that they could."""

import getpass
import os
import sys
from pathlib import Path

from tongxin.lib import places
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Ask for shares until there are enough; then write the folder, or compare with the one in use."""
    parser = Parser(prog="tongxin keys join", description="几位保管人一起恢复密钥；份额逐份输入，不写在命令里")
    parser.add_argument("--from", dest="sealed", type=Path, required=True, metavar="文件", help="封存的密钥文件")
    parser.add_argument("--share", type=Path, action="append", default=[], metavar="文件", help="一份的文件，可重复")
    parser.add_argument("--check", action="store_true", help="只演练：与正在使用的密钥对照，不写入")
    options = parser.parse_args(argv)
    from tongxin.vault import custody

    sealed = _text(options.sealed)
    shares = [_text(file) for file in options.share]
    shares += _asked(custody.needed(sealed) - len(shares))
    files = custody.join(sealed, shares)
    if options.check:
        return _compared(files)
    _write(files)
    print(f"已恢复 {len(files)} 个文件到 {places.keys_folder()}。请运行 tongxin doctor。")
    return 0


def _asked(more: int) -> list[str]:
    """The shares still wanted: typed without being shown, or one a line where nobody types."""
    if not sys.stdin.isatty():
        return [line for line in sys.stdin.read().splitlines() if line.strip()] if more > 0 else []
    ask = "还要 {more} 份。请按词号输入一份的全部词（不显示），回车："
    return [getpass.getpass(ask.format(more=more - number)) for number in range(more)]


def _compared(files: dict[str, bytes]) -> int:
    folder = places.keys_folder()
    different = [name for name, each in files.items() if not _is_same(folder / name, each)]
    if different:
        print(f"份额有效，但与正在使用的不同：{'、'.join(different)}。换过密钥以后要重新拆分。")
        return 1
    print(f"份额有效，{len(files)} 个文件与正在使用的一致。没有写入任何内容。")
    return 0


def _is_same(file: Path, content: bytes) -> bool:
    return file.exists() and file.read_bytes() == content


def _write(files: dict[str, bytes]) -> None:
    folder = places.keys_folder()
    if folder.is_dir() and any(folder.glob("*.key")):
        raise Fault(f"{folder} 里已经有密钥，没有写入。请先把旧密钥文件夹移开，或用 TONGXIN_KEYS 指到空文件夹。")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        handle = os.open(folder / Path(name).name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Fault(f"{file} 读不出，没有恢复任何密钥。请核对文件名和介质。") from None
