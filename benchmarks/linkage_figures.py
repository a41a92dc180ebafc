"""How good an answer is, when the truth is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from benchmarks.linkage_lists import Lists
from tongxin.linkage.result import Result


@dataclass(frozen=True)
class Figures:
    """`precision` and `recall` of what was merged, `found` with what a person is shown, twins that were merged."""

    merged: int
    precision: float
    recall: float
    found: float
    twins: int
    shown: int

    def __str__(self) -> str:
        return (
            f"merged {self.merged:,}, precision {self.precision:.5%}, recall {self.recall:.2%} "
            f"({self.found:.2%} with the {self.shown:,} pairs for a person), twins merged {self.twins}"
        )


def figures(made: Lists, result: Result) -> Figures:
    """The figures of our own answer."""
    chosen = defaultdict(list)
    for row in result.settled:
        if row.left is not None and row.right is not None:
            chosen[row.verdict].append((row.left, row.right))
    return of_pairs(made, chosen["same"], [*chosen["probable"], *chosen["contradictory"]])


def of_pairs(made: Lists, merged: list[tuple[int, int]], shown: list[tuple[int, int]]) -> Figures:
    """The figures of any pairs of places, merged or shown to a person."""
    right = sum(made.children[0][at] == made.children[1][to] for at, to in merged)
    also = sum(made.children[0][at] == made.children[1][to] for at, to in {*shown} - {*merged})
    twins = 0
    for at, to in merged:
        one, other = made.children[0][at], made.children[1][to]
        twins += one != other and one in made.twins and made.twins[one] == made.twins.get(other)
    pairs = made.pairs
    return Figures(
        len(merged), right / max(len(merged), 1), right / pairs, (right + also) / pairs, twins, len(shown)
    )
