"""The words offices use, as `definitions/roster` lists them, laid out for quick lookup."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tongxin.intake.reading.text import compact
from tongxin.lib import strict_yaml

FOLDER = Path(__file__).resolve().parents[4] / "definitions"


@dataclass(frozen=True)
class Words:
    """What can stand in a cell, and what it means."""

    blank: frozenset[str]
    no_id: frozenset[str]
    sex: Mapping[str, str]
    relations: Mapping[str, str]
    relation_options: Mapping[str, str]
    categories: Mapping[str, str]
    category_names: Mapping[str, str]
    ticks: frozenset[str]
    no_ticks: frozenset[str]
    totals: tuple[str, ...]
    notes: tuple[str, ...]
    skip_sheets: tuple[str, ...]
    village_tails: tuple[str, ...]
    town_tails: tuple[str, ...]
    place_ends: tuple[str, ...]
    id_provinces: frozenset[str]


@dataclass(frozen=True)
class Columns:
    """What can stand in a head, and which field it means."""

    sides: Mapping[str, str]
    modifiers: tuple[str, ...]
    attributes: Mapping[str, str]
    joins: Mapping[str, Mapping[str, str]]
    again: Mapping[str, str]
    fields: Mapping[str, str]
    names: Mapping[str, str]
    cases: tuple[Mapping[str, Any], ...]


@lru_cache(maxsize=1)
def words() -> Words:
    """The cell words in force."""
    content = _content("words.yaml")
    return Words(
        blank=_set(content["blank"]),
        no_id=_set(content["no_id"]),
        sex=_turned({code: content["sex"][code] for code in ("male", "female", "unknown")}),
        relations=_turned({code: entry["words"] for code, entry in content["relations"].items()}),
        relation_options={code: entry["option"] for code, entry in content["relations"].items()},
        categories=_turned({code: entry["words"] for code, entry in content["categories"].items()}),
        category_names={code: entry["zh"] for code, entry in content["categories"].items()},
        ticks=_set(content["ticks"]),
        no_ticks=_set(content["no_ticks"]),
        totals=tuple(content["totals"]),
        notes=tuple(compact(word) for word in content["notes"]),
        skip_sheets=tuple(content["skip_sheets"]),
        village_tails=_longest_first(content["village_tails"]),
        town_tails=_longest_first(content["town_tails"]),
        place_ends=tuple(content["place_ends"]),
        id_provinces=frozenset(content["id_provinces"]),
    )


@lru_cache(maxsize=1)
def columns() -> Columns:
    """The head words in force."""
    content = _content("columns.yaml")
    sides = _turned(content["sides"])
    return Columns(
        sides={word: sides[word] for word in sorted(sides, key=len, reverse=True)},
        modifiers=_longest_first(content["modifiers"]),
        attributes=_turned(content["attributes"]),
        joins=content["joins"],
        again=content["again"],
        fields=_turned(content["fields"]),
        names=content["names"],
        cases=tuple(content["cases"]),
    )


def field_name(field: str) -> str:
    """What a field is called on screen."""
    if field.startswith("category:"):
        return f"勾选：{words().category_names[field.removeprefix('category:')]}"
    return columns().names[field]


@lru_cache(maxsize=1)
def limits() -> Mapping[str, int]:
    """How large a roster may be."""
    found: Mapping[str, int] = _content("limits.yaml")["limits"]
    return found


def _content(name: str) -> dict[str, Any]:
    return strict_yaml.load(FOLDER / "roster" / name, name=f"definitions/roster/{name}").content


def _set(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(compact(entry).lower() for entry in entries)


def _turned(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """word → code; a word listed under two codes would be read by chance, so it is refused."""
    found: dict[str, str] = {}
    for code, entries in listed.items():
        for entry in entries:
            word = compact(entry).lower()
            if found.setdefault(word, code) != code:
                both = f"{found[word]} 和 {code}"
                raise ValueError(f"definitions/roster：“{entry}”同时列在 {both} 下，只留一处。")
    return found


def _longest_first(entries: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(entries, key=len, reverse=True))
