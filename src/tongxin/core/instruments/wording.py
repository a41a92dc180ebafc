"""Words that a licence holder supplies for an instrument whose own definition keeps none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongxin.core.instruments.definition import Instrument
from tongxin.core.instruments.reader import Place
from tongxin.core.instruments.reading import read

NEEDED = ("instrument", "version", "translation_id", "validated", "source", "stem", "options", "items", "licence")
LICENCE = ("holder", "licensee", "reference", "valid_until", "approved_by")


def check_wording(wording: Mapping[str, Any], instrument: Instrument) -> None:
    """Refuse words that don't fit: an item without, an item that isn't there, an unknown option, no licence."""
    top = Place("", wording).keys(NEEDED, ["notice"])
    if instrument.wording != "external":
        raise top.at("instrument").refuse(f"{instrument.zh}的文字已在定义里，不用载入", "核对 instrument 写的代码")
    for key in ("translation_id", "source", "stem"):
        top.at(key).text()
    top.at("version").day()
    top.at("validated").flag()
    licence = top.at("licence").keys(LICENCE)
    for key in LICENCE[:-2] + LICENCE[-1:]:
        licence.at(key).text()
    licence.at("valid_until").day()
    _same(top.at("items"), [item.id for item in instrument.items], "题目")
    sets = {item.option_set: item.options for item in instrument.items}
    _same(top.at("options"), list(sets), "选项组")
    for name, options in sets.items():
        _same_codes(top.at("options").at(name), [str(option.code) for option in options])


def with_words(content: Mapping[str, Any], wording: Mapping[str, Any]) -> dict[str, Any]:
    """The instrument's definition with those words in their places, and by whose leave they stand there."""
    texts = wording["items"]
    said = {name: {str(each["code"]): each["zh"] for each in words} for name, words in wording["options"].items()}
    sets = {
        name: [{**option, "zh": said.get(name, {}).get(str(option["code"]), option["zh"])} for option in options]
        for name, options in content["option_sets"].items()
    }
    licence = wording["licence"]
    merged = {
        **content,
        "translation_id": wording["translation_id"],
        "validated": wording["validated"],
        "source": wording["source"],
        "stem": {"zh": wording["stem"]},
        "option_sets": sets,
        "items": [{**item, "text": {"zh": texts[item["id"]]}} for item in content["items"]],
        "licensed": {key: str(licence[key]) for key in ("holder", "reference", "valid_until")},
    }
    return {**merged, "notice": {"zh": wording["notice"]}} if wording.get("notice") else merged


def read_licensed(content: Mapping[str, Any], wording: Mapping[str, Any] | None) -> Instrument:
    """The instrument with its licensed words, where there are any."""
    return read(with_words(content, wording) if wording else content)


def _same_codes(place: Place, codes: list[str]) -> None:
    found = {str(entry.keys(["code", "zh"]).value["code"]): entry for entry in place.each()}
    for code, entry in found.items():
        if code not in codes:
            raise entry.refuse(f"这份量表没有选项“{code}”", f"可用：{'、'.join(codes)}")
        entry.at("zh").text()
    for code in codes:
        if code not in found:
            raise place.refuse(f"缺少选项“{code}”的文字", "逐个补齐，不能只载入一部分")


def _same(place: Place, ids: list[str], what: str) -> None:
    """Every one of `ids` has its words, and nothing else has any."""
    found = {name: entry for name, entry in place.entries()}
    for name, entry in found.items():
        if name not in ids:
            raise entry.refuse(f"这份量表没有{what}“{name}”", f"可用：{'、'.join(ids[:30])}")
        if what != "选项组":
            entry.text()
    for id in ids:
        if id not in found:
            raise place.refuse(f"缺少{what}“{id}”的文字", "逐个补齐，不能只载入一部分")
