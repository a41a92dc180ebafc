"""Which places of a figure are not shown, so that nobody finds a small number by subtracting others. Pure.

A place is a path from the top (`()`), each part below its whole: `(1, 7, None)` are those of town 7 that no village
is known of. What is counted at a place is a row of numbers that are published together: one number, both sides of a
share, the codes of a breakdown. Their sum may be known to everybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Path = tuple[int | str | None, ...]
Row = Sequence[int]
# A part this many times a small number, and half of its whole, is too much to lose: rather the whole's sum is hidden.
LARGE = 4


def hide(counts: Mapping[Path, Row], *, under: int, also: Iterable[Path] = ()) -> frozenset[Path]:
    """The places whose row is not shown: small numbers, and others with which they could be found by subtraction.

    A number from 1 to `under` - 1 is small. What stays unknown below a place that is shown adds up to `under` at
    least, is never one place alone, and has more than one solution. `also` are places hidden for another reason.
    """
    hiding = _Hiding(counts, under)
    small = (path for path, row in counts.items() if any(0 < each < under for each in row))
    for path in (*small, *also):
        hiding.put(path)
    hiding.settle()
    return frozenset(hiding.hidden)


class _Hiding:
    """Places are hidden one after the other until nothing can be found out."""

    def __init__(self, counts: Mapping[Path, Row], under: int) -> None:
        self._counts = counts
        self._under = under
        self._below: dict[Path, list[Path]] = defaultdict(list)
        for path in counts:
            if path:
                self._below[path[:-1]].append(path)
        self.hidden: set[Path] = set()
        self._open: list[Path] = []
        # Wholes below which something changed since they were looked at.
        self._changed: set[Path] = set()

    def put(self, path: Path) -> None:
        """Hide a place; a zero is no secret. Everything above it is looked at again, from below."""
        if path not in self.hidden and any(self._counts.get(path, ())):
            self.hidden.add(path)
            above = [path[:depth] for depth in range(len(path) + 1)]
            self._open.extend(above)
            self._changed.update(above)

    def settle(self) -> None:
        """Look at every whole again of which a part was hidden."""
        while self._open:
            whole = self._open.pop()
            if whole not in self._counts or whole not in self._changed:
                continue
            self._changed.remove(whole)
            hidden = [each for each in self._below[whole] if each in self.hidden]
            left = [each for each in self._below[whole] if each not in self.hidden and any(self._counts[each])]
            if whole in self.hidden:
                if left and not hidden:
                    # Its parts would add up to it.
                    self._take(left)
            elif hidden and not self._is_safe(self._unknown(hidden)):
                self._protect(whole, left)

    def _protect(self, whole: Path, left: Sequence[Path]) -> None:
        """Hide one more part; the whole itself where that part would be most of it."""
        least = min((sum(self._counts[each]) for each in left), default=0)
        if not left or (least >= LARGE * self._under and least * 2 >= sum(self._counts[whole])):
            self.put(whole)
        else:
            self._take(left)

    def _take(self, left: Sequence[Path]) -> None:
        """Hide the smallest of several places; below it only the smallest part, so that little is lost."""
        path = min(left, key=lambda each: (sum(self._counts[each]), str(each)))
        self.put(path)

    def _unknown(self, hidden: Sequence[Path]) -> list[Row]:
        """The rows that nobody knows in what is hidden: of a place whose parts are partly shown, only the others."""
        found: list[Row] = []
        for path in hidden:
            below = [each for each in self._below[path] if each in self.hidden]
            found.extend(self._unknown(below) if below else [self._counts[path]])
        return found

    def _is_safe(self, rows: Sequence[Row]) -> bool:
        if len(rows) < 2:
            return False
        sums = [sum(column) for column in zip(*rows, strict=True)]
        if any(0 < each < self._under for each in sums):
            return False
        if len(sums) == 1:
            return self._has_choice(sums[0], [row[0] for row in rows])
        return all(self._is_open(row, sums) for row in rows)

    def _has_choice(self, total: int, numbers: Sequence[int]) -> bool:
        """Not all ones, nor all as large as a small number can be: from their sum either would be known."""
        most = self._under - 1
        return len(numbers) < total and not (total == most * len(numbers) and max(numbers) == most)

    def _is_open(self, row: Row, sums: Sequence[int]) -> bool:
        """Whether each small number of a row has more than one value that fits both its sums."""
        own, total = sum(row), sum(sums)
        return all(
            max(0, own + whole - total) < min(own, whole)
            for each, whole in zip(row, sums, strict=True) if 0 < each < self._under
        )
