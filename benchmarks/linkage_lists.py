"""Two dirty lists of synthetic children with the truth beside them; errors at the rates of `RATES`.

`python -m benchmarks.linkage_lists FOLDER [rows] [seed]` writes left.parquet, right.parquet and truth.parquet.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.linkage_children import Child, children, phone
from benchmarks.linkage_errors import RATES, spoil
from tongxin.linkage.record import COLUMNS, Record

# How many of all children stand on each of the two lists.
SHARE = 0.85
TWICE = 0.06
# How often both offices write down the same one of those who look after a child.
SAME_GUARDIAN = 0.85
# How often twins have no name and no number yet, and what an office writes instead.
UNNAMED = 0.05
NAMELESS = (
    "{surname}宝宝", "{surname}某某", "未取名", "{father}之{kind}",
    "{surname}大宝", "{surname}二宝", "{surname}**",
)


@dataclass
class Lists:
    """Both lists, and for each record its child's number; `twins` are the numbers of children with a twin."""

    sides: tuple[list[Record], list[Record]] = field(default_factory=lambda: ([], []))
    children: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    twins: dict[int, int] = field(default_factory=dict)

    @property
    def pairs(self) -> int:
        """How many pairs of records are of one child."""
        counts: dict[int, int] = {}
        for child in self.children[0]:
            counts[child] = counts.get(child, 0) + 1
        return sum(counts.get(child, 0) for child in self.children[1])


def lists(rows: int, seed: int) -> Lists:
    """Two lists of about so many rows each, the same ones for a seed."""
    chance = random.Random(seed * 31 + 7)
    made = Lists()
    directors = [phone(chance) for _ in range(max(rows // 300, 1))]
    for child in children(int(rows / SHARE), seed):
        if child.twin >= 0:
            made.twins[child.number] = child.twin
        for side in (0, 1):
            if chance.random() < SHARE:
                for record in _records(child, side, chance, directors):
                    made.sides[side].append(record)
                    made.children[side].append(child.number)
    for side in (0, 1):
        order = list(range(len(made.sides[side])))
        random.Random(seed + side).shuffle(order)
        made.sides[side][:] = [made.sides[side][at] for at in order]
        made.children[side][:] = [made.children[side][at] for at in order]
    return made


def _records(child: Child, side: int, chance: random.Random, directors: list[str]) -> Iterator[Record]:
    times = 2 if child.moves and chance.random() < TWICE else 1
    for time in range(times):
        elsewhere = chance.random() < (0.9 if time else 0.3 if child.moves else 0.03)
        yield spoil(_record(child, f"{'LR'[side]}{child.number}-{time}", chance, directors, elsewhere), chance)


def _record(child: Child, key: str, chance: random.Random, directors: list[str], elsewhere: bool) -> Record:
    # Whom an office writes down: father, mother or the grandparent who looks after the child.
    who = (0, 0, 1, 2)[child.number % 4] if chance.random() < SAME_GUARDIAN else chance.randrange(3)
    number = child.phones[1] if who == 2 else child.phones[0]
    if chance.random() < RATES["phone_changed"]:
        number = phone(chance)
    elif chance.random() < RATES["phone_directors"]:
        number = chance.choice(directors)
    village = _elsewhere(child.village, chance) if elsewhere else child.village
    if child.twin >= 0 and random.Random(child.twin).random() < UNNAMED:
        kind = "子" if child.sex == "male" else "女"
        nameless = random.Random(child.twin + 1).choice(NAMELESS)
        name = nameless.format(surname=child.name[0], father=child.guardians[0], kind=kind)
        return Record(
            key, name, child.sex, f"{child.birth:%Y-%m-%d}", None, number, child.guardians[who], child.village
        )
    return Record(
        key, child.name, child.sex, f"{child.birth:%Y-%m-%d}", child.id_no, number, child.guardians[who], village
    )


def _elsewhere(village: str, chance: random.Random) -> str:
    county = village[:6] if chance.random() < 0.5 else f"{village[:4]}{1 + chance.randrange(20):02}"
    return f"{county}{100 + chance.randrange(12)}{200 + chance.randrange(25)}"


def write(folder: Path, rows: int, seed: int) -> Lists:
    """Both lists and the truth as parquet in `folder`."""
    made = lists(rows, seed)
    for name, records in zip(("left", "right"), made.sides, strict=True):
        columns = zip(*records, strict=True)
        arrays = [pa.array(values, pa.string()) for values in columns]
        table = pa.table(dict(zip(COLUMNS, arrays, strict=True)))
        pq.write_table(table, folder / f"{name}.parquet")
    truth = [
        pa.table({"side": [name] * len(found), "child": found, "twin": [made.twins.get(child, -1) for child in found]})
        for name, found in zip(("left", "right"), made.children, strict=True)
    ]
    pq.write_table(pa.concat_tables(truth), folder / "truth.parquet")
    return made


if __name__ == "__main__":
    write(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:4] or ("100000", "1")))
