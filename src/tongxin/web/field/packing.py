"""How an answer is packed for the line it goes over: Brotli for whoever reads it, else gzip, else not at all."""

import gzip
from functools import lru_cache

import brotli
from django.http import HttpRequest

BROTLI, GZIP = "br", "gzip"
# A window as wide as the whole shell, so that what its forms and modules have in common is said once.
WINDOW = 24


def packed(content: bytes, *, request: HttpRequest) -> tuple[bytes, dict[str, str]]:
    """A file that is the same for everybody, packed as small as the asker can read, and the header that says how.

    Browsers offer Brotli over HTTPS only; it is packed for the first who asks and kept.
    """
    offered = _offered(request.headers.get("Accept-Encoding", ""))
    way = next((each for each in (BROTLI, GZIP) if each in offered), "")
    return (small(content, way=way), {"Content-Encoding": way}) if way else (content, {})


@lru_cache(maxsize=1024)
def small(content: bytes, *, way: str) -> bytes:
    """The content packed by one way as small as it can."""
    if way == BROTLI:
        smallest: bytes = brotli.compress(content, quality=11, lgwin=WINDOW)
        return smallest
    return gzip.compress(content, 9, mtime=0)


def _offered(header: str) -> set[str]:
    """The ways a header names, without those it forbids by a weight of nought."""
    named = (each.replace(" ", "").lower().partition(";q=") for each in header.split(","))
    return {way for way, _, weight in named if weight.strip("0.") or not weight}
