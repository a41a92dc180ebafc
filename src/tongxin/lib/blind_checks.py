"""What the definition of blind comparisons must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take

HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
# The fewest children a list may be bound to have: below this a comparison would be a question after single ones.
FEWEST = 10
NUMBERS = {
    "longest": (FEWEST, 10_000_000), "filled_to": (1, 1_000_000), "days": (1, 365), "shortest_list": (FEWEST, 100_000)
}


def check_blind(content: Mapping[str, Any]) -> None:
    """Nothing, when lists can be compared by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *NUMBERS), optional=DATED)
    for name, (low, high) in NUMBERS.items():
        take.number(content, name, "", 0, low=low, high=high)
