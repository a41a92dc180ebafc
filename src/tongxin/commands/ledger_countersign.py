"""`tongxin ledger countersign`: another office puts its own signature under a receipt; it needs no data."""

import os
import secrets as chance
from pathlib import Path

from tongxin.lib import receipts, signing
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

SIZE = 32


def main(argv: list[str]) -> int:
    """Countersign one receipt beside it, or make the office's own key."""
    parser = Parser(prog="tongxin ledger countersign", description="外单位在回执上会签（不需要数据，也不需要数据库）")
    parser.add_argument("file", nargs="?", type=Path, metavar="回执", help="账本回执文件")
    parser.add_argument("--key", type=Path, required=True, metavar="文件", help="会签单位的私钥文件")
    parser.add_argument("--make-key", action="store_true", help="生成私钥，写到 --key 所指的新文件")
    parser.add_argument("--sm2", action="store_true", help="生成私钥时用 SM2，默认 ed25519")
    parser.add_argument("--issuer", metavar="公钥", help="出具单位的公钥；会签前核对回执确由它出具")
    parser.add_argument("--previous", type=Path, metavar="文件", help="上一份已会签的回执；会签前核对前后相连")
    options = parser.parse_args(argv)
    if options.make_key:
        _make(options.key, signing.SM2 if options.sm2 else signing.ED25519)
        return 0
    if options.file is None or not options.issuer:
        parser.error("")
    seed, profile = _read(options.key)
    receipt = receipts.read(options.file)
    _examine(receipt, issuer=options.issuer, previous=options.previous)
    target = options.file.with_suffix(".countersigned.json")
    _write(target, receipts.text(receipts.countersign(receipt, seed=seed, profile=profile)))
    print(f"第 {receipt['number']} 份回执已会签：{target}")
    return 0


def _examine(receipt: receipts.Receipt, *, issuer: str, previous: Path | None) -> None:
    if not receipts.is_signed(receipt, key=issuer):
        raise Fault("回执的签名与出具单位的公钥不符，没有会签。请向出具单位核对。")
    if previous is None:
        return
    if receipts.digest(receipts.read(previous)) != receipt["previous"]:
        raise Fault("这份回执不是接在上一份之后的，没有会签。请按日期顺序会签，或向出具单位核对。")


def _make(file: Path, profile: str) -> None:
    seed = chance.token_bytes(SIZE)
    _write(file, f"{profile} {seed.hex()}\n")
    print(f"私钥已写入 {file}，请离线保管。公钥（交给核验的人）：")
    print(signing.public_key(seed=seed, profile=profile).hex())


def _read(file: Path) -> tuple[bytes, str]:
    try:
        profile, seed = file.read_text(encoding="ascii").split()
        if profile not in signing.PROFILES or len(seed) != 2 * SIZE:
            raise ValueError
        return bytes.fromhex(seed), profile
    except (OSError, ValueError):
        raise Fault(f"{file.name} 读不出，或不是会签私钥。没有会签，请换一份。") from None


def _write(file: Path, content: str) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Fault(f"{file} 已经存在，没有覆盖。请换一个文件名，或先移走它。") from None
    except OSError:
        raise Fault(f"写不进 {file}，没有保存。请换一个位置。") from None
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)
