"""What goes between two installations: signed by one, and where it holds words, sealed for the other.

The signed part names both sides, so that nobody can send on what was meant for them as if it were for somebody else.
"""

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from tongxin.instances import keys
from tongxin.lib.faults import Fault

FILE, RECEIPT, FIGURES = "tongxin-file-1", "tongxin-receipt-1", "tongxin-figures-1"
LARGEST = 300_000_000
# What a sealed letter may grow to when it is opened.
LARGEST_OPEN = 1_200_000_000
UNREADABLE = "不是另一套系统发来的文件，或文件不完整。没有处理，请让对方重新发送。"
NOT_OURS = "这份文件不是发给这里的，打不开。没有处理，请让对方核对接收单位后重发。"
FORGED = "文件的签名对不上，可能被改动过。没有处理，请让对方重新发送并电话核实。"


@dataclass(frozen=True, slots=True)
class Letter:
    """What was signed, and by whom (their public key, hex)."""

    format: str
    content: dict[str, Any]
    sign_key: str


def sealed(format: str, content: dict[str, Any], *, seal_key: str, key: SigningKey | None = None) -> bytes:
    """A letter that only the owner of `seal_key` can open; signed by us, or by a made-up installation's `key`."""
    signed = _signed(format, content, to=seal_key, key=key)
    box = SealedBox(PublicKey(bytes.fromhex(seal_key)))
    packed = box.encrypt(zlib.compress(signed, 6))
    return json.dumps({"format": format, "sealed": base64.b64encode(packed).decode()}).encode()


def opened(content: bytes, *, format: str) -> Letter:
    """A letter sealed for this installation, its signature proved; Fault otherwise."""
    outer = _json(content)
    if outer.get("format") != format or not isinstance(outer.get("sealed"), str):
        raise Fault(UNREADABLE)
    try:
        packed = SealedBox(keys.sealing_key()).decrypt(base64.b64decode(outer["sealed"], validate=True))
    except CryptoError:
        raise Fault(NOT_OURS) from None
    except ValueError:
        raise Fault(UNREADABLE) from None
    inflater = zlib.decompressobj()
    try:
        signed = inflater.decompress(packed, LARGEST_OPEN)
    except zlib.error:
        raise Fault(UNREADABLE) from None
    if inflater.unconsumed_tail or not inflater.eof:
        raise Fault(UNREADABLE)
    return _proved(signed, format=format, to=bytes(keys.sealing_key().public_key).hex())


def is_sealed(content: bytes) -> bool:
    """Whether this looks like a sealed letter, not like one that anybody may read."""
    return b'"sealed"' in content[:200]


def is_figures(content: bytes) -> bool:
    """Whether this looks like a letter of figures."""
    return FIGURES.encode() in content[:200]


def plain(format: str, content: dict[str, Any], *, to: str, key: SigningKey | None = None) -> bytes:
    """A letter without secrets, for the installation whose sealing key is `to`; signed as `sealed` does."""
    return _signed(format, content, to=to, key=key)


def read_plain(content: bytes, *, format: str) -> Letter:
    """A letter without secrets that is meant for this installation, its signature proved; Fault otherwise."""
    return _proved(content, format=format, to=bytes(keys.sealing_key().public_key).hex())


def digest(content: bytes) -> str:
    """Names the very file that was made or received (hex)."""
    return hashlib.sha256(content).hexdigest()


def _signed(format: str, content: dict[str, Any], *, to: str, key: SigningKey | None = None) -> bytes:
    key = key or keys.signing_key()
    # The kind comes first, so that whoever takes a file in can tell what it is.
    said = {"format": format, "to": to, "from": bytes(key.verify_key).hex(), "content": content}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = key.sign(text.encode()).signature.hex()
    return json.dumps({"format": format, "said": text, "signature": signature}).encode()


def _proved(signed: bytes, *, format: str, to: str) -> Letter:
    outer = _json(signed)
    try:
        text, signature = str(outer["said"]), bytes.fromhex(outer["signature"])
        said = json.loads(text)
        writer, content = said["from"], said["content"]
        VerifyKey(bytes.fromhex(writer)).verify(text.encode(), signature)
    except CryptoError:
        raise Fault(FORGED) from None
    except (ValueError, TypeError, LookupError, RecursionError):
        raise Fault(UNREADABLE) from None
    if said.get("format") != format or not isinstance(content, dict):
        raise Fault(UNREADABLE)
    if said.get("to") != to:
        raise Fault(NOT_OURS)
    return Letter(format, content, writer)


def _json(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_OPEN:
        raise Fault(UNREADABLE)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Fault(UNREADABLE) from None
    if not isinstance(found, dict):
        raise Fault(UNREADABLE)
    return found
