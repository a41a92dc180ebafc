"""Norms with their bands and standard scores, from a definition."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tongxin.core.instruments.norm import Band, Ladder, Norm, Standard
from tongxin.core.instruments.reader import Place

DIRECTIONS = ("higher_is_worse", "higher_is_better")
SEXES = ("male", "female")
OLDEST = 1200
T_MEAN, T_SD = 50, 10
T_ENDS = (0, 100)


def read_norms(place: Place, *, informants: Sequence[str]) -> tuple[Norm, ...]:
    """The norms of an instrument: no two in use hold for the same child, and one where no age is known."""
    norms = [_norm(entry, informants) for entry in place.each()]
    for index, norm in enumerate(norms):
        for other in norms[:index]:
            if norm.id == other.id:
                raise place.each()[index].refuse(f"常模“{norm.id}”写了两次", "只留一个，或另取代码")
            if not (norm.alternative or other.alternative) and _meet(norm, other):
                cure = "同一年龄、性别、填表人只能用一个常模；备用的写 alternative: true"
                raise place.each()[index].refuse(f"年龄与常模“{other.id}”重叠", cure)
    used = [norm for norm in norms if not norm.alternative]
    if used and not _defaults_stand(used):
        raise place.refuse("没有唯一的默认常模", "每种填表人、性别给且只给一个常模写 default: true")
    return tuple(norms)


def _meet(norm: Norm, other: Norm) -> bool:
    ages = norm.youngest <= other.oldest and other.youngest <= norm.oldest
    return ages and _same_people(norm, other)


def _same_people(norm: Norm, other: Norm) -> bool:
    sexes = not norm.sexes or not other.sexes or bool(set(norm.sexes) & set(other.sexes))
    return sexes and bool(set(norm.informants) & set(other.informants))


def _defaults_stand(norms: Sequence[Norm]) -> bool:
    """Whether each kind of people that has norms has exactly one for those whose age isn't known."""
    for informant in {code for norm in norms for code in norm.informants}:
        for sex in SEXES:
            theirs = [norm for norm in norms if informant in norm.informants and sex in (norm.sexes or SEXES)]
            if theirs and [norm.default for norm in theirs].count(True) != 1:
                return False
    return True


def _norm(place: Place, informants: Sequence[str]) -> Norm:
    place.keys(
        ["id", "zh", "population", "citation", "translation_id", "min_age", "bands"],
        ["max_age", "default", "caution", "sex", "informants", "alternative", "standards", "country", "year", "n"],
    )
    bands = {name: read_bands(entry) for name, entry in place.at("bands").entries()}
    for entry in place.at("informants").each():
        entry.one_of(*informants)
    return Norm(
        id=place.at("id").word(),
        zh=place.at("zh").text(),
        population=place.at("population").text(),
        citation=place.at("citation").text(),
        caution=place.at("caution").text() if place.has("caution") else "",
        translation_id=place.at("translation_id").text(),
        youngest=place.at("min_age").whole() * 12,
        oldest=place.at("max_age").whole() * 12 + 11 if place.has("max_age") else OLDEST,
        sexes=(place.at("sex").one_of(*SEXES),) if place.has("sex") else (),
        informants=place.at("informants").words() or tuple(informants),
        is_for_all=set(place.at("informants").words() or informants) == set(informants),
        default=place.at("default").flag() if place.has("default") else False,
        alternative=place.at("alternative").flag() if place.has("alternative") else False,
        bands=bands,
        ladders={name: _ladder_of(rows) for name, rows in bands.items()},
        standards={name: _standards(entry) for name, entry in place.at("standards").entries()},
    )


def _ladder_of(bands: Sequence[Band]) -> Ladder:
    return Ladder(tuple(band.start for band in bands), tuple(band.code for band in bands))


def read_bands(place: Place) -> tuple[Band, ...]:
    """The bands of one scale, from its lowest score up; `severity` follows the direction."""
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


def _standards(place: Place) -> tuple[Standard, ...]:
    found = tuple(_standard(entry) for entry in place.each())
    sexes = [each.sex for each in found]
    if len(set(sexes)) != len(sexes) or ("" in sexes and len(sexes) > 1) or not found:
        raise place.refuse("同一性别有两个标准分", "每个性别写一个，或只写一个不分性别的")
    return found


def _standard(place: Place) -> Standard:
    """T scores from a mean and a standard deviation, or whatever table the source prints."""
    place.keys(["kind", "citation"], ["sex", "mean", "sd", "rows"])
    kind = place.at("kind").one_of("t_score", "percentile")
    sex = place.at("sex").one_of(*SEXES) if place.has("sex") else ""
    citation = place.at("citation").text()
    if place.has("rows"):
        rows = [row.keys(["from", "value"]) for row in place.at("rows").each()]
        ladder = Ladder(
            tuple(row.at("from").number() for row in rows), tuple(row.at("value").whole() for row in rows)
        )
        if list(ladder.starts) != sorted(set(ladder.starts)):
            raise place.at("rows").refuse("对照表的起点没有从小到大", "按分数从小到大逐行写")
        return Standard(kind, sex, ladder, citation)
    place.keys(["kind", "citation", "mean", "sd"], ["sex"]).at("kind").one_of("t_score")
    mean, sd = place.at("mean").number(), place.at("sd").number()
    if sd == 0:
        raise place.at("sd").refuse("标准差是 0", "核对来源，写上大于 0 的标准差")
    return Standard(kind, sex, _t_ladder(mean, sd), citation)


def _t_ladder(mean: Fraction, sd: Fraction) -> Ladder:
    """The exact score from which each T score holds (halves go up)."""
    values = tuple(range(T_ENDS[0], T_ENDS[1] + 1))
    starts = tuple(mean + sd * (Fraction(value) - Fraction(1, 2) - T_MEAN) / T_SD for value in values)
    return Ladder(starts, values)
