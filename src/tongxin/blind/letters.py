"""What the two sides send each other: a file of JSON that names its session, what came before it, and who signed it.

The signature and the chain of digests show a changed, swapped or repeated letter. Whether the key is the other side's
people compare once, by its fingerprint, over the telephone.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tongxin.blind.points import SIZE
from tongxin.lib import signing
from tongxin.lib.faults import Fault

FORMAT = "tongxin-blind-1"
STEPS = {1: "第一封（请求）", 2: "第二封（答复）", 3: "第三封（结论）"}
LARGEST = 400_000_000
UNREADABLE = "不是隐私比对的文件，或文件不完整。没有处理，请让对方重新发送。"
CHANGED = "文件在路上被改动过，或签名对不上。没有处理，请让对方重新发送，并当面或电话核对指纹。"
_HEX = re.compile(r"[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Letter:
    """One step of a session. `points` of the second letter are the asker's, answered in their order; `own` the
    writer's. `previous` is the digest of the letter that this one answers, empty for the first. Both
    sides' terms stand in each.
    """

    step: int
    session: str
    kind: str
    purpose: str
    agreement: str
    asker: str
    answerer: str
    until: str
    previous: str
    approved_by: tuple[str, ...]
    points: tuple[bytes, ...]
    own: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter that was read and whose signature holds: by which key, and the digest by which the next one names it."""

    letter: Letter
    key: str
    digest: str

    @property
    def fingerprint(self) -> str:
        """The key in eight groups of digits, to be read over the telephone."""
        return fingerprint(self.key)


def fingerprint(key: str) -> str:
    """A public key (hex) in eight groups of five digits."""
    digest = hashlib.sha256(bytes.fromhex(key)).digest()
    return " ".join(f"{int.from_bytes(digest[at : at + 4]) % 100_000:05d}" for at in range(0, 32, 4))


def write(letter: Letter, *, seed: bytes) -> bytes:
    """The letter as a file, signed by the key of `seed` (32 bytes)."""
    content = {**asdict(letter), "points": _packed(letter.points), "own": _packed(letter.own)}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    profile = signing.ED25519
    signature = signing.sign(text.encode(), seed=seed, profile=profile)
    key = signing.public_key(seed=seed, profile=profile)
    return json.dumps({"format": FORMAT, "key": key.hex(), "signature": signature.hex(), "letter": text}).encode()


def read(content: bytes) -> Opened:
    """The letter of a file whose signature holds; Fault for anything else."""
    if len(content) > LARGEST:
        raise Fault(UNREADABLE)
    try:
        outer = json.loads(content)
        text, key, signature = outer["letter"], outer["key"], outer["signature"]
        is_ours = outer["format"] == FORMAT and all(map(_HEX.fullmatch, (key, signature)))
        letter = _letter(json.loads(text)) if is_ours else None
    except (ValueError, TypeError, KeyError, LookupError, RecursionError, binascii.Error):
        raise Fault(UNREADABLE) from None
    if letter is None:
        raise Fault(UNREADABLE)
    if not signing.is_signed(text.encode(), bytes.fromhex(signature), key=bytes.fromhex(key), profile=signing.ED25519):
        raise Fault(CHANGED)
    return Opened(letter, key, hashlib.sha256(text.encode()).hexdigest())


def _letter(content: dict[str, Any]) -> Letter:
    points, own = _unpacked(content["points"]), _unpacked(content["own"])
    words = {name: content[name] for name in Letter.__slots__ if name not in ("points", "own", "step", "approved_by")}
    approvers = content["approved_by"]
    is_text = all(isinstance(each, str) for each in (*words.values(), *approvers)) and isinstance(approvers, list)
    if not is_text or content["step"] not in STEPS or isinstance(content["step"], bool):
        raise ValueError
    return Letter(step=content["step"], **words, approved_by=tuple(approvers), points=points, own=own)


def _packed(points: Sequence[bytes]) -> str:
    return base64.b64encode(b"".join(points)).decode()


def _unpacked(text: str) -> tuple[bytes, ...]:
    whole = base64.b64decode(text, validate=True)
    if len(whole) % SIZE:
        raise ValueError
    return tuple(whole[at : at + SIZE] for at in range(0, len(whole), SIZE))
