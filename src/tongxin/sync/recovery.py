"""What a phone could not send, sealed by it to a key of its device: readable without the phone's PIN.

An ephemeral P-256 key of the phone's, agreed with the device's, gives an AES-256-GCM key by HKDF; what is opened
stays bound to the id under which it was kept.
"""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

INFO = b"tongxin-outbox-1"
CURVE = ec.SECP256R1()


class Unopened(Exception):
    """The bytes were not sealed for this device, or not under this id, or were changed."""


def new_private() -> bytes:
    """A fresh private key."""
    key = ec.generate_private_key(CURVE)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_jwk(private: bytes) -> dict[str, str]:
    """The public half as browsers import it."""
    numbers = _loaded(private).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _plain64(numbers.x), "y": _plain64(numbers.y)}


def opened(sealed: Mapping[str, Any], *, private: bytes, about: str) -> bytes:
    """The words behind one sealed thing; `about` is the id that it was bound to."""
    try:
        epk, iv, box = (base64.b64decode(sealed[name], validate=True) for name in ("epk", "iv", "sealed"))
        peer = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, epk)
        shared = _loaded(private).exchange(ec.ECDH(), peer)
        return AESGCM(_key(shared)).decrypt(iv, box, about.encode())
    except (KeyError, TypeError, ValueError, InvalidTag) as fault:
        raise Unopened from fault


def _key(shared: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"", info=INFO).derive(shared)


def _loaded(private: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_der_private_key(private, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unopened
    return key


def _plain64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()
