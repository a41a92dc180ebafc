"""Options, items and scales from the content of an instrument's definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tongxin.core.instruments.definition import OPERATORS, AskedIf, Critical, Item, Option, Scale
from tongxin.core.instruments.reader import Place

METHODS = ("sum", "mean", "sum_times", "count_ge", "sum_scales", "by_age")
MADE_OF_SCALES = ("sum_scales", "by_age")
SCALE_KEYS = (
    "zh", "method", "range", "items", "parts", "missing", "factor", "at_least", "decimals", "overlaps", "forward",
    "ages", "loinc",
)  # fmt: skip
BLANKS = ("strict", "person_mean", "zero")


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


def read_item(place: Place, option_sets: Mapping[str, tuple[Option, ...]], *, is_external: bool) -> Item:
    """One question with its options and whatever in it is critical; a licence may keep its words elsewhere."""
    needed = ["id", "number", "options"] + ([] if is_external else ["text"])
    place.keys(needed, ["text", "reverse", "scored", "critical", "loinc", "asked_if"])
    name = place.at("options").one_of(*option_sets)
    return Item(
        id=place.at("id").word(),
        number=str(place.value["number"]),
        text=_words(place.at("text"), is_external=is_external),
        options=option_sets[name],
        option_set=name,
        reverse=place.at("reverse").flag() if place.has("reverse") else False,
        scored=place.at("scored").flag() if place.has("scored") else True,
        critical=tuple(_critical(entry, option_sets[name]) for entry in place.at("critical").each()),
        asked_if=_asked_if(place.at("asked_if"), option_sets[name]) if place.has("asked_if") else None,
    )


def _words(place: Place, *, is_external: bool) -> dict[str, str]:
    if place.value is None:
        return {}
    if not is_external:
        return place.wording()
    return {language: entry.text() for language, entry in place.keys([], ["zh", "en"]).entries()}


def _asked_if(place: Place, options: Sequence[Option]) -> AskedIf:
    place.keys(["items", "op", "value", "otherwise"])
    otherwise = place.at("otherwise").whole()
    if otherwise not in {option.score for option in options}:
        raise place.at("otherwise").refuse("没有哪个选项是这个分值", "写成这一题选项里有的分值")
    return AskedIf(
        items=place.at("items").words(),
        op=place.at("op").one_of(*OPERATORS),
        value=place.at("value").whole(),
        otherwise=otherwise,
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


def read_scale(place: Place, items: Mapping[str, Item], before: Mapping[str, tuple[str, ...]]) -> Scale:
    """One scale with its method, its rule for blanks and its declared range; `before` are the items of others."""
    place.keys(["id", "zh", "method", "range"], SCALE_KEYS)
    method = place.at("method").one_of(*METHODS)
    is_made_of_scales = method in MADE_OF_SCALES
    _needs(place, "factor", method == "sum_times")
    _needs(place, "at_least", method == "count_ge")
    _needs(place, "decimals", method == "mean")
    _needs(place, "parts", is_made_of_scales)
    _needs(place, "items", not is_made_of_scales)
    _needs(place, "missing", not is_made_of_scales)
    blanks, max_missing = ("strict", 0) if is_made_of_scales else _missing(place.at("missing"), method)
    ends = place.at("range").each()
    if len(ends) != 2:
        raise place.at("range").refuse("分值范围应有两端", "写成 [最低, 最高]")
    parts = place.at("parts").words()
    ids = place.at("items").words() or tuple(id for part in parts for id in before.get(part, ()))
    forward = place.at("forward").words()
    return Scale(
        id=place.at("id").word(),
        zh=place.at("zh").text(),
        items=ids,
        reversed=frozenset(id for id in ids if id in items and items[id].reverse and id not in forward),
        method=method,
        factor=place.at("factor").whole() if place.has("factor") else 1,
        at_least=place.at("at_least").whole() if place.has("at_least") else 0,
        decimals=place.at("decimals").whole() if place.has("decimals") else 0,
        max_missing=max_missing,
        blanks=blanks,
        low=ends[0].number(),
        high=ends[1].number(),
        overlaps=place.at("overlaps").words(),
        parts=parts,
        ages=_ages(place.at("ages")) if place.has("ages") else None,
    )


def _missing(place: Place, method: str) -> tuple[str, int]:
    place.keys(["max_missing", "method"])
    blanks, max_missing = place.at("method").one_of(*BLANKS), place.at("max_missing").whole()
    if (blanks == "strict") != (max_missing == 0):
        raise place.refuse("缺答规则自相矛盾", "strict 时 max_missing 为 0；person_mean、zero 时至少为 1")
    if blanks != "strict" and method == "count_ge":
        raise place.refuse("计数量表不能按均值补缺答", "改用 strict")
    if blanks == "zero" and method == "mean":
        raise place.refuse("均值量表不能把缺答当作 0", "改用 strict 或 person_mean")
    return blanks, max_missing


def _ages(place: Place) -> tuple[int, int]:
    ends = place.each()
    if len(ends) != 2 or ends[0].whole() > ends[1].whole():
        raise place.refuse("月龄范围应有两端", "写成 [起始月龄, 末尾月龄]")
    return ends[0].whole(), ends[1].whole()


def _needs(place: Place, key: str, needed: bool) -> None:
    if needed and not place.has(key):
        raise place.refuse(f"这种计分方法要写明“{key}”", f"补上“{key}: …”")
    if not needed and place.has(key):
        raise place.at(key).refuse(f"这种计分方法用不到“{key}”", "删去，或换一种 method")
