"""企业微信: a callback signed with SHA-1 over token, moment, nonce and cipher, its text in AES-256-CBC.

The sender is told by the member's id; only texts are taken.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tongxin.clues.inbound import Call, Message, Unsigned, refuse_old

BLOCK, KEY = 32, 43
ENCRYPTED = re.compile(rb"<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>")
PARTS = {
    name: re.compile(rf"<{name}>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</{name}>", re.DOTALL)
    for name in ("MsgType", "Content", "MsgId", "FromUserName")
}


def read(call: Call, *, setting: Mapping[str, Any], clock: timedelta, at: datetime) -> Message:
    """The text message, if the signature fits."""
    found = ENCRYPTED.search(call.body)
    if found is None:
        raise Unsigned
    xml = opened(found[1].decode(), call.query, setting=setting, clock=clock, at=at)
    said = {name: _part(part, xml) for name, part in PARTS.items()}
    if said["MsgType"] != "text":
        raise Unsigned
    return Message(said["MsgId"], said["Content"], said["FromUserName"])


def opened(
    cipher: str, query: Mapping[str, str], *, setting: Mapping[str, Any], clock: timedelta, at: datetime
) -> str:
    """What a signed cipher says; also the word by which the platform asks whether this door is there."""
    moment, nonce = query.get("timestamp", ""), query.get("nonce", "")
    parts = "".join(sorted([str(setting["token"]), moment, nonce, cipher]))
    # Written so by the platform; what it protects is signed by the cipher's key too.
    signed = hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(signed.encode(), query.get("msg_signature", "").encode()):
        raise Unsigned
    refuse_old(moment, clock=clock, at=at)
    return _plain(cipher, str(setting["aes_key"]), str(setting["receiver"]))


def _plain(cipher: str, secret: str, receiver: str) -> str:
    try:
        key = base64.b64decode(f"{secret[:KEY]}=")
        sealed = base64.b64decode(cipher)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        size = int.from_bytes(plain[16:20], "big")
        padding = plain[-1]
        if not 1 <= padding <= BLOCK or plain[20 + size : -padding].decode() != receiver:
            raise Unsigned
        return plain[20 : 20 + size].decode()
    except (ValueError, IndexError):
        raise Unsigned from None


def _part(part: re.Pattern[str], xml: str) -> str:
    found = part.search(xml)
    return (found[1] or found[2] or "") if found else ""
