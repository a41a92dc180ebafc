"""k-anonymity and l-diversity by coarsening whole columns, and by leaving out the rows that still stand alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

PER_CENT = 100
# Rows that are alike in all that could tell who they are, by what could be learnt of them.
Alike = Mapping[tuple[tuple[str, ...], ...], Counter[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Record:
    """One row: each quasi-identifier from its finest value to its coarsest, and what could be learnt of the person."""

    quasi: tuple[tuple[str, ...], ...]
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a table is shown: the level of each column, the rows kept, and how close the rows stand together.

    `diversity` has a pair for each sensitive column: the fewest different values in a class, and in how many classes
    there is only one.
    """

    levels: tuple[int, ...]
    kept: tuple[int, ...]
    suppressed: int
    classes: int
    smallest: int
    diversity: tuple[tuple[int, int], ...]


def anonymise(records: Sequence[Record], *, k: int, most_suppressed: int, diverse: int = 1) -> Outcome | None:
    """The least coarse table in which each row has k - 1 others like it, at most so many of a hundred rows left out.

    Rows that are alike have at least `diverse` different values of each thing that could be learnt, so that knowing
    the row doesn't tell it. None where there is no such table.
    """
    if k < 1 or len(records) < k:
        return None
    counted = _counted(records)
    limit = len(records) * most_suppressed // PER_CENT
    best: tuple[Fraction, int, tuple[int, ...]] | None = None
    for loss, levels in _by_loss(records[0].quasi):
        if best is not None and loss > best[0]:
            break
        alone = _alone(counted, levels, k, diverse)
        if alone <= limit and alone < len(records) and (best is None or alone < best[1]):
            best = (loss, alone, levels)
    return None if best is None else _outcome(records, best[2], k, diverse)


def unlearnable(records: Sequence[Record], *, k: int, most_suppressed: int, diverse: int) -> list[int]:
    """The sensitive columns, each alone, for which no table is diverse enough."""
    return [
        column for column in range(len(records[0].sensitive) if records else 0)
        if anonymise(
            [Record(each.quasi, (each.sensitive[column],)) for each in records], k=k, most_suppressed=most_suppressed,
            diverse=diverse,
        ) is None
    ]


def _by_loss(quasi: tuple[tuple[str, ...], ...]) -> list[tuple[Fraction, tuple[int, ...]]]:
    """Every choice of levels, those that lose least first."""
    heights = [len(values) for values in quasi]
    return sorted(
        (sum((Fraction(level, max(height - 1, 1)) for level, height in zip(levels, heights, strict=True)),
             Fraction(0)), levels)
        for levels in product(*(range(height) for height in heights))
    )


def _shown(quasi: tuple[tuple[str, ...], ...], levels: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(values[level] for values, level in zip(quasi, levels, strict=True))


def _counted(records: Sequence[Record]) -> Alike:
    found: dict[tuple[tuple[str, ...], ...], Counter[tuple[str, ...]]] = {}
    for record in records:
        found.setdefault(record.quasi, Counter())[record.sensitive] += 1
    return found


def _alone(counted: Alike, levels: tuple[int, ...], k: int, diverse: int) -> int:
    classes: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
    for quasi, learnt in counted.items():
        classes.setdefault(_shown(quasi, levels), Counter()).update(learnt)
    return sum(
        learnt.total() for learnt in classes.values()
        if learnt.total() < k or not _is_diverse(list(learnt), diverse)
    )


def _is_diverse(learnt: Sequence[tuple[str, ...]], diverse: int) -> bool:
    return diverse <= 1 or all(len(set(column)) >= diverse for column in zip(*learnt, strict=True))


def _outcome(records: Sequence[Record], levels: tuple[int, ...], k: int, diverse: int) -> Outcome:
    classes: dict[tuple[str, ...], list[int]] = {}
    for index, record in enumerate(records):
        classes.setdefault(_shown(record.quasi, levels), []).append(index)
    whole = [
        rows for rows in classes.values()
        if len(rows) >= k and _is_diverse([records[index].sensitive for index in rows], diverse)
    ]
    kept = sorted(index for rows in whole for index in rows)
    return Outcome(
        levels=levels, kept=tuple(kept), suppressed=len(records) - len(kept), classes=len(whole),
        smallest=min(len(rows) for rows in whole),
        diversity=tuple(_diversity(records, whole, column) for column in range(len(records[0].sensitive))),
    )


def _diversity(records: Sequence[Record], classes: Sequence[Sequence[int]], column: int) -> tuple[int, int]:
    found = [len({records[index].sensitive[column] for index in rows}) for rows in classes]
    return min(found), sum(1 for number in found if number == 1)
