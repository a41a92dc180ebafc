"""核对同心发来的通知：只依赖 Python（公钥签名另需 cryptography）；说明见 docs/exchange.md。可以照抄到自己的系统里。"""

import hashlib
import hmac

TOLERANCE = 300


class Unsigned(Exception):
    """不是同心发来的，或者是重放的：不要处理，答复 401。"""


def verify(body, header, *, secret="", public_key="", now, seen):
    """核对一条通知。body 是收到的原始字节，header 是 Tongxin-Signature，now 是现在的秒数；
    seen 是最近 10 分钟用过的随机数（集合），放在几台机器共用的地方。成功就记下这个随机数。"""
    try:
        said = dict(part.split("=", 1) for part in header.split(","))
        moment, nonce = int(said["t"]), said["n"]
    except (KeyError, ValueError):
        raise Unsigned("header") from None
    if abs(now - moment) > TOLERANCE:
        raise Unsigned("time")
    content = f"{moment}.{nonce}.".encode() + body
    if public_key:
        _verify_ed25519(content, said.get("ed25519", ""), public_key)
    else:
        right = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, said.get("hmac", "")):
            raise Unsigned("signature")
    if nonce in seen:
        raise Unsigned("replayed")
    seen.add(nonce)


def _verify_ed25519(content, signature, public_key):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        raise Unsigned("signature") from None
