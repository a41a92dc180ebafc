"""Nobody comes of age unnoticed: a task before, a task when it is there, each once."""

from datetime import datetime

import pytest

from tests import world
from tongxin import vault
from tongxin.cases.models import Task
from tongxin.core.pathway import CHINA
from tongxin.flows import coming_of_age, health, rebuild, retention
from tongxin.ledger.models import Entry

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_a_task_half_a_year_before_and_another_when_it_is_there(cast: world.World) -> None:
    child = cast.child(birth="2008-06-15")
    cast.child("还小", birth="2014-01-01")
    cast.child("早就成年的人", birth="1999-01-01")
    nights = [("2025-12-31", 0), ("2026-01-02", 1), ("2026-01-03", 0), ("2026-06-30", 0), ("2026-07-01", 1),
              ("2026-07-02", 0)]
    assert [(day, coming_of_age.tell_of_age(at=at(day)).done) for day, _ in nights] == nights
    flags = Entry.objects.filter(kind="flag")
    assert {entry.subject_id for entry in flags} == {child.id} and flags.count() == 2
    tasks = Task.objects.filter(case_id=child.id, step="resolve_flag")
    assert {task.post_id for task in tasks} == {cast.posts["郑管理"].id} and tasks.count() == 2
    child.refresh_from_db()
    assert rebuild.differences_of(child, at=at("2026-07-02")) == []


def test_who_is_of_age_already_is_told_of_that_alone(cast: world.World) -> None:
    cast.child(birth="2007-11-01")
    assert coming_of_age.tell_of_age(at=at("2026-03-01")).done == 1
    assert coming_of_age.tell_of_age(at=at("2026-03-02")).done == 0


def test_who_was_told_keeps_nobody_from_being_told(cast: world.World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, birth in (("甲", "2007-10-05"), ("乙", "2007-10-06"), ("丙", "2007-10-07")):
        cast.child(name, birth=birth)
    monkeypatch.setattr(coming_of_age, "MOST", 1)
    monkeypatch.setattr(coming_of_age, "CHUNK", 2)
    nights = [coming_of_age.tell_of_age(at=at(f"2025-11-0{day}")).done for day in range(1, 6)]
    assert nights == [1, 1, 1, 0, 0]


def test_one_that_fails_keeps_nobody_else_from_being_told(cast: world.World) -> None:
    children = [cast.child(name, birth="2007-10-05") for name in ("甲", "乙")]
    first = min(children, key=lambda each: each.id)
    vault.destroy(first.key_owner, at=at("2025-11-01"))
    night = at("2025-11-01 02:00")
    retention.look_for_due(night)
    assert [each.subject_id for each in Entry.objects.filter(kind="flag")] == [max(each.id for each in children)]
    said = {each.what: each for each in health.examine(at=night)}["成年提醒"]
    assert said.state == "warning" and "1 份" in said.zh
