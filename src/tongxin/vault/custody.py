"""The key folder sealed under a key that nobody holds alone: shares on paper, k of n open it (SLIP-39).

Each share carries its set, its number, how many are needed, and a checksum; any SLIP-39 program joins them.
"""

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import shamir_mnemonic
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from shamir_mnemonic.wordlist import WORDLIST

from tongxin.lib.faults import Fault

FORMAT = "tongxin-keys-1"
SIZE, NONCE = 32, 12
MOST = 16
WORDS = frozenset(WORDLIST)


class Split(NamedTuple):
    """The sealed folder as a file, and the words of each share."""

    sealed: str
    shares: list[str]


def split(files: Mapping[str, bytes], *, shares: int, needed: int, at: datetime) -> Split:
    """Files sealed under a fresh key, and that key in shares."""
    if not 2 <= needed <= shares <= MOST:
        raise Fault(f"份数不对，没有拆分。需要的份数至少 2，总份数不少于需要的份数、至多 {MOST}。")
    key = os.urandom(SIZE)
    (words,) = shamir_mnemonic.generate_mnemonics(1, [(needed, shares)], key)
    head = {
        "format": FORMAT, "set": shamir_mnemonic.Share.from_mnemonic(words[0]).identifier,
        "made_at": at.isoformat(), "shares": shares, "needed": needed,
    }
    content = json.dumps({name: base64.b64encode(each).decode() for name, each in files.items()}).encode()
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, content, _bound(head))
    return Split(json.dumps({**head, "sealed": base64.b64encode(sealed).decode()}, indent=1) + "\n", list(words))


def join(sealed: str, shares: Sequence[str]) -> dict[str, bytes]:
    """The files again; refused, saying why, when the shares are too few, wrong, or of another set."""
    head, content = _read(sealed)
    key = _key([_words(share, number) for number, share in enumerate(shares, start=1)], head)
    try:
        opened = AESGCM(key).decrypt(content[:NONCE], content[NONCE:], _bound(head))
    except InvalidTag:
        raise Fault("这几份打不开这个文件：文件被改动过，或不是同一次拆分的。没有恢复任何密钥。") from None
    return {name: base64.b64decode(each) for name, each in json.loads(opened).items()}


def needed(sealed: str) -> int:
    """How many shares open a file."""
    return int(str(_read(sealed)[0]["needed"]))


def group(sealed: str) -> int:
    """The number that all shares of one splitting carry."""
    return int(str(_read(sealed)[0]["set"]))


def code(words: str) -> str:
    """Eight signs by which a written-down share is compared with another copy of it."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:8].upper()


def _key(mnemonics: Sequence[str], head: Mapping[str, object]) -> bytes:
    found = [_share(words, number) for number, words in enumerate(mnemonics, start=1)]
    strange = [number for number, share in enumerate(found, start=1) if share.identifier != head["set"]]
    if strange:
        raise Fault(f"给出的第 {strange[0]} 份不是这一次拆分的，没有恢复任何密钥。请核对纸上的“组号”。")
    different = {share.index: words for share, words in zip(found, mnemonics, strict=True)}
    if len(different) < found[0].member_threshold:
        need = found[0].member_threshold
        raise Fault(f"只有 {len(different)} 份不同的份额，需要 {need} 份，没有恢复任何密钥。请再请几位保管人到场。")
    try:
        return bytes(shamir_mnemonic.combine_mnemonics(list(different.values())[: found[0].member_threshold]))
    except shamir_mnemonic.MnemonicError:
        raise Fault("这几份合不起来，没有恢复任何密钥。请逐份核对纸上的词和校验码。") from None


def _share(words: str, number: int) -> shamir_mnemonic.Share:
    try:
        return shamir_mnemonic.Share.from_mnemonic(words)
    except (shamir_mnemonic.MnemonicError, ValueError):
        raise Fault(f"给出的第 {number} 份有错字或缺词，没有恢复任何密钥。请对照纸上的词号逐个核对。") from None


def _words(text: str, number: int) -> str:
    words = re.findall(r"[a-z]+", text)
    if unknown := [place for place, word in enumerate(words, start=1) if word not in WORDS]:
        raise Fault(f"给出的第 {number} 份第 {unknown[0]} 个词不在词表里，没有恢复任何密钥。请核对拼写。")
    return " ".join(words)


def _read(sealed: str) -> tuple[dict[str, object], bytes]:
    try:
        head = json.loads(sealed)
        content = base64.b64decode(head.pop("sealed"), validate=True)
        if head["format"] != FORMAT or "needed" not in head or "set" not in head:
            raise ValueError
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Fault("这不是封存的密钥文件，或已损坏。没有恢复任何密钥，请换一份。") from None
    return head, content


def _bound(head: Mapping[str, object]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()
