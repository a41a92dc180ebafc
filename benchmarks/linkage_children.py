"""Synthetic families whose children two lists know: siblings, twins, cousins with one telephone; the truth."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from benchmarks.linkage_names import GIVEN, given, minority, surname
from tongxin.lib.identity_numbers import check_digit

FIRST_BIRTH, DAYS = date(2007, 9, 1), 6570
TOWNS, VILLAGES = 12, 25
A_COUNTY = 10_000
TWINS = 0.01
COUSINS = 0.15
MINORITY = 0.03
# How many children a family has.
SIZES, SHARES = (1, 2, 3), (0.55, 0.35, 0.10)
SAME_SPOKEN = dict(zip("雨涵轩怡婷琪瑶浩欣彤", "宇晗萱宜庭淇遥昊昕桐", strict=True))


@dataclass(frozen=True, slots=True)
class Child:
    """One child as it is; `twin` numbers a pair, `moves` says it stands somewhere else than at home."""

    number: int
    name: str
    sex: str
    birth: date
    id_no: str
    village: str
    guardians: tuple[str, ...]
    phones: tuple[str, ...]
    twin: int
    moves: bool


def children(count: int, seed: int) -> Iterator[Child]:
    """So many children, always the same ones for a seed."""
    chance = random.Random(seed)
    counties = max(count // A_COUNTY, 1)
    taken: dict[tuple[str, date], int] = {}
    number, grandparents_phone = 0, phone(chance)
    while number < count:
        family = _Family.drawn(chance, counties, grandparents_phone)
        grandparents_phone = family.phones[-1]
        for child in family.children(chance, number, taken):
            number += 1
            yield child


@dataclass(frozen=True, slots=True)
class _Family:
    surname: str
    is_minority: bool
    village: str
    guardians: tuple[str, ...]
    phones: tuple[str, ...]
    moves: bool

    @classmethod
    def drawn(cls, chance: random.Random, counties: int, neighbours: str) -> _Family:
        county = f"37{1 + chance.randrange(counties) // 90:02}{1 + chance.randrange(counties) % 90:02}"
        village = f"{county}{100 + chance.randrange(TOWNS)}{200 + chance.randrange(VILLAGES)}"
        family = surname(chance)
        guardians = (
            family + given(chance, "male"), surname(chance) + given(chance, "female"), family + given(chance, "male"),
        )
        # Cousins are looked after by the same grandparents, on whose telephone all of them stand.
        kept = neighbours if chance.random() < COUSINS else phone(chance)
        return cls(
            family, chance.random() < MINORITY, village, guardians, (phone(chance), kept), chance.random() < 0.3
        )

    def children(self, chance: random.Random, number: int, taken: dict[tuple[str, date], int]) -> Iterator[Child]:
        size = chance.choices(SIZES, SHARES)[0]
        shared = GIVEN["male"].one(chance) if chance.random() < 0.2 else ""
        for _ in range(size):
            one = self._child(chance, number, shared, taken)
            # One child in a hundred is a twin.
            if chance.random() < TWINS / 2:
                yield replace(one, twin=one.number)
                yield self._twin(chance, one, taken)
                return
            number += 1
            yield one

    def _child(
        self, chance: random.Random, number: int, shared: str, taken: dict[tuple[str, date], int]
    ) -> Child:
        sex, born = chance.choice(("male", "female")), FIRST_BIRTH + timedelta(days=chance.randrange(DAYS))
        own = shared + GIVEN[sex].one(chance) if shared else given(chance, sex)
        name = minority(chance) if self.is_minority else self.surname + own
        id_no = new_number(self.village[:6], born, sex, taken)
        return Child(number, name, sex, born, id_no, self.village, self.guardians, self.phones, -1, self.moves)

    def _twin(self, chance: random.Random, one: Child, taken: dict[tuple[str, date], int]) -> Child:
        sex = one.sex if chance.random() < 0.6 else chance.choice(("male", "female"))
        last = one.name[-1]
        other = SAME_SPOKEN.get(last) if chance.random() < 0.5 else None
        while other is None or other == last:
            other = GIVEN[sex].one(chance)
        id_no = new_number(one.village[:6], one.birth, sex, taken)
        name = one.name[:-1] + other
        return replace(one, number=one.number + 1, name=name, sex=sex, id_no=id_no, twin=one.number)


def new_number(county: str, born: date, sex: str, taken: dict[tuple[str, date], int]) -> str:
    """The next identity number of that county and day, odd ones for boys."""
    place = taken.get((county, born), random.Random(f"{county}{born}").randrange(100))
    taken[county, born] = place + 1
    first = f"{county}{born:%Y%m%d}{place * 2 % 998 + (sex == 'male'):03}"
    return first + check_digit(first)


def phone(chance: random.Random) -> str:
    """A mobile number."""
    return f"1{chance.choice('3578')}{chance.randrange(10**9):09}"
