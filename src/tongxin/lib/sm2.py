"""SM2 signatures (GB/T 32918): made by GmSSL where its wheel is installed, checked there or here.

A signature is r and s, 32 bytes each; a public key is x and y, 32 bytes each.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from tongxin.lib.faults import Fault

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIGNER = b"1234567812345678"
HALF = 32
Point = tuple[int, int] | None


def native() -> Any | None:
    """GmSSL, where there is a wheel of it for this machine."""
    try:
        return import_module("gmssl_pyx")
    except ImportError:
        return None


@lru_cache(maxsize=8)
def private(seed: bytes) -> bytes:
    """The private key that belongs to 32 random bytes."""
    number = int.from_bytes(hmac.digest(seed, b"tongxin sm2", sha256), "big")
    return (number % (N - 2) + 1).to_bytes(HALF, "big")


@lru_cache(maxsize=8)
def public(key: bytes) -> bytes:
    """The public key of a private one."""
    return _bytes(*_times(int.from_bytes(key, "big"), G) or (0, 0))


def sign(content: bytes, *, key: bytes) -> bytes:
    """The signature of a private key."""
    gmssl = native()
    if gmssl is None:
        raise Fault("这台机器上没有 SM2 签名组件（gmssl-pyx），没有签名。请改用 ed25519，或换一台 x86_64 的机器。")
    made = gmssl.sm2_sign(key, public(key), content, signer_id=SIGNER)
    return _bytes(*decode_dss_signature(made))


def is_signed(content: bytes, signature: bytes, *, key: bytes) -> bool:
    """Whether the owner of a public key signed."""
    if len(signature) != 2 * HALF or len(key) != 2 * HALF:
        return False
    r, s = _numbers(signature)
    if not (0 < r < N and 0 < s < N and _is_on_curve(_numbers(key))):
        return False
    gmssl = native()
    if gmssl is not None:
        return bool(gmssl.sm2_verify(key, content, encode_dss_signature(r, s), signer_id=SIGNER))
    return checks(content, signature, key=key)


def checks(content: bytes, signature: bytes, *, key: bytes) -> bool:
    """The check by plain arithmetic: everything in it is public."""
    r, s = _numbers(signature)
    t = (r + s) % N
    point = _plus(_times(s, G), _times(t, _numbers(key))) if t else None
    digest = int.from_bytes(_sm3(_identity(key), content), "big")
    return point is not None and (digest + point[0]) % N == r


def _identity(key: bytes) -> bytes:
    numbers = b"".join(number.to_bytes(HALF, "big") for number in (A, B, *G))
    return _sm3((len(SIGNER) * 8).to_bytes(2, "big"), SIGNER, numbers, key)


def _sm3(*parts: bytes) -> bytes:
    work = hashes.Hash(hashes.SM3())
    for part in parts:
        work.update(part)
    return work.finalize()


def _is_on_curve(point: tuple[int, int]) -> bool:
    x, y = point
    return x < P and y < P and (y * y - x * x * x - A * x - B) % P == 0


def _numbers(both: bytes) -> tuple[int, int]:
    return int.from_bytes(both[:HALF], "big"), int.from_bytes(both[HALF:], "big")


def _bytes(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(HALF, "big") for number in numbers)


def _plus(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _times(number: int, point: Point) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = _plus(found, point)
        point, number = _plus(point, point), number >> 1
    return found
