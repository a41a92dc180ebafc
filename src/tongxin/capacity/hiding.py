"""Small numbers that are not shown, together with one more where a total would give them away. Pure."""

from collections.abc import Sequence

HIDDEN = None


def hide_small(numbers: Sequence[int], *, under: int) -> list[int | None]:
    """The numbers of parts of a known total; those from 1 to `under` - 1 hidden, and never one alone."""
    found: list[int | None] = [HIDDEN if 0 < each < under else each for each in numbers]
    if found.count(HIDDEN) == 1:
        left = [(each, at) for at, each in enumerate(found) if each]
        if left:
            found[min(left)[1]] = HIDDEN
    return found
