"""Texts as points of a group in which nobody can find the number that a point was multiplied by.

The group is the prime-order subgroup of edwards25519, through libsodium: a hash becomes a point by Elligator 2,
and multiplication refuses whatever is no point of the subgroup. Whoever multiplies by a number of their own hides
a point; two parties who both did so get the same point for the same text, in whichever order they multiplied.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.exceptions import RuntimeError as SodiumError

Item = TypeVar("Item", str, bytes)

SIZE = 32
WIDE = 64
TOGETHER = 2_000
DOMAIN = b"tongxin blind comparison v1"


class NoPoint(ValueError):
    """Something is not 32 bytes of a point in the group."""


def new_number() -> bytes:
    """A secret number below the order of the group, 32 bytes."""
    return bindings.crypto_core_ed25519_scalar_reduce(os.urandom(WIDE))


def point_of(session: bytes, text: str) -> bytes:
    """The point of a text in one session; another session gives another, so that no two can be laid together."""
    digest = hashlib.sha512(b"\x00".join((DOMAIN, session, text.encode()))).digest()
    return bindings.crypto_core_ed25519_from_uniform(digest[:SIZE])


def nobodys_point() -> bytes:
    """A point of no text, by which a list hides how long it is."""
    return bindings.crypto_core_ed25519_from_uniform(os.urandom(SIZE))


def points_of(session: bytes, texts: Sequence[str]) -> list[bytes]:
    """`point_of` for each, on all processors."""
    return _over(texts, lambda text: point_of(session, text))


def multiply(number: bytes, points: Sequence[bytes]) -> list[bytes]:
    """Each point multiplied, in order, on all processors; NoPoint where one is none of the group."""
    try:
        return _over(points, lambda point: bindings.crypto_scalarmult_ed25519_noclamp(number, point))
    except (CryptoError, SodiumError):
        raise NoPoint from None


def _over(every: Sequence[Item], one: Callable[[Item], bytes]) -> list[bytes]:
    parts = [every[start : start + TOGETHER] for start in range(0, len(every), TOGETHER)]
    # libsodium works outside Python's lock, so that threads are enough.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return [point for part in pool.map(lambda part: [one(each) for each in part], parts) for point in part]
