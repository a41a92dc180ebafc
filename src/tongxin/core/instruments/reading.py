"""An instrument from the content of its definition, or a refusal that names place and cure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tongxin.core.instruments.checks import check_instrument
from tongxin.core.instruments.definition import Instrument, Item, Licence, Text
from tongxin.core.instruments.informants import read_informants
from tongxin.core.instruments.norms import read_norms
from tongxin.core.instruments.parts import SCALE_KEYS, read_item, read_options, read_scale
from tongxin.core.instruments.reader import Place
from tongxin.core.instruments.rules import read_changes, read_disagreement, read_validity

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
    "period",
    "roles",
    "stem",
    "option_sets",
    "items",
    "scales",
    "norms",
]
ALLOWED = [
    "en",
    "informant",
    "informants",
    "min_age",
    "max_age",
    "wording",
    "family",
    "licensed",
    "unaltered",
    "conditions",
    "notice",
    "loinc",
    "validity",
    "changes",
    "disagreement",
]


def read(content: Mapping[str, Any]) -> Instrument:
    """The instrument that `content` defines; anything unknown, lacking or contradictory is refused."""
    top = Place("", content).keys(NEEDED, ALLOWED)
    if top.has("loinc"):
        top.at("loinc").keys(["panel"])
    period = top.at("period").keys(["days", "zh"], ["en"])
    period.at("days").whole()
    is_external = top.has("wording") and top.at("wording").one_of("here", "external") == "external"
    stem = _stem(top.at("stem"), is_external=is_external)
    option_sets = {name: read_options(place) for name, place in top.at("option_sets").entries()}
    items = tuple(read_item(place, option_sets, is_external=is_external) for place in top.at("items").each())
    by_id = {item.id: item for item in items}
    own = {str(place.value["id"]): place.at("items").words() for place in _scales(top)}
    informants = read_informants(top)
    instrument = Instrument(
        id=top.at("id").word(),
        version=top.at("version").day(),
        zh=top.at("zh").text(),
        translation_id=top.at("translation_id").text(),
        text_sha256=text_digest(stem, items),
        validated=top.at("validated").flag(),
        family=top.at("family").word() if top.has("family") else top.at("id").word(),
        wording="external" if is_external else "here",
        licensed=_licensed(top.at("licensed")) if top.has("licensed") else None,
        licence=top.at("licence").text(),
        licence_tier=top.at("licence_tier").one_of("A", "B", "C"),
        citation=top.at("citation").text(),
        source=top.at("source").text(),
        informants=informants,
        period={language: period.at(language).text() for language in ("zh", "en") if period.has(language)},
        roles=_roles(top.at("roles")),
        notice=top.at("notice").wording() if top.has("notice") else {},
        conditions=tuple(entry.text() for entry in top.at("conditions").each()),
        stem=stem,
        items=items,
        scales=tuple(read_scale(place, by_id, own) for place in _scales(top)),
        norms=read_norms(top.at("norms"), informants=[each.code for each in informants]),
        validity=read_validity(top.at("validity")),
        changes=read_changes(top.at("changes")),
        disagreement=read_disagreement(top.at("disagreement")),
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


def _licensed(place: Place) -> Licence:
    place.keys(["holder", "reference", "valid_until"])
    return Licence(
        holder=place.at("holder").text(),
        reference=place.at("reference").text(),
        valid_until=place.at("valid_until").day(),
    )


def _scales(top: Place) -> list[Place]:
    return [place.keys(["id"], SCALE_KEYS) for place in top.at("scales").each()]


def _stem(place: Place, *, is_external: bool) -> dict[str, str]:
    if not is_external:
        return place.wording()
    return {language: entry.text() for language, entry in place.keys([], ["zh", "en"]).entries()}


def _roles(place: Place) -> dict[str, tuple[str, ...]]:
    place.keys(["administer", "read_items", "read_band"])
    return {name: entry.words() for name, entry in place.entries()}
