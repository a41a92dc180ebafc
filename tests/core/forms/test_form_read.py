"""A form that can't be trusted does not load, and says where and how to mend it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.core.forms.samples import GOLDEN, ON
from tongxin.core import forms
from tongxin.core.language.errors import DefinitionError

SMALL = {
    "id": "small",
    "zh": "小表",
    "version": "2025-01-01",
    "source": "测试",
    "kind": "small",
    "sections": [
        {
            "id": "one",
            "zh": "一",
            "fields": [
                {"id": "mood", "binds": "a", "zh": "心情", "type": "code", "options": "frequency"},
                {"id": "note", "binds": "b", "zh": "备注", "type": "text"},
            ],
        }
    ],
}


def refused(change: Any, **sources: Any) -> DefinitionError:
    content = copy.deepcopy(SMALL)
    change(content)
    with pytest.raises(DefinitionError) as caught:
        forms.read(content, option_sets=GOLDEN["option_sets"], **sources)
    assert caught.value.zh and caught.value.cure
    return caught.value


def field(content: dict[str, Any], index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = content["sections"][0]["fields"][index]
    return found


FIRST = "sections[0].fields[0]"
SECOND = "sections[0].fields[1]"

REFUSALS = [
    ("an unknown key", lambda c: field(c).update(colour="red"), f"{FIRST}.colour"),
    ("a missing source", lambda c: c.pop("source"), "source"),
    ("no sections", lambda c: c.update(sections=[]), "sections"),
    ("an unknown type", lambda c: field(c).update(type="colour"), f"{FIRST}.type"),
    ("no binding", lambda c: field(c).pop("binds"), f"{FIRST}.binds"),
    ("no options", lambda c: field(c).pop("options"), f"{FIRST}.options"),
    ("an unknown option set", lambda c: field(c).update(options="weekly"), f"{FIRST}.options"),
    ("a repeated id", lambda c: field(c, 1).update(id="mood"), f"{SECOND}.id"),
    ("an id in capitals", lambda c: field(c).update(id="Mood"), f"{FIRST}.id"),
    ("an id that the language needs", lambda c: field(c).update(id="missing"), f"{FIRST}.id"),
    ("a broken rule", lambda c: field(c, 1).update(show_if="mood =="), f"{SECOND}.show_if"),
    (
        "an unknown option in a rule",
        lambda c: field(c, 1).update(show_if="mood == blue"),
        f"{SECOND}.show_if",
    ),
    (
        "a rule about what stands below",
        lambda c: field(c).update(show_if="note is missing"),
        f"{FIRST}.show_if",
    ),
    ("a rule about itself", lambda c: field(c).update(show_if="mood == often"), f"{FIRST}.show_if"),
    (
        "two ways to require",
        lambda c: field(c, 1).update(required=True, required_if="mood == often"),
        f"{SECOND}.required_if",
    ),
    ("text in the clear", lambda c: field(c, 1).update(sealed=False), f"{SECOND}.sealed"),
    ("a pattern without words", lambda c: field(c, 1).update(pattern="[A-Z]+"), f"{SECOND}.pattern_zh"),
    ("a broken pattern", lambda c: field(c, 1).update(pattern="[A", pattern_zh="字母"), f"{SECOND}.pattern"),
    ("a limit that is no day", lambda c: field(c, 1).update(type="date", max="2025-02-30"), f"{SECOND}.max"),
    ("a text as limit of a number", lambda c: field(c, 1).update(type="int", max="many"), f"{SECOND}.max"),
    ("options on a text", lambda c: field(c, 1).update(options="frequency"), f"{SECOND}.options"),
    ("yes in place of true", lambda c: field(c).update(required="yes"), f"{FIRST}.required"),
]


@pytest.mark.parametrize(("what", "change", "path"), REFUSALS, ids=[each[0] for each in REFUSALS])
def test_refuses(what: str, change: Any, path: str) -> None:
    assert refused(change).path == path


def test_refuses_an_instrument_that_nobody_gave() -> None:
    def ask_scale(content: dict[str, Any]) -> None:
        content["sections"][0]["fields"][1] = {
            "id": "scale",
            "binds": "s",
            "zh": "量表",
            "type": "instrument",
            "instrument": "phq_9",
        }

    assert refused(ask_scale).path == f"{SECOND}.instrument"


def test_refuses_a_binding_that_the_field_library_lacks() -> None:
    assert refused(lambda _: None, bindings={"a": {}}).path == f"{SECOND}.binds"


def test_refuses_a_type_other_than_the_field_library_says() -> None:
    assert (
        refused(lambda _: None, bindings={"a": {"type": "code"}, "b": {"type": "date"}}).path
        == f"{SECOND}.type"
    )


def test_refuses_a_list_inside_a_list() -> None:
    def nest(content: dict[str, Any]) -> None:
        inner = {"id": "inner", "binds": "i", "zh": "里", "type": "list", "fields": [field(content)]}
        content["sections"][0]["fields"][1] = {
            "id": "outer",
            "binds": "o",
            "zh": "外",
            "type": "list",
            "fields": [inner],
        }

    assert refused(nest).path == f"{SECOND}.fields[0].type"


def test_refuses_a_matrix_of_different_options() -> None:
    def mix(content: dict[str, Any]) -> None:
        content["sections"][0]["matrix"] = True
        content["sections"][0]["fields"][1] = {"id": "eats", "binds": "e", "zh": "吃", "type": "yes_no"}

    assert refused(mix).path == f"{SECOND}.options"


def test_leaves_out_of_the_page_what_the_child_is_too_young_for() -> None:
    content = copy.deepcopy(SMALL)
    field(content, 1)["min_age"] = 12
    form = forms.read(content, option_sets=GOLDEN["option_sets"])
    asked = {
        age: [each["id"] for each in page["sections"][0]["fields"]]
        for age in (None, 11, 12)
        for page in [forms.definition_json(form, form_hash="h", on=ON, age=age)]
    }
    assert asked == {None: ["mood"], 11: ["mood"], 12: ["mood", "note"]}


def test_refuses_an_answer_that_the_child_was_too_young_for() -> None:
    content = copy.deepcopy(SMALL)
    field(content, 1)["min_age"] = 12
    form = forms.read(content, option_sets=GOLDEN["option_sets"])
    (problem,) = forms.check(form, {"note": "话"}, on=ON, age=11)
    assert (problem.path, problem.kept) == ("note", False)
    assert "note" not in forms.clean(form, {"note": "话"}, age=11)


def test_carries_known_values_into_the_page() -> None:
    form = forms.read(copy.deepcopy(SMALL), option_sets=GOLDEN["option_sets"])
    page = forms.definition_json(form, form_hash="h", on=ON, values={"note": "旧话"})
    assert page["sections"][0]["fields"][1]["prefill"] == "旧话"
