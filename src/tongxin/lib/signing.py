"""Signatures in two profiles: Ed25519, and SM2 as the national one."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tongxin.lib import sm2

ED25519, SM2 = "ed25519", "sm2"
PROFILES = (ED25519, SM2)


def sign(content: bytes, *, seed: bytes, profile: str) -> bytes:
    """The signature by the key that belongs to 32 random bytes."""
    if profile == SM2:
        return sm2.sign(content, key=sm2.private(seed))
    return Ed25519PrivateKey.from_private_bytes(seed).sign(content)


def public_key(*, seed: bytes, profile: str) -> bytes:
    """What anybody may know of that key, and needs for checking."""
    if profile == SM2:
        return sm2.public(sm2.private(seed))
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def is_signed(content: bytes, signature: bytes, *, key: bytes, profile: str) -> bool:
    """Whether the owner of a public key signed exactly this."""
    if profile == SM2:
        return sm2.is_signed(content, signature, key=key)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return profile == ED25519
