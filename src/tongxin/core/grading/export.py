"""Forms, gates and identification rules as plain data for their twins on the phone (`pwa/core/outcome.js`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.core.forms import Field, Form
from tongxin.core.forms.export import field_json
from tongxin.core.grading.gates import Gates
from tongxin.core.grading.identify import NOTHING_FOUND, Finding, IdentificationRules
from tongxin.core.grading.vocabulary import Bound, Names
from tongxin.core.language import to_json

# What an instrument's content says that only roles entitled to psychology may know (spine A11).
READINGS = ("norms", "changes", "disagreement")


def form_json(form: Form, *, form_hash: str, names: Names) -> dict[str, Any]:
    """The form for any child on any day; each field says also what it binds to and from which age it is asked."""
    ages = {"low": form.ages.low, "high": form.ages.high, "zh": form.ages.zh} if form.ages else None
    return {
        "id": form.id, "zh": form.zh, "version": form.version, "hash": form_hash, "kind": form.kind,
        "intro": form.intro, "filled_by": form.filled_by, "ages": ages,
        "sections": [
            {
                "id": section.id, "zh": section.zh, "help": section.help, "matrix": section.matrix,
                "fields": [_field(field, names) for field in section.fields],
            }
            for section in form.sections
        ],
    }


def gates_json(gates: Gates) -> dict[str, Any]:
    """All gates with their rules as trees."""
    return {
        "id": gates.id,
        "gates": [
            {
                "id": gate.id, "zh": gate.zh, "because": gate.because, "when": to_json(gate.when), "kind": gate.kind,
                "crisis": gate.crisis, "situations": list(gate.situations), "household": gate.household,
            }
            for gate in gates.gates
        ],
    }


def identification_json(rules: IdentificationRules) -> dict[str, Any]:
    """The rules of one identification form."""
    return {
        "id": rules.id, "results": dict(rules.results), "refer": _findings(rules.refer),
        "incomplete": _findings(rules.incomplete), "nothing": {"id": NOTHING_FOUND.rule, "zh": NOTHING_FOUND.zh},
    }


def instrument_json(content: Mapping[str, Any], *, psychology: bool) -> dict[str, Any]:
    """An instrument's content; without psychology no table says what a score means."""
    if psychology:
        return dict(content)
    return {name: value for name, value in content.items() if name not in READINGS} | {"norms": []}


def _findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"id": each.id, "because": each.because, "when": to_json(each.when)} for each in findings]


def _field(field: Field, names: Names) -> dict[str, Any]:
    told = field_json(field, every_age=True)
    inner = [_field(each, names) for each in field.fields]
    more = {
        "binds": field.binds, "min_age": field.min_age, "clear": not field.sealed,
        "bound": _bound(names.fields.get(field.binds or "")), "fields": inner,
    }
    if field.sheet and field.sheet.offer:
        offer = field.sheet.offer
        told["instrument"]["offer"] = {
            "min_age": offer.youngest, "max_age": offer.oldest, "until": offer.until, "has_words": offer.has_words,
            "roles": list(offer.roles),
        }
    return {**told, **{key: value for key, value in more.items() if value or (value == 0 and value is not False)}}


def _bound(bound: Bound | None) -> dict[str, Any] | None:
    """The list that gathers a field, its block there, and for an action level what each code is worth."""
    if bound is None or not bound.list:
        return None
    is_level = bound.list == "cells" and bound.is_scored
    points = {option.code: option.score for option in bound.options} if is_level else None
    return {"list": bound.list, "block": bound.block or None, "points": points}

