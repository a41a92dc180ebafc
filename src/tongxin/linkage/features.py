"""A record's columns: everything two records are compared by, worked out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tongxin.linkage.days import day_of
from tongxin.linkage.names import name_of
from tongxin.linkage.numbers import number_of, phone_of
from tongxin.linkage.places import place_of
from tongxin.linkage.record import SEXES, Record

# Positions of an identity number: the region, and what tells children of one region and day apart.
REGION, OWN, DAY_ON = slice(0, 6), slice(14, 17), slice(6, 17)


class Features(NamedTuple):
    """The columns, flat as an engine has them; `None` is blank, days are numbers such as 20170921.

    `phone_shared` says how many records of the same list have that phone.
    """

    key: str
    name: str | None
    name_sound: str | None
    name_shape: str | None
    name_holed: str | None
    name_spelled: str | None
    name_telling: str | None
    surname: str | None
    given: str | None
    nickname: str | None
    placeholder: str | None
    sex: str | None
    id_text: str | None
    id_valid: str | None
    id_frame: str | None
    id_tail: str | None
    birth: int | None
    id_birth: int | None
    birth_swapped: int | None
    birth_lunar: int | None
    birth_month: int | None
    birth_year: int | None
    birth_first: int | None
    phone: str | None
    guardian: str | None
    guardian_sound: str | None
    guardian_surname: str | None
    village: str | None
    town: str | None
    county: str | None
    village_words: str | None
    town_words: str | None
    phone_shared: int = 1


COLUMNS = Features._fields


def features_of(record: Record) -> Features:
    """The columns of one record, as if nobody shared its phone."""
    name, number, day = name_of(record.name), number_of(record.id_no), day_of(record.birth)
    guardian, place = name_of(record.guardian), place_of(record.division, record.address)
    text = number.text if number.text and len(number.text) == 18 else None
    born = number.birth
    return Features(
        record.key,
        name.plain, name.sound, name.shape, name.holed, name.spelled, name.telling, name.surname, name.given,
        name.plain if name.is_nickname else None,
        name.plain if name.is_placeholder else None,
        SEXES.get(record.sex) if record.sex else number.sex,
        number.text, number.valid,
        text[REGION] + text[OWN] if text else None, text[DAY_ON] if text else None,
        day.day or born, born or day.day,
        day.swapped, day.lunar,
        day.month or (born // 100 if born else None), day.year or (born // 10_000 if born else None),
        day.year if day.is_first else None,
        phone_of(record.phone),
        guardian.plain, guardian.sound, guardian.surname,
        *place,
    )  # fmt: skip


def counted(every: Iterable[Features]) -> Iterator[Features]:
    """The records of a list, each told how many share its phone."""
    listed = list(every)
    phones = Counter(each.phone for each in listed)
    for each in listed:
        yield each._replace(phone_shared=phones[each.phone])
