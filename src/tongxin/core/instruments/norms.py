"""Norms with their bands, and the signs that a sheet can't be trusted, from a definition."""

from __future__ import annotations

from tongxin.core.instruments.definition import OPERATORS, Band, Norm, Validity
from tongxin.core.instruments.reader import Place

DIRECTIONS = ("higher_is_worse", "higher_is_better")
SIGNS = {"lie_scale": ["scale", "op", "value"], "same_answer": ["items"], "blanks": ["max_missing"]}
OLDEST = 1200


def read_norms(place: Place) -> tuple[Norm, ...]:
    """The norms of an instrument: ages don't meet, and exactly one holds where no age is known."""
    norms = [_norm(entry) for entry in place.each()]
    for index, norm in enumerate(norms):
        for other in norms[:index]:
            if norm.id == other.id:
                raise place.each()[index].refuse(f"常模“{norm.id}”写了两次", "只留一个，或另取代码")
            if norm.youngest <= other.oldest and other.youngest <= norm.oldest:
                raise place.each()[index].refuse(f"年龄与常模“{other.id}”重叠", "一个年龄只能用一个常模")
    if norms and [norm.default for norm in norms].count(True) != 1:
        raise place.refuse("没有唯一的默认常模", "给且只给一个常模写 default: true")
    return tuple(norms)


def _norm(place: Place) -> Norm:
    place.keys(
        ["id", "zh", "population", "citation", "translation_id", "min_age", "bands"],
        ["max_age", "default", "caution"],
    )
    return Norm(
        id=place.at("id").word(),
        zh=place.at("zh").text(),
        population=place.at("population").text(),
        citation=place.at("citation").text(),
        caution=place.at("caution").text() if place.has("caution") else "",
        translation_id=place.at("translation_id").text(),
        youngest=place.at("min_age").whole() * 12,
        oldest=place.at("max_age").whole() * 12 + 11 if place.has("max_age") else OLDEST,
        default=place.at("default").flag() if place.has("default") else False,
        bands={name: _bands(entry) for name, entry in place.at("bands").entries()},
    )


def _bands(place: Place) -> tuple[Band, ...]:
    place.keys(["direction", "rows"])
    falling = place.at("direction").one_of(*DIRECTIONS) == "higher_is_better"
    rows = place.at("rows").each()
    if not rows:
        raise place.at("rows").refuse("分段表是空的", "从最低分到最高分逐段写出")
    return tuple(
        _band(row, severity=len(rows) - 1 - index if falling else index) for index, row in enumerate(rows)
    )


def _band(place: Place, *, severity: int) -> Band:
    place.keys(["code", "from", "to", "zh"])
    return Band(
        code=place.at("code").word(),
        zh=place.at("zh").text(),
        start=place.at("from").number(),
        end=place.at("to").number(),
        severity=severity,
    )


def read_validity(place: Place) -> tuple[Validity, ...]:
    """The validity rules of an instrument; each is a lie scale, one answer throughout, or blanks."""
    return tuple(_validity(entry) for entry in place.each())


def _validity(place: Place) -> Validity:
    place.keys(["id", "kind", "zh"], [key for keys in SIGNS.values() for key in keys])
    kind = place.at("kind").one_of(*SIGNS)
    place.keys(["id", "kind", "zh", *SIGNS[kind]])
    return Validity(
        id=place.at("id").word(),
        kind=kind,
        zh=place.at("zh").text(),
        scale=place.at("scale").word() if place.has("scale") else "",
        op=place.at("op").one_of(*OPERATORS) if place.has("op") else "",
        value=place.at("value").whole() if place.has("value") else 0,
        items=place.at("items").words(),
        max_missing=place.at("max_missing").whole() if place.has("max_missing") else 0,
    )
