"""How a message to another system is signed: moment, nonce and body together, so that none can be sent a second time.

`Tongxin-Signature: t=<seconds>,n=<nonce>,hmac=<hex>` or `…,ed25519=<hex>`; what is signed is `t.n.body`.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from tongxin.lib import signing

HEADER = "Tongxin-Signature"
HMAC, ED25519 = "hmac", signing.ED25519
ALGORITHMS = {HMAC: "共用密钥（HMAC-SHA256）", ED25519: "公钥（Ed25519）"}
SIZE = 32


def new_secret() -> str:
    """A secret, or the seed of a key, in hexadecimal digits."""
    return secrets.token_hex(SIZE)


def public_key_of(secret: str) -> str:
    """What the other side needs for checking when only we can sign."""
    return signing.public_key(seed=bytes.fromhex(secret), profile=ED25519).hex()


def header_for(body: bytes, *, secret: str, algorithm: str, nonce: str, at: datetime) -> str:
    """The header that goes with a body."""
    moment = str(int(at.timestamp()))
    content = f"{moment}.{nonce}.".encode() + body
    if algorithm == ED25519:
        made = signing.sign(content, seed=bytes.fromhex(secret), profile=ED25519).hex()
    else:
        made = hmac.digest(secret.encode(), content, hashlib.sha256).hex()
    return f"t={moment},n={nonce},{algorithm}={made}"
