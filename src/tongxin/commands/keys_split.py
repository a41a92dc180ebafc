"""`tongxin keys split`: the key folder sealed under a key that several custodians hold in shares."""

import os
from pathlib import Path

from tongxin.lib import clock, places
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

COLUMNS = 3
PAGE = """同心　密钥份额　第 {number} 份（共 {shares} 份，{needed} 份可以恢复）
组号 {group:05}　制作日期 {day}　校验码 {code}

单独一份什么也打不开。请锁好，不拍照，不存入联网的电脑；调离岗位时当面移交。
恢复时 {needed} 位保管人到场，运行恢复密钥的命令，按词号输入下面的词。
词表为国际通用的 SLIP-39，最后三个词是校验。

{words}
"""


def main(argv: list[str]) -> int:
    """Write one page a share and the sealed folder; nothing of a key is shown on the screen."""
    parser = Parser(prog="tongxin keys split", description="把密钥文件夹封存，开启它的钥匙分成几份")
    parser.add_argument("--shares", type=int, required=True, metavar="份数", help="总共几份，例如 5")
    parser.add_argument("--needed", type=int, required=True, metavar="份数", help="几份可以恢复，例如 3")
    parser.add_argument("--to", type=Path, required=True, metavar="文件夹", help="写到这个新文件夹，最好在 U 盘上")
    options = parser.parse_args(argv)
    from tongxin.vault import custody

    files = _files(places.keys_folder())
    _refuse_beside_data(options.to)
    now = clock.now()
    made = custody.split(files, shares=options.shares, needed=options.needed, at=now)
    group = custody.group(made.sealed)
    _new_folder(options.to)
    _write(options.to / f"keys-{now:%Y%m%d}.sealed", made.sealed)
    for number, words in enumerate(made.shares, start=1):
        page = PAGE.format(
            number=number, shares=options.shares, needed=options.needed, group=group, day=f"{now:%Y年%-m月%-d日}",
            code=custody.code(words), words=_laid_out(words.split()),
        )
        _write(options.to / f"share-{number}.txt", page)
    print(f"已写到 {options.to}：封存的密钥 1 个文件，份额 {options.shares} 页。")
    print("请逐页打印，当面交给各位保管人，然后删去 share-*.txt。封存的文件可以和备份放在一起。")
    print("现在就试一次：tongxin keys join --from 封存的文件 --check")
    return 0


def _files(folder: Path) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}
    if "master.key" not in found:
        raise Fault(f"{folder} 里没有主密钥，没有拆分。密钥服务的主密钥请在它自己的账户下拆分。")
    if "master-previous.key" in found:
        raise Fault("主密钥正在更换，没有拆分。请先完成更换：tongxin keys rotate --resume。")
    return found


def _refuse_beside_data(target: Path) -> None:
    for folder in (places.home(), places.keys_folder()):
        if folder in (target.resolve(), *target.resolve().parents):
            raise Fault(f"{target} 在数据或密钥文件夹里，没有拆分。份额不能和数据放在一起，请写到 U 盘。")


def _new_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise Fault(f"{folder} 已经存在，没有拆分。请换一个新的文件夹名。") from None
    except OSError:
        raise Fault(f"建不了 {folder}，没有拆分。请换一个位置。") from None


def _write(file: Path, content: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)


def _laid_out(words: list[str]) -> str:
    cells = [f"{number:2}. {word:<12}" for number, word in enumerate(words, start=1)]
    return "\n".join("".join(cells[at : at + COLUMNS]).rstrip() for at in range(0, len(cells), COLUMNS))
