"""What a region may change of the rules of pairings: only what makes them stricter."""

from typing import Any

import pytest

from tests import world
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.overlays import lay_over, refuse_loosening
from tongxin.lib.pairing_checks import check_pairings

NOT_NEEDED = {"value": 0, "unit": "degree", "floor": "min"}


def laid(patch: dict[str, Any]) -> None:
    """The patch laid over what the nation says, as the loader does it."""
    nation = next(each.content for each in world.library().versions if each.kind == "pairings" and not each.region)
    result = lay_over(nation, patch)
    refuse_loosening(nation, result)
    check_pairings(result)


@pytest.mark.parametrize("patch", [
    {"checks": [{"id": "record", "required": False}]},
    {"checks": [{"id": "record", "required": NOT_NEEDED}]},
    {"checks": [{"id": "record", "removed": True}]},
    {"checks": [{"id": "promise", "required": {"value": 0}}]},
    {"checks": [{"id": "training", "valid": {"days": 3650}}]},
    {"teaches_at_most": {"days": 4000}},
    {"worry": {"within": {"days": 30}}},
    {"begin": [{"id": "child_agrees", "required": False}]},
    {"begin": [{"id": "guardian_agrees", "removed": True}]},
    {"begin": [{"id": "guardian_agrees", "only_if": {"place": ["home"]}}]},
    {"contact": [{"id": "worry", "removed": True}]},
    {"option_lists": {"agrees": [{"id": "later", "zh": "以后再问"}]}},
])
def test_a_region_loosens_nothing(patch: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        laid(patch)


@pytest.mark.parametrize("patch", [
    {"checks": [{"id": "health", "required": {"value": 1}}]},
    {"checks": [{"id": "training", "valid": {"days": 180}}]},
    {"checks": [{"id": "visit", "zh": "入户了解", "required": {"value": 1, "unit": "degree", "floor": "min"},
                 "valid": {"days": 365}}]},
])
def test_a_region_may_be_stricter(patch: dict[str, Any]) -> None:
    laid(patch)
