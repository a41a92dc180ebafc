"""Money as whole 分: read from what somebody wrote, shown with two places; never a fraction that a machine rounds."""

import re

FEN = 100
# Ten thousand million yuan: more than any county's fund, and well inside what a database keeps.
MOST = 10_000_000_000 * FEN
WRITTEN = re.compile(r"(?P<yuan>\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(?P<fen>\d{1,2}))?")


def fen_in(text: str) -> int | None:
    """An amount such as 219,150.00 or 36000 in 分; None for anything else, for nothing, and beyond `MOST`."""
    found = WRITTEN.fullmatch(text.strip()) if text.isascii() else None
    if found is None:
        return None
    fen = int(found["yuan"].replace(",", "")) * FEN + int((found["fen"] or "").ljust(2, "0"))
    return fen if 0 < fen <= MOST else None


def yuan(fen: int) -> str:
    """219,150.00; a minus stands before."""
    whole, rest = divmod(abs(fen), FEN)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def share(fen: int, among: int) -> int | None:
    """What falls on each, in 分, half a 分 upwards; None where there is nobody."""
    return (2 * fen + among) // (2 * among) if among > 0 else None
