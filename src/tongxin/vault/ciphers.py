"""Authenticated encryption and keyed digests: AES-256-GCM with HMAC-SHA-256, or SM4-GCM with HMAC-SM3.

`sm4-gcm` alone, with HMAC-SHA-256, is what earlier versions sealed by; it stays readable and writable.

Sealed bytes: mark, profile, nonce, ciphertext with tag. Inside, short values are padded to sixteen
bytes so that a name's length doesn't show; long ones are compressed.
"""

import hashlib
import hmac
import os
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

MARK = 0xB1
NATIONAL = "sm4-gcm-sm3"
PROFILES = {"aes-256-gcm": 1, "sm4-gcm": 2, NATIONAL: 3}
SIZES = {"aes-256-gcm": 32, "sm4-gcm": 16, NATIONAL: 16}
NONCE, TAG, BLOCK = 12, 16, 16
LONG = 256
PADDED, PACKED = b"\x00", b"\x01"


class Unopened(Exception):
    """The bytes are not what was sealed under this key for this place."""


def new_key(profile: str) -> bytes:
    """A fresh data key."""
    return os.urandom(SIZES[profile])


def keyed_digest(content: bytes, *, key: bytes, profile: str) -> bytes:
    """What only the key's owner can make of a content."""
    if profile != NATIONAL:
        return hmac.digest(key, content, hashlib.sha256)
    work = HMAC(key, SM3())
    work.update(content)
    return work.finalize()


def is_sealed(blob: bytes) -> bool:
    """Whether bytes look like something sealed here."""
    return len(blob) >= 2 + NONCE + TAG and blob[0] == MARK and blob[1] in PROFILES.values()


def seal(content: bytes, *, key: bytes, profile: str, context: bytes) -> bytes:
    """`content` sealed for one place."""
    nonce = os.urandom(NONCE)
    head = bytes((MARK, PROFILES[profile]))
    return head + nonce + _encrypt(_packed(content), key, profile, nonce, head + context)


def unseal(blob: bytes, *, key: bytes, profile: str, context: bytes) -> bytes:
    """The content, if nobody changed or moved it."""
    if not is_sealed(blob) or blob[1] != PROFILES[profile]:
        raise Unopened
    head, nonce, body = blob[:2], blob[2 : 2 + NONCE], blob[2 + NONCE :]
    try:
        return _unpacked(_decrypt(body, key, profile, nonce, head + context))
    except (InvalidTag, ValueError, zlib.error):
        raise Unopened from None


def _packed(content: bytes) -> bytes:
    if len(content) >= LONG:
        return PACKED + zlib.compress(content)
    fill = BLOCK - 1 - (len(content) + 1) % BLOCK
    return PADDED + content + b"\x80" + bytes(fill)


def _unpacked(content: bytes) -> bytes:
    if content[:1] == PACKED:
        return zlib.decompress(content[1:])
    return content[1 : content.rindex(b"\x80")]


def _encrypt(content: bytes, key: bytes, profile: str, nonce: bytes, context: bytes) -> bytes:
    if profile == "aes-256-gcm":
        return AESGCM(key).encrypt(nonce, content, context)
    work = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    work.authenticate_additional_data(context)
    return work.update(content) + work.finalize() + work.tag


def _decrypt(body: bytes, key: bytes, profile: str, nonce: bytes, context: bytes) -> bytes:
    if profile == "aes-256-gcm":
        return AESGCM(key).decrypt(nonce, body, context)
    work = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-TAG:])).decryptor()
    work.authenticate_additional_data(context)
    return work.update(body[:-TAG]) + work.finalize()
