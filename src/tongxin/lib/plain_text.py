"""Text as it is compared: one width, nothing invisible, gaps as single spaces or none."""

import unicodedata
from functools import lru_cache

_INVISIBLE = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF]
)


@lru_cache(maxsize=1 << 16)
def clean(text: str) -> str:
    """`text` with full-width forms narrowed, invisible characters gone and gaps as single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.translate(_INVISIBLE).split())


@lru_cache(maxsize=1 << 16)
def compact(text: str) -> str:
    """`text` cleaned, with no gaps left."""
    return clean(text).replace(" ", "")
