"""What tells one copy of a table from another without being seen: the order of its rows, and blanks behind words.

Both come from the copy's secret and each row's own label, so a part of the table is enough to find them again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from itertools import pairwise


def in_order(labels: Sequence[str], *, secret: bytes) -> list[int]:
    """The rows in this copy's order."""
    return sorted(range(len(labels)), key=lambda index: (_of(secret, b"order", labels[index]), labels[index]))


def is_spaced(label: str, *, secret: bytes) -> bool:
    """Whether a blank stands behind this row's word in this copy."""
    return bool(_of(secret, b"blank", label)[0] & 1)


def agreement(rows: Sequence[tuple[str, bool]], *, secret: bytes) -> tuple[float, float]:
    """How far rows as they were found (label, blank or not) fit a copy: by their order, by their blanks.

    1.0 is this copy; about 0.5 is chance.
    """
    keys = [(_of(secret, b"order", label), label) for label, _ in rows]
    pairs = max(len(keys) - 1, 1)
    ordered = sum(1 for here, after in pairwise(keys) if here <= after)
    fitting = sum(1 for label, blank in rows if is_spaced(label, secret=secret) == blank)
    return ordered / pairs, fitting / max(len(rows), 1)


def _of(secret: bytes, use: bytes, label: str) -> bytes:
    return hmac.new(secret, use + b"\x1f" + label.encode(), hashlib.sha256).digest()
