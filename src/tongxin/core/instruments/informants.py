"""Who may fill an instrument in, at which age of the child; children under eight answer for nobody's records."""

from __future__ import annotations

from tongxin.core.instruments.definition import Informant
from tongxin.core.instruments.norms import OLDEST
from tongxin.core.instruments.reader import Place

WHO = ("self", "carer", "teacher", "observer", "clinician")
WHO_ZH = {"self": "本人", "carer": "照料人", "teacher": "老师", "observer": "观察的人", "clinician": "专业人员"}


def read_informants(top: Place) -> tuple[Informant, ...]:
    """The informants with their ages: one for the whole instrument, or each with ages of its own."""
    if top.has("informants"):
        for key in ("informant", "min_age", "max_age"):
            if top.has(key):
                raise top.at(key).refuse(f"写了 informants，就不再写“{key}”", "年龄写在各填表人名下")
        return tuple(_informant(place, place.at("who")) for place in _each(top.at("informants")))
    top.keys([*top.value, "informant", "min_age"])
    return (_informant(top, top.at("informant")),)


def _each(place: Place) -> list[Place]:
    entries = [entry.keys(["who", "min_age"], ["max_age"]) for entry in place.each()]
    codes = [entry.value["who"] for entry in entries]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            raise entries[index].at("who").refuse(f"填表人“{code}”写了两次", "只留一个")
    return entries


def _informant(place: Place, who: Place) -> Informant:
    return Informant(
        code=who.one_of(*WHO),
        youngest=_age(place.at("min_age")) * 12,
        oldest=place.at("max_age").whole() * 12 + 11 if place.has("max_age") else OLDEST,
    )


def _age(place: Place) -> int:
    """A least age in years, also one that regions may raise but not lower."""
    if isinstance(place.value, dict):
        place.keys(["value", "unit", "floor"]).at("unit").one_of("years")
        place.at("floor").one_of("min")
        return place.at("value").whole()
    return place.whole()
