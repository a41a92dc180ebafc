"""What children of a place lack: their special difficulties, the problems visits find, what is due and not received."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story
from tests.indicators.lives import FIRST, LAST
from tests.indicators.test_both_ways import facts, groups, live_figures
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import places_of
from tongxin.cases.models import Task
from tongxin.indicators import nation
from tongxin.indicators.exporting import export

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
COUNTY = ("37", "3701", "370116")
MIND = {"problem": "mind", "progress": "new"}


@pytest.fixture
def told(cast: world.World, time: Clock) -> None:
    """Nine children with worries, two of whom lack money too; six of them are due to have their rent paid."""
    for number in range(9):
        story = Story(cast, cast.child(f"童{number}"))
        listed = [{**MIND, "progress": "solved"}, MIND] if number else [MIND]
        listed += [{"problem": "living", "progress": "going_on"}] if number < 2 else []
        story.record("visit_record", "周主任", problems=listed)
        time.now = max(time.now, story.at + timedelta(hours=1))
        if number < 6:
            task = Task.objects.filter(case_id=story.child.id).order_by("id")[0]
            Task.objects.create(
                case_id=task.case_id, key=f"need:medical:{task.case_id}", step="need", zh="", form="need_answer",
                role="benefit_clerk", state="open", is_urgent=False, opened_at=story.at, due_at=story.at, climbed=0,
                **places_of(task),
            )


def test_problems_and_needs_are_facts_and_the_same_over_exports(told: None, tmp_path: Path) -> None:
    kinds = [(each["problem"], each["state_then"]) for each in facts("problems")]
    assert kinds.count(("mind", "new")) == 9 and kinds.count(("living", "going_on")) == 2 and len(kinds) == 11
    assert {(each["need"], each["answer"]) for each in facts("needs")} == {("medical", None)}
    here = live_figures(1)
    export(tmp_path / "out", at=world.START)
    there = nation.compute(groups(1), [tmp_path / "out"], first=FIRST, last=LAST)
    for id in ("problems_by_kind", "problem_children", "problems_mind", "needs_unmet", "needs_children"):
        assert here[id] == there[id], id
    assert here["problems_by_kind"][COUNTY].parts["mind"] == 9 and here["needs_unmet"][COUNTY].parts["medical"] == 6


def table(page: Any, id: str) -> dict[str, list[str]]:
    (found,) = [each for each in page.context["tables"] if each["indicator"].id == id]
    return {row["zh"]: [row["whole"], *row["parts"]] for row in found["rows"]}


def test_a_district_s_study_tells_difficulties_problems_and_unmet_needs(told: None, office: SignedIn) -> None:
    """Which problems did visits find here, and what do children lack? One page, small numbers hidden."""
    page = office("郑管理").get("/indicators/study/")
    text = page.content.decode()
    assert page.status_code == 200 and "童1" not in text and "各类困境儿童" in text
    assert table(page, "problems_by_kind")["心理与情绪"][0] == "9"
    assert table(page, "problems_by_kind")["生活保障"][0] == "不显示"
    assert table(page, "needs_unmet")["医疗救助"][0] == "6"
    assert "/indicators/study/" in office("郑管理").get("/indicators/").content.decode()
    assert "/indicators/study/" in office("郑管理").get("/reports/").content.decode()
    assert office("王督导").get("/indicators/study/", {"place": "370116104"}).status_code == 404
    assert office("周主任").get("/indicators/study/").status_code == 404
