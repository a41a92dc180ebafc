"""One digest for a batch of rows in their order."""

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf digests; an odd one is carried up as it is, never doubled."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        both = zip(level[::2], level[1::2], strict=False)
        pairs = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in both]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else hashlib.sha256(b"").digest()


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """The digests beside one leaf's way up, each with its side; together they lead from it to the root."""
    steps: list[tuple[str, bytes]] = []
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            steps.append(("left" if beside < index else "right", level[beside]))
        both = zip(level[::2], level[1::2], strict=False)
        pairs = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in both]
        level, index = pairs + level[len(pairs) * 2 :], index // 2
    return steps
