"""Options, items and scales from the content of an instrument's definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tongxin.core.instruments.definition import OPERATORS, Critical, Item, Option, Scale
from tongxin.core.instruments.reader import Place

METHODS = ("sum", "mean", "sum_times", "count_ge")


def read_options(place: Place) -> tuple[Option, ...]:
    """The options of one set, each with a code of its own and an explicit score."""
    found: list[Option] = []
    for entry in place.each():
        entry.keys(["code", "score", "zh"], ["en", "loinc"])
        code = entry.value["code"]
        if isinstance(code, bool) or not isinstance(code, int):
            code = entry.at("code").word()
        if any(str(option.code) == str(code) for option in found):
            raise entry.at("code").refuse(f"选项代码“{code}”写了两次", "每个选项用自己的代码")
        text = {language: entry.at(language).text() for language in ("zh", "en") if entry.has(language)}
        found.append(Option(code=code, score=entry.at("score").whole(), text=text))
    if len(found) < 2:
        raise place.refuse("选项不足两个", "逐个写出选项、代码和分值")
    return tuple(found)


def read_item(place: Place, option_sets: Mapping[str, tuple[Option, ...]]) -> Item:
    """One question with its options and whatever in it is critical."""
    place.keys(["id", "number", "options", "text"], ["reverse", "scored", "critical", "loinc"])
    name = place.at("options").one_of(*option_sets)
    return Item(
        id=place.at("id").word(),
        number=str(place.value["number"]),
        text=place.at("text").wording(),
        options=option_sets[name],
        option_set=name,
        reverse=place.at("reverse").flag() if place.has("reverse") else False,
        scored=place.at("scored").flag() if place.has("scored") else True,
        critical=tuple(_critical(entry, option_sets[name]) for entry in place.at("critical").each()),
    )


def _critical(place: Place, options: Sequence[Option]) -> Critical:
    place.keys(["op", "value", "alert", "zh"], ["kind", "floor"])
    if not place.has("kind"):
        raise place.refuse("危险条目没有说明是危机还是安全核查", "补上“kind: crisis”或“kind: safety_check”")
    critical = Critical(
        op=place.at("op").one_of(*OPERATORS),
        value=place.at("value").whole(),
        alert=place.at("alert").word(),
        kind=place.at("kind").one_of("crisis", "safety_check"),
        zh=place.at("zh").text(),
    )
    if not any(critical.met(option.score) for option in options):
        raise place.at("value").refuse("没有哪个选项能达到这个值，警报永远不会响", "改成选项里有的分值")
    return critical


def read_scale(place: Place) -> Scale:
    """One scale with its method, its rule for blanks and its declared range."""
    place.keys(
        ["id", "zh", "items", "method", "missing", "range"],
        ["factor", "at_least", "decimals", "overlaps", "loinc"],
    )
    method = place.at("method").one_of(*METHODS)
    _needs(place, "factor", method == "sum_times")
    _needs(place, "at_least", method == "count_ge")
    _needs(place, "decimals", method == "mean")
    missing = place.at("missing").keys(["max_missing", "method"])
    policy = missing.at("method").one_of("strict", "person_mean")
    max_missing = missing.at("max_missing").whole()
    if (policy == "strict") != (max_missing == 0):
        raise missing.refuse("缺答规则自相矛盾", "strict 时 max_missing 为 0；person_mean 时至少为 1")
    if policy == "person_mean" and method == "count_ge":
        raise missing.refuse("计数量表不能按均值补缺答", "改用 strict")
    ends = place.at("range").each()
    if len(ends) != 2:
        raise place.at("range").refuse("分值范围应有两端", "写成 [最低, 最高]")
    return Scale(
        id=place.at("id").word(),
        zh=place.at("zh").text(),
        items=place.at("items").words(),
        method=method,
        factor=place.at("factor").whole() if place.has("factor") else 1,
        at_least=place.at("at_least").whole() if place.has("at_least") else 0,
        decimals=place.at("decimals").whole() if place.has("decimals") else 0,
        max_missing=max_missing,
        low=ends[0].number(),
        high=ends[1].number(),
        overlaps=place.at("overlaps").words(),
    )


def _needs(place: Place, key: str, needed: bool) -> None:
    if needed and not place.has(key):
        raise place.refuse(f"这种计分方法要写明“{key}”", f"补上“{key}: …”")
    if not needed and place.has(key):
        raise place.at(key).refuse(f"这种计分方法用不到“{key}”", "删去，或换一种 method")
