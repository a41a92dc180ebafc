"""A form as it holds in a county at a moment, with its shared options and instruments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tongxin.core import forms, grading, instruments
from tongxin.core.forms import Form
from tongxin.core.instruments import Instrument
from tongxin.rulebook import rules

Options = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form ready to be asked: its object, and the hashes of all it stands on."""

    form: Form
    form_hash: str
    action: str
    definitions: Mapping[str, str]


def form_in(*, form_id: str, region: str, at: datetime, lists: Mapping[str, Mapping[str, str]]) -> Asked:
    """The form in force in a county; `lists` are choices that depend on the place (organisations, villages)."""
    form = rules.resolve("forms", form_id, region=region, at=at)
    options = rules.resolve("fields", "option_sets", region=region, at=at)
    fields = rules.resolve("fields", "fields", region=region, at=at)
    sheets = {name: rules.resolve("instruments", name, region=region, at=at).hash for name in _embedded(form.content)}
    frozen: Options = tuple((name, tuple(sorted(each.items()))) for name, each in sorted(lists.items()))
    return Asked(
        form=_read(form.hash, options.hash, fields.hash, tuple(sorted(sheets.items())), frozen),
        form_hash=form.hash, action=str(form.content["action"]),
        definitions={"form": form.hash, "options": options.hash, "fields": fields.hash, **sheets},
    )


def instrument_of(hash: str) -> Instrument:
    """The instrument that a hash names."""
    return _instrument(hash)


@lru_cache(maxsize=64)
def _instrument(hash: str) -> Instrument:
    return instruments.read(rules.content_of(hash))


@lru_cache(maxsize=256)
def _read(form: str, options: str, fields: str, sheets: tuple[tuple[str, str], ...], lists: Options) -> Form:
    sets: dict[str, Any] = dict(rules.content_of(options)["option_sets"])
    for name, choices in lists:
        sets[name] = [{"code": code, "zh": zh} for code, zh in choices]
    bindings = {each["id"]: each for each in rules.content_of(fields)["fields"]}
    return forms.read(
        rules.content_of(form), option_sets=sets, bindings=bindings,
        instruments={name: grading.sheet_of(_instrument(hash)) for name, hash in sheets},
    )


def _embedded(content: Mapping[str, Any]) -> set[str]:
    return {
        field["instrument"]
        for section in content["sections"] for field in section["fields"] if field.get("type") == "instrument"
    }


def age_on(birth_month: date | None, birth: str | None, on: date) -> int | None:
    """Completed years; from the birth month alone, the years that are certain."""
    if birth:
        born = date.fromisoformat(birth)
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if birth_month is None:
        return None
    return on.year - birth_month.year - (on.month <= birth_month.month)
