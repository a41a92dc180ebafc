"""The example cases beside the rules of linkage."""

from typing import Any

import pytest

from tongxin import linkage
from tongxin.core.language.errors import DefinitionError
from tongxin.lib import strict_yaml
from tongxin.lib.places import REPOSITORY
from tongxin.linkage.rules import read_rules

FOLDER = REPOSITORY / "definitions" / "linkage"
CASES = strict_yaml.load(FOLDER / "children.cases.yaml").content["cases"]
RULES = strict_yaml.load(FOLDER / "children.yaml").content


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_comes_out_as_written(case: dict[str, Any]) -> None:
    found = linkage.compare_two({"key": "1", **case["one"]}, {"key": "2", **case["other"]})
    said = [reason.zh for reason in found.reasons]
    assert found.verdict == case["gives"], said
    assert set(case["says"]) <= set(said)


def test_no_level_is_without_a_pair_that_it_could_hold() -> None:
    rules = linkage.rules_in_force()
    assert all(level.m and level.u for each in rules.comparisons for level in each.levels)
    assert rules.automatic > rules.review


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"hard": [{"id": "x", "verdict": "merge", "zh": "", "when": {}}]}, "hard[0].verdict"),
        ({"hard": [{"id": "x", "verdict": "hold", "zh": "", "when": {"name": ["alike"]}}]}, "hard[0].when"),
        ({"blocks": {"most": 1, "keys": [["nose"]]}}, "blocks.keys[0]"),
    ],
)
def test_what_is_not_understood_is_refused(change: dict[str, Any], place: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_rules({**RULES, **change})
    assert refused.value.path == place
