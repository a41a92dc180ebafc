"""To a browser that asked for it (RFC 8030, VAPID of RFC 8292): a bell without a word, so there is nothing to seal."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from tongxin.lib import secrets
from tongxin.notices.adapters import Message, NotSent, asked

KEPT, LONGEST = 24 * 60 * 60, 12 * 60 * 60
GONE = (404, 410)
# The number of points of P-256: a private key lies between one and the last.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def public_key() -> str:
    """What browsers are told: whose bells they let in."""
    point = _key().public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def send(*, to: str, message: Message, setting: Mapping[str, Any]) -> None:
    """Nothing, once the browser's maker took the bell."""
    parts = urlsplit(to)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}", "exp": int(message.at.timestamp()) + LONGEST,
        "sub": str(setting["contact"]),
    }
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(_key()))
    # Only a host that whoever runs this named may be one within.
    trusted = (parts.hostname or "").lower() in {str(each).lower() for each in setting.get("within", ())}
    answer = asked("POST", to, seconds=message.seconds, trusted=trusted, headers={
        "TTL": str(KEPT), "Urgency": "high" if message.is_urgent else "normal", "Content-Length": "0",
        # The same at each try: what still waits there is replaced, not doubled.
        "Topic": message.key.replace("-", "")[:32], "Authorization": f"vapid t={token}, k={public_key()}",
    })
    if answer.status_code in GONE:
        raise NotSent("address", is_final=True)
    if answer.status_code in (401, 403):
        raise NotSent("login")
    if not answer.ok:
        raise NotSent("refused")


def _key() -> ec.EllipticCurvePrivateKey:
    return _made(secrets.read("pepper"))


@lru_cache(maxsize=2)
def _made(pepper: bytes) -> ec.EllipticCurvePrivateKey:
    number = b"".join(hmac.digest(pepper, b"web push %d" % at, hashlib.sha256) for at in range(2))
    return ec.derive_private_key(int.from_bytes(number, "big") % (ORDER - 1) + 1, ec.SECP256R1())
