"""Each region sees its own colours and factors over the same rules, and no region loosens a floor."""

from dataclasses import replace

import pytest

from tests import world
from tests.flows.story import CELLS, Story
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.models import Result
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.definitions import Library
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import adopt

pytestmark = pytest.mark.django_db
LEVELS = [
    ("low", (0, 0, 0, 0, 0)), ("mid_low", (2, 0, 0, 0, 0)), ("mid_high", (3, 0, 0, 0, 0)), ("high", (3, 0, 3, 0, 0)),
]


def shown(story: Story) -> tuple[str, str, dict[str, int | None]]:
    """Scheme, colour and factors of a child's assessment as its region shows them."""
    region = rules.region_of(story.child.county_id)
    scheme = rules.resolve("display", "display", region=region, at=story.at).content["shown"][0]
    content = rules.resolve("grading", scheme, region=region, at=story.at).content
    colour = next(level["colour"] for level in content["levels"] if level["id"] == story.case.level)
    data = Result.objects.filter(child_id=story.child.id, kind="assessment").latest("entry_id").data
    names = {factor["id"]: factor["zh"] for factor in content["factors"]}
    assert data["proposal"]["scheme"] == scheme
    return scheme, colour, {names[factor]: level for factor, level in data["factors"].items()}


def assessed(cast: world.World, levels: tuple[int, ...], *, opener: str, worker: str, village: str) -> Story:
    story = Story(cast, cast.child(by=opener, village=village))
    cells = {f"{cell}_level": str(level) for cell, level in zip(CELLS, levels, strict=True)}
    story.record("identification_form", worker, low_mood="often", no_interest="often")
    story.record("assessment_form", worker, **cells)
    return story


@pytest.mark.parametrize(("level", "levels", "colour"), [
    (level, levels, colour)
    for (level, levels), colour in zip(LEVELS, ["green", "yellow", "orange", "red"], strict=True)
])
def test_sichuan_green_yellow_orange_red(
    cast: world.World, level: str, levels: tuple[int, ...], colour: str
) -> None:
    story = assessed(cast, levels, opener="陈督导", worker="陈管理", village="510104017001")
    scheme, shows, factors = shown(story)
    assert (story.case.level, scheme, shows) == (level, "mental_health", colour)
    assert len(factors) == 5
    story.rebuilt_equal()


@pytest.mark.parametrize(("level", "levels", "colour"), [
    (level, levels, colour)
    for (level, levels), colour in zip(LEVELS, ["green", "blue", "yellow", "red"], strict=True)
])
def test_laiwu_green_blue_yellow_red_over_four_factors(
    cast: world.World, level: str, levels: tuple[int, ...], colour: str
) -> None:
    story = assessed(cast, levels, opener="周主任", worker="郑管理", village="370116001001")
    scheme, shows, factors = shown(story)
    assert (story.case.level, scheme, shows) == (level, "guardianship", colour)
    assert factors == {
        "身心健康": max(levels[:2]), "监护状况": levels[2], "环境风险": levels[3], "家庭经济": levels[4],
    }
    story.rebuilt_equal()


@pytest.mark.parametrize(("kind", "id", "patch"), [
    ("identification", "identification_form", {"values": [{"id": "often_from", "value": 3}]}),
    ("crisis", "steps", {"steps": [{"id": "tell_duty", "clock": {"value": 60}}]}),
    ("crisis", "steps", {"steps": [{"id": "daily_contact", "times": {"value": 3}}]}),
    ("pathway", "child", {"safety_check": {"lapses": {"value": 48}}}),
    ("pathway", "child", {"lowering": {"needs": {"second": ["child_director"]}}}),
    ("pathway", "child", {"steps": [{"id": "safety_check", "due": {"hours": 48}}]}),
    ("pathway", "child", {"steps": [{"id": "household_check", "removed": True}]}),
    ("pathway", "child", {"requires": []}),
    ("gates", "gates", {"gates": [{"id": "harmed", "removed": True}]}),
    ("gates", "gates", {"gates": [{"id": "harmed", "kind": "safety_check"}]}),
])
def test_a_loosened_floor_is_not_adopted(cast: world.World, kind: str, id: str, patch: dict[str, object]) -> None:
    base = next(v for v in world.library().versions if (v.kind, v.id, v.region) == (kind, id, ""))
    loose = replace(base, region="370116", content={"patch": patch}, document=None)
    with pytest.raises(DefinitionError, match="底线"):
        adopt(library=Library((*world.library().versions, loose)), actor=WORKER, at=world.START)
    assert rules.resolve(kind, id, region="370116", at=world.START).content == base.content
