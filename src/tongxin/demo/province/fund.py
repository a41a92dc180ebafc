"""The province's fund, handed down to its counties by how many children each serves."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")


def shares_of(total: Decimal, children: Mapping[str, int]) -> dict[str, Decimal]:
    """What each county (by its code) gets, in yuan; to the cent, together the total exactly."""
    everybody = sum(children.values())
    if not everybody:
        return {}
    found = {
        code: (total * count / everybody).quantize(CENT, rounding=ROUND_DOWN) for code, count in children.items()
    }
    rest = int((total - sum(found.values(), Decimal(0))) / CENT)
    for code in sorted(found)[:rest]:
        found[code] += CENT
    return found
