"""What offices do to a child's line: each error of instruments.md §11 at its rate, drawn one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from opencc import OpenCC

from benchmarks.linkage_names import BOYS, GIRLS, GIVEN, SURNAME, surname
from tongxin.lib.identity_numbers import CHECKS, check_digit
from tongxin.lib.sounds import readings
from tongxin.linkage.characters import tables
from tongxin.linkage.days import day_of
from tongxin.linkage.record import Record

RATES = {
    "homophone": 0.02, "rare": 0.005, "minority": 0.3,
    "id_missing": 0.04, "id_check": 0.01, "id_made_up": 0.003, "id_swapped": 0.005, "id_x": 0.05, "id_wide": 0.01,
    "id_cut": 0.002, "birth_lunar": 0.02, "birth_swapped": 0.003, "birth_first": 0.01, "sex": 0.003,
    "phone_changed": 0.10, "phone_directors": 0.02, "name_changed": 0.01, "nickname": 0.03, "adopted": 0.002,
}  # fmt: skip
DOTS = ("", ".", "•", "・", " ")
WIDE = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "0123456789X"})


def spoil(record: Record, chance: random.Random) -> Record:
    """The record with whatever errors chance gives it; one that has neither name nor number yet as it is."""
    if record.id_no is None:
        return record
    name = _name(record, chance)
    written = record._replace(
        name=name, id_no=_number(record.id_no or "", chance), birth=_birth(record.birth or "", chance)
    )
    if chance.random() < RATES["sex"]:
        written = written._replace(sex="male" if record.sex == "female" else "female")
    return written


def _name(record: Record, chance: random.Random) -> str:
    name, sex = record.name or "", record.sex or "male"
    drawn = chance.random()
    for kind in ("name_changed", "nickname", "adopted"):
        drawn -= RATES[kind]
        if drawn < 0:
            return _CHANGED[kind](name, sex, chance)
    if "·" in name and chance.random() < RATES["minority"]:
        name = _minority(name, chance)
    if chance.random() < RATES["homophone"]:
        name = _replaced(name, chance, _alike)
    if chance.random() < RATES["rare"]:
        name = _replaced(name, chance, _rare)
    return name


def _nickname(name: str, sex: str, chance: random.Random) -> str:
    last = name[-1] if chance.random() < 0.6 else GIVEN[sex].one(chance)
    kind = chance.random()
    return last * 2 if kind < 0.6 else f"小{last}" if kind < 0.9 else f"{last}儿"


_CHANGED: dict[str, Callable[[str, str, random.Random], str]] = {
    "name_changed": lambda name, sex, chance: name[0] + GIVEN[sex].one(chance) + GIVEN[sex].one(chance),
    "nickname": _nickname,
    "adopted": lambda name, sex, chance: surname(chance) + name[1:],
}


def _minority(name: str, chance: random.Random) -> str:
    spelling = next(((one, other) for one, other in tables().minority if other in name and one != other), None)
    if spelling and chance.random() < 0.5:
        return name.replace(spelling[1], spelling[0], 1)
    return name.replace("·", chance.choice(DOTS))


def _replaced(name: str, chance: random.Random, other: Callable[[str, random.Random], str]) -> str:
    at = chance.randrange(len(name))
    return name[:at] + other(name[at], chance) + name[at + 1 :]


@lru_cache(maxsize=1)
def _same_spoken() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for character in dict.fromkeys((*BOYS, *GIRLS, *"".join(SURNAME.choices), *map(chr, tables().shapes))):
        found.setdefault(readings(character)[0], []).append(character)
    return found


@lru_cache(maxsize=10_000)
def _resembling(character: str) -> list[str]:
    first = tables().shapes.get(ord(character))
    return [chr(other) for other, one in tables().shapes.items() if one == first and chr(other) != character]


def _alike(character: str, chance: random.Random) -> str:
    spoken = [each for each in _same_spoken().get(readings(character)[0], ()) if each != character]
    shaped = _resembling(character) if ord(character) in tables().shapes else []
    options = shaped if shaped and (not spoken or chance.random() < 0.3) else spoken
    return chance.choice(options) if options else character


@lru_cache(maxsize=1)
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _rare(character: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return str(_traditional().convert(character))
    return readings(character)[0] if kind < 0.7 else "？" if kind < 0.9 else "\ue123"


def _number(number: str, chance: random.Random) -> str:
    drawn = chance.random()
    for kind, change in _BROKEN.items():
        drawn -= RATES[kind]
        if drawn < 0:
            return change(number, chance)
    if number.endswith("X") and chance.random() < RATES["id_x"]:
        number = number.lower()
    return number.translate(WIDE) if chance.random() < RATES["id_wide"] else number


def _swapped(number: str, chance: random.Random) -> str:
    at = chance.randrange(6, 16)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def _made_up(number: str, chance: random.Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(("111111111111111111", "123456789012345678", f"{number[:6]}000000000000"))
    first = f"{number[:14]}{chance.randrange(1000):03}"
    return first + check_digit(first)


_BROKEN: dict[str, Callable[[str, random.Random], str]] = {
    "id_missing": lambda number, chance: "",
    "id_check": lambda number, chance: number[:17] + chance.choice(CHECKS.replace(number[17], "")),
    "id_made_up": _made_up,
    "id_swapped": _swapped,
    "id_cut": lambda number, chance: (lambda at: number[:at] + number[at + 1 :])(chance.randrange(18)),
}


def _birth(birth: str, chance: random.Random) -> str:
    drawn = chance.random()
    drawn -= RATES["birth_lunar"]
    if drawn < 0:
        lunar = day_of(birth).lunar or 0
        return f"{lunar // 10_000}-{lunar // 100 % 100:02}-{lunar % 100:02}" if lunar else birth
    drawn -= RATES["birth_first"]
    if drawn < 0:
        return f"{birth[:4]}-01-01"
    drawn -= RATES["birth_swapped"]
    born = date.fromisoformat(birth)
    return f"{born.year}-{born.day:02}-{born.month:02}" if drawn < 0 and born.day <= 12 else birth
