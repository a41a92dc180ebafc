"""Which visits are asked about again: at random by weight, and the same whenever it is drawn again. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from math import ceil, log

WHOLE = 2**64


def seed_of(root: bytes, *, batch: int, post: str, week: str) -> str:
    """The seed of one post's draw in one week, from the signed root of a batch that nobody could choose."""
    return hashlib.sha256(root + f"|{batch}|{post}|{week}".encode()).hexdigest()


def size_of(pool: int, *, share: int, least: int, most: int) -> int:
    """How many are drawn out of so many; `share` in per cent."""
    return min(pool, max(least, min(most, ceil(pool * share / 100))))


def draw(pool: Sequence[tuple[str, int]], *, size: int, seed: str) -> list[str]:
    """So many ids without putting back, those with more weight sooner (Efraimidis and Spirakis 2006)."""
    keyed = sorted((_key(id, weight, seed), id) for id, weight in pool if weight > 0)
    return [id for _key_, id in keyed[:size]]


def _key(id: str, weight: int, seed: str) -> float:
    number = int.from_bytes(hashlib.sha256(f"{seed}|{id}".encode()).digest()[:8])
    return -log((number + 1) / (WHOLE + 1)) / weight


def weight_of(found: Mapping[str, int], *, weights: Mapping[str, int]) -> int:
    """How readily a post's visits come up, after what its earlier ones came to (`agreed`, `differs`, `unreached`)."""
    differs, unreached = found.get("differs", 0), found.get("unreached", 0)
    if not differs and found.get("agreed", 0) >= weights["trusted_after"]:
        return weights["trusted"]
    return min(weights["most"], weights["usual"] + differs * weights["differs"] + unreached * weights["unreached"])
