"""Gaps in the files: counted and listed for whoever may see the child, led to where they are mended, then gone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import Holding
from tongxin.flows.quality import checks
from tongxin.people.models import Child
from tongxin.supervision.quality import quality_in

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def found(desk: Office) -> dict[str, int]:
    return {each["check"].id: each["many"] for each in desk.get("/quality/").context["rows"]}


def test_every_gap_is_counted_and_listed_alike(cast: world.World, office: SignedIn) -> None:
    gappy, other = cast.child("小雨"), cast.child("小杰")
    Child.objects.filter(id=gappy.id).update(birth_month=None, sex="unknown", id_kind="resident_id", village_id=None)
    Child.objects.filter(id=other.id).update(birth_month="2001-01-01")
    desk = office("郑管理")
    counts = found(desk)
    assert {name for name, many in counts.items() if many} >= {
        "no_birth", "age", "no_number", "no_sex", "no_village", "no_carer", "no_category",
    }
    for name, many in counts.items():
        if many:
            page = desk.get(f"/quality/{name}/")
            assert len(page.context["rows"]) == many, name
            for row in page.context["rows"]:
                assert desk.get(row["mend"].partition("#")[0]).status_code == 200, (name, row["mend"])
    assert desk.get("/quality/nothing/").status_code == 404
    assert office("苏咨询").get("/quality/").status_code == 404


def test_a_mended_gap_is_gone_and_nobody_sees_others_children(cast: world.World, office: SignedIn) -> None:
    child = cast.child("小雨")
    Child.objects.filter(id=child.id).update(birth_month=None)
    director = office("周主任")
    (row,) = director.get("/quality/no_birth/").context["rows"]
    assert row["mend"] == f"/children/{child.id}/forms/detail_correction/"
    assert found(office("陈管理")).get("no_birth", 0) == 0
    answers = fill(child, "detail_correction", MORNING, birth="2012-03-05")
    cast.record(child, "detail_correction", answers, by="周主任", at=MORNING)
    assert found(director)["no_birth"] == 0


def test_a_village_without_director_is_led_to_its_post(cast: world.World, office: SignedIn) -> None:
    cast.child("小雨")
    desk = office("郑管理")
    before: Any = found(desk)["no_director"]
    Holding.objects.filter(post=cast.posts["周主任"]).update(to_at=MORNING)
    assert found(desk)["no_director"] == before + 1
    rows = desk.get("/quality/no_director/").context["rows"]
    assert f"/posts/{cast.posts['周主任'].id}/" in {row["mend"] for row in rows}


def test_an_agreement_that_was_taken_back_is_none(cast: world.World) -> None:
    story = Story(cast, cast.child("小雨"))
    story.identified()
    agreed = story.record("consent", "王督导").entry
    story.assessed()
    rules = quality_in(region="", at=story.at)
    asked = {"viewer": cast.viewer("郑管理", story.at), "at": story.at}
    assert checks.many(rules.checks["no_consent"], **asked) == 0
    story.record("consent", "王督导", supersedes=agreed.id, correction_kind="retract")
    assert checks.many(rules.checks["no_consent"], **asked) == 1
