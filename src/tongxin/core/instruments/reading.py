"""An instrument from the content of its definition, or a refusal that names place and cure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tongxin.core.instruments.checks import check_instrument
from tongxin.core.instruments.definition import Instrument, Item, Text
from tongxin.core.instruments.norms import OLDEST, read_norms, read_validity
from tongxin.core.instruments.parts import read_item, read_options, read_scale
from tongxin.core.instruments.reader import Place

NEEDED = [
    "id",
    "version",
    "zh",
    "translation_id",
    "validated",
    "licence",
    "licence_tier",
    "citation",
    "source",
    "informant",
    "period",
    "min_age",
    "roles",
    "stem",
    "option_sets",
    "items",
    "scales",
    "norms",
]
ALLOWED = ["en", "max_age", "notice", "loinc", "validity"]


def read(content: Mapping[str, Any]) -> Instrument:
    """The instrument that `content` defines; anything unknown, lacking or contradictory is refused."""
    top = Place("", content).keys(NEEDED, ALLOWED)
    if top.has("loinc"):
        top.at("loinc").keys(["panel"])
    period = top.at("period").keys(["days", "zh"], ["en"])
    period.at("days").whole()
    stem = top.at("stem").wording()
    option_sets = {name: read_options(place) for name, place in top.at("option_sets").entries()}
    items = tuple(read_item(place, option_sets) for place in top.at("items").each())
    scales = tuple(read_scale(place) for place in top.at("scales").each())
    instrument = Instrument(
        id=top.at("id").word(),
        version=top.at("version").day(),
        zh=top.at("zh").text(),
        translation_id=top.at("translation_id").text(),
        text_sha256=text_digest(stem, items),
        validated=top.at("validated").flag(),
        licence=top.at("licence").text(),
        licence_tier=top.at("licence_tier").one_of("A", "B", "C"),
        citation=top.at("citation").text(),
        source=top.at("source").text(),
        informant=top.at("informant").one_of("self", "carer", "teacher", "observer", "clinician"),
        period={language: period.at(language).text() for language in ("zh", "en") if period.has(language)},
        youngest=_age(top.at("min_age")) * 12,
        oldest=top.at("max_age").whole() * 12 + 11 if top.has("max_age") else OLDEST,
        roles=_roles(top.at("roles")),
        notice=top.at("notice").wording() if top.has("notice") else {},
        stem=stem,
        items=items,
        scales=scales,
        norms=read_norms(top.at("norms")),
        validity=read_validity(top.at("validity")),
    )
    check_instrument(instrument)
    return instrument


def text_digest(stem: Text, items: Iterable[Item]) -> str:
    """The fingerprint of every word the person reads: a changed word is another text."""
    words = [
        dict(stem),
        [[item.number, dict(item.text), [dict(o.text) for o in item.options]] for item in items],
    ]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _age(place: Place) -> int:
    """A least age in years, also one that regions may raise but not lower."""
    if isinstance(place.value, dict):
        place.keys(["value", "unit", "floor"]).at("unit").one_of("years")
        place.at("floor").one_of("min")
        return place.at("value").whole()
    return place.whole()


def _roles(place: Place) -> dict[str, tuple[str, ...]]:
    place.keys(["administer", "read_items", "read_band"])
    return {name: entry.words() for name, entry in place.entries()}
