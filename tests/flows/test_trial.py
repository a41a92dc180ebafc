"""New rules are tried on the record before anybody adopts them: who would change, and nothing is written."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps

from tests import world
from tests.flows.story import Story, phq_a
from tongxin.accounts.viewers import WORKER
from tongxin.flows import trial
from tongxin.flows.trial_words import told
from tongxin.ledger.models import Access, AccessSubject
from tongxin.lib.definitions import Library
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import adopt, fresh_in

pytestmark = pytest.mark.django_db
Content = dict[str, Any]
LOOKS = {Access, AccessSubject}


def changed(kind: str, id: str, change: Callable[[Content], None]) -> Library:
    found = []
    for each in world.library().versions:
        if (each.kind, each.id, each.region) == (kind, id, ""):
            content = deepcopy(each.content)
            change(content)
            each = replace(each, content=content)
        found.append(each)
    return Library(tuple(found))


def value(name: str, to: int) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        next(each for each in content["values"] if each["id"] == name)["value"] = to

    return change


def tried(story: Story, library: Library, **more: Any) -> list[trial.Effect]:
    return list(trial.effects(versions=fresh_in(library), at=story.at, **more))


def everything() -> dict[str, list[Any]]:
    """Every row of every table but the looks, which are recorded as any look is."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=str)
        for model in apps.get_models() if model not in LOOKS
    }


def test_who_would_rise_is_told_and_nothing_is_written(story: Story) -> None:
    other = Story(story.world, story.world.child("小朋", at=story.at), at=story.at)
    story.identified()
    story.assessed(0, 0, 0, 0, 0, **phq_a(q1="1", q2="1", q3="1"))
    other.identified("healthy")
    story.at = other.at = max(story.at, other.at)
    before, done = everything(), []
    lower = changed("rubric", "rubric", value("phq_act", 2))
    (found,) = tried(story, lower, progress=done.append)
    assert (found.file_no, found.direction) == (story.child.file_no, "up")
    assert (found.before.level, found.after.level) == ("low", "mid_low")
    assert sum(done) == trial.total() == 2
    assert everything() == before
    pathway = rules.pathway_in(region="370116", at=story.at)[1]
    assert told(found.before, found.after, pathway)[0] == "等级 低 → 中低"
    assert not any("等级" in each for each in told(found.before, found.after, pathway, with_levels=False))


def test_a_trial_says_what_a_rebuild_under_the_adopted_rules_finds(story: Story) -> None:
    story.identified("healthy", low_mood="often")
    stricter = changed("identification", "identification_form", value("often_from", 1))
    (found,) = tried(story, stricter)
    assert (found.direction, found.before.identified, found.after.identified) == ("identified", "healthy", "refer")
    assert "assess" in found.after.tasks and "assess" not in found.before.tasks
    adopt(library=stricter, actor=WORKER, at=story.at)
    story.identified("healthy", low_mood="often")
    assert {task.step for task in story.tasks()} >= {"assess"}


def test_a_changed_deadline_opens_no_answers_and_tells_of_tasks_only(story: Story) -> None:
    def another_step(content: Content) -> None:
        content["steps"] = [each for each in content["steps"] if each["id"] != "identify"]

    looks = Access.objects.count()
    (found,) = tried(story, changed("pathway", "child", another_step))
    assert found.direction == "task" and "identify" in found.before.tasks - found.after.tasks
    assert Access.objects.count() == looks


def test_another_county_is_left_out_and_what_is_adopted_changes_nobody(story: Story) -> None:
    story.identified("healthy", low_mood="often")
    stricter = changed("identification", "identification_form", value("often_from", 1))
    assert tried(story, stricter, region="510104") == []
    assert len(tried(story, stricter, region="370116")) == 1
    assert tried(story, world.library()) == []


def test_who_looks_is_written_down(story: Story) -> None:
    story.identified("healthy", low_mood="often")
    viewer = story.world.viewer("郑管理")
    tried(story, changed("identification", "identification_form", value("often_from", 1)), viewer=viewer)
    look = Access.objects.latest("id")
    assert (look.purpose, look.person_id) == (trial.PURPOSE, viewer.person_id)
