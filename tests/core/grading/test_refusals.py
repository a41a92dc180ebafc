"""Rules that can't be right are refused when they are read."""

from typing import Any

import pytest

from tests.core.grading.rulings import ON, library, rules
from tongxin.core.grading import read_gates, read_identification, read_rubric, read_scheme
from tongxin.core.language.errors import DefinitionError
from tongxin.lib import definitions


def content(kind: str, id: str) -> dict[str, Any]:
    return definitions.resolve(library(), kind, id, on=ON).content


def test_refuses_a_situation_that_the_law_does_not_know() -> None:
    gates = content("gates", "gates")
    spoilt = [{**gates["gates"][0], "situations": [10]}]
    with pytest.raises(DefinitionError, match="1 至 9"):
        read_gates({**gates, "gates": spoilt}, vocabulary=rules().vocabulary)


def test_refuses_two_gates_of_one_name() -> None:
    gates = content("gates", "gates")
    with pytest.raises(DefinitionError, match="重复"):
        read_gates({**gates, "gates": gates["gates"][:1] * 2}, vocabulary=rules().vocabulary)


def test_refuses_a_rule_that_gives_a_number() -> None:
    rubric = content("rubric", "rubric")
    spoilt = [{**rubric["combine"][0], "when": "gates_open + 1"}]
    with pytest.raises(DefinitionError, match=r"combine\[0\]\.when"):
        read_rubric({**rubric, "combine": spoilt}, vocabulary=rules().vocabulary)


def test_refuses_an_action_level_beyond_three() -> None:
    rubric = content("rubric", "rubric")
    spoilt = [{**rubric["cell_rules"][0], "level": 4}]
    with pytest.raises(DefinitionError, match="1 至 3"):
        read_rubric({**rubric, "cell_rules": spoilt}, vocabulary=rules().vocabulary)


def test_a_rule_that_a_region_adds_is_read_by_its_level_not_by_its_place() -> None:
    rubric = content("rubric", "rubric")
    added = {"id": "any_watch", "level": "mid_high", "when": "any(cells where level >= 1)", "because": "更严"}
    found = read_rubric({**rubric, "combine": [*rubric["combine"], added]}, vocabulary=rules().vocabulary)
    levels = [rule.level for rule in found.combine]
    assert levels == sorted(levels, key=lambda level: -found.rank(str(level)))
    assert "any_watch" in [rule.id for rule in found.combine if rule.level == "mid_high"]


def test_refuses_a_threshold_nobody_named() -> None:
    found = content("identification", "identification_form")
    with pytest.raises(DefinitionError, match=r"value\.often_from"):
        read_identification({**found, "values": []}, vocabulary=rules().vocabulary)


def test_refuses_a_scheme_without_grey() -> None:
    scheme = content("grading", "mental_health")
    levels = [level for level in scheme["levels"] if level["id"] != "unknown"]
    with pytest.raises(DefinitionError, match="各级与评级规则的等级对不上"):
        read_scheme({**scheme, "levels": levels}, rubric=rules().rubric)
