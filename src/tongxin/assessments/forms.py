"""A form as it holds in a county at a moment, with its shared options and instruments."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tongxin.assessments.rulings import WORDINGS, level_words, rulings_in
from tongxin.core import forms
from tongxin.core.forms import Form
from tongxin.core.grading import Rules
from tongxin.rulebook import rules
from tongxin.rulebook.rules import Resolved

# Sets of options whose choices depend on the place.
OF_PLACES = ("organisation", "county", "transfer_place", "assignable_post", "line_post")
Lists = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form ready to be asked: its object, the rules that judge it, the hashes of all it stands on."""

    form: Form
    form_hash: str
    action: str
    rules: Rules
    definitions: Mapping[str, str]


def form_in(*, form_id: str, region: str, at: datetime, lists: Mapping[str, Mapping[str, str]]) -> Asked:
    """The form in force in a county; `lists` are choices that depend on the place (organisations, counties)."""
    form = rules.resolve("forms", form_id, region=region, at=at)
    named = lists_named(form.hash)
    choices = {name: each for name, each in lists.items() if name in named or name not in OF_PLACES}
    if choices:
        return _asked(form_id, form, region, at, choices)
    return rules.while_in_force(("form", form_id, region), lambda: _asked(form_id, form, region, at, {}), at=at)


def _asked(
    form_id: str, form: Resolved, region: str, at: datetime, lists: Mapping[str, Mapping[str, str]]
) -> Asked:
    found, hashes = rulings_in(region=region, at=at)
    # A colour means the same in a form as on the page beside it.
    levels = level_words(region=region, at=at, among=[each["code"] for each in found.option_sets["level"]])
    choices = {**lists, "level": levels}
    frozen: Lists = tuple((name, tuple(each.items())) for name, each in sorted(choices.items()))
    read = _read(form.hash, tuple(sorted(hashes.items())), frozen, found)
    return Asked(
        form=read, form_hash=form.hash, action=str(form.content["action"]), rules=found,
        definitions={f"forms/{form_id}": form.hash, **_stood_on(read, hashes)},
    )


@lru_cache(maxsize=512)
def lists_named(hash: str) -> frozenset[str]:
    """The lists of a place that a form may offer choices from."""
    content = json.dumps(rules.content_of(hash))
    return frozenset(name for name in OF_PLACES if name in content)


def _stood_on(form: Form, hashes: Mapping[str, str]) -> dict[str, str]:
    """The hashes of what a record made with the form stands on: of all questionnaires only its own."""
    own = {f"{kind}/{field.sheet.id}" for field in form.fields if field.sheet for kind in ("instruments", WORDINGS)}
    return {
        name: hash for name, hash in hashes.items()
        if name in own or name.partition("/")[0] not in ("instruments", WORDINGS)
    }


_forms: dict[tuple[str, tuple[tuple[str, str], ...], Lists], Form] = {}


def _read(form: str, hashes: tuple[tuple[str, str], ...], lists: Lists, found: Rules) -> Form:
    key = (form, hashes, lists)
    if key not in _forms:
        if len(_forms) > 400:
            _forms.clear()
        sets: dict[str, Any] = dict(found.option_sets)
        for name, choices in lists:
            sets[name] = [{"code": code, "zh": zh} for code, zh in choices]
        bindings = {id: {"type": bound.type, "sealed": bound.sealed} for id, bound in found.names.fields.items()}
        _forms[key] = forms.read(
            rules.content_of(form), option_sets=sets, bindings=bindings, instruments=found.sheets
        )
    return _forms[key]


def age_on(birth_month: date | None, on: date) -> int | None:
    """Completed years that are certain from the birth month alone (the day is sealed)."""
    if birth_month is None:
        return None
    return on.year - birth_month.year - (on.month <= birth_month.month)


def months_on(birth_month: date | None, on: date) -> int | None:
    """Completed months that are certain from the birth month alone."""
    if birth_month is None:
        return None
    return max(0, (on.year - birth_month.year) * 12 + on.month - birth_month.month - 1)
