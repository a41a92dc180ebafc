"""Rules change: what was recorded keeps the outcome of its time, and a rebuild finds it again (spine B1)."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.core.pathway.defaults import DEFAULTS
from tongxin.flows import repair
from tongxin.flows.record import Sheet, record
from tongxin.flows.sweep import look_again
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.lib.definitions import Library, Version, load
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import adopt

DATA = Path(__file__).resolve().parents[1] / "data"
pytestmark = pytest.mark.django_db
Content = dict[str, Any]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Versions adopted in a test are gone with it; what the process remembers of them too."""
    rules._index.cache_clear()
    yield
    rules._index.cache_clear()


def changed(kind: str, id: str, change: Callable[[Content], None]) -> Library:
    """The library with one definition changed."""

    def after(version: Version) -> Version:
        if (version.kind, version.id, version.region) != (kind, id, ""):
            return version
        content = deepcopy(version.content)
        change(content)
        return replace(version, content=content)

    return Library(tuple(after(version) for version in world.library().versions))


def one_often_is_enough(content: Content) -> None:
    next(each for each in content["values"] if each["id"] == "often_from")["value"] = 1


def five_days_to_identify(content: Content) -> None:
    next(each for each in content["steps"] if each["id"] == "identify")["due"] = {"working_days": 5}


def adopted(story: Story, library: Library) -> int:
    story.at += timedelta(hours=1)
    return adopt(library=library, actor=WORKER, at=story.at)


def results(story: Story) -> list[str]:
    rows = Result.objects.filter(child_id=story.child.id, kind="identification")
    found = {row.entry_id: row.data["result"] for row in rows}
    entries = story.case and sorted(found, key=str)
    return [found[entry] for entry in entries]


def test_entries_before_a_change_keep_their_outcome_and_those_after_have_the_new(story: Story) -> None:
    story.identified("healthy", low_mood="often")
    assert adopted(story, changed("identification", "identification_form", one_often_is_enough)) == 1
    story.identified("healthy", low_mood="often")
    assert results(story) == ["healthy", "refer"]
    assert story.case.stage == "assessment_due"
    story.rebuilt_equal()


def test_an_entry_that_comes_late_is_judged_by_the_rules_of_its_recording(story: Story) -> None:
    happened = story.at + timedelta(minutes=30)
    adopted(story, changed("identification", "identification_form", one_often_is_enough))
    story.at += timedelta(days=3)
    answers = fill(story.child, "identification_form", happened, low_mood="often")
    sheet = Sheet(ids.new_id(), "identification_form", answers, happened)
    record(child_id=story.child.id, sheet=sheet, actor=story.world.viewer("周主任"), at=story.at)
    assert results(story) == ["refer"]
    story.rebuilt_equal()


def test_a_correction_after_a_change_is_judged_anew_and_the_first_is_not(story: Story) -> None:
    first = story.identified("healthy", low_mood="often")
    adopted(story, changed("identification", "identification_form", one_often_is_enough))
    story.identified("healthy", low_mood="often", supersedes=first.entry.id, correction_kind="correct")
    assert results(story) == ["healthy", "refer"]
    story.rebuilt_equal()


def test_a_new_pathway_holds_for_every_case_from_the_next_look(story: Story) -> None:
    before = story.task("identify").due_at
    adopted(story, changed("pathway", "child", five_days_to_identify))
    look_again(story.child, now=story.at)
    assert story.task("identify").due_at < before
    assert Case.objects.get(id=story.child.id).pathway_hash != ""
    story.rebuilt_equal()


def test_going_back_to_the_earlier_rules_is_an_adoption_too(story: Story) -> None:
    adopted(story, changed("identification", "identification_form", one_often_is_enough))
    assert adopted(story, world.library()) == 1
    story.identified("healthy", low_mood="often")
    assert results(story) == ["healthy"]
    facts = Event.objects.filter(kind="definition.adopted", is_fact=True, clear__contains="identification_form\"")
    assert facts.filter(at__gt=world.START).count() == 2
    story.rebuilt_equal()


def test_adopting_the_same_twice_changes_nothing(story: Story) -> None:
    assert adopted(story, world.library()) == 0


def test_a_county_overlay_holds_there_and_nowhere_else(story: Story) -> None:
    patch = {"values": [{"id": "often_from", "value": 1}]}
    base = next(v for v in world.library().versions if (v.kind, v.id) == ("identification", "identification_form"))
    overlay = replace(base, region="370116", content={"patch": patch}, document=None)
    adopted(story, Library((*world.library().versions, overlay)))
    there = Story(story.world, story.world.child("小杨", by="陈督导", village="510104017001", at=story.at), at=story.at)
    story.identified("healthy", low_mood="often")
    there.identified("healthy", by="陈管理", low_mood="often")
    assert (results(story), results(there)) == (["refer"], ["healthy"])
    story.rebuilt_equal()
    there.rebuilt_equal()


def test_a_whole_life_is_found_again_from_the_sealed_answers_alone(story: Story) -> None:
    story.graded("mid_low", 2, 0, 0, 0, 0)
    visit = story.record("visit_record", "周主任", wish_to_die="yes")
    story.record("visit_record", "周主任", wish_to_die="no", supersedes=visit.entry.id, correction_kind="correct")
    adopted(story, changed("pathway", "child", five_days_to_identify))
    story.ends_crisis()
    story.wait(days=40)
    kept = Case.objects.values().get(id=story.child.id)
    Result.objects.filter(child_id=story.child.id).delete()
    repair.derive_silently(story.child, at=story.at)
    assert Case.objects.values().get(id=story.child.id) | {"derived_at": None} == kept | {"derived_at": None}
    story.rebuilt_equal()


def first_pathway() -> Library:
    """The library with the pathway as it was first adopted, before many of its keys existed."""
    content = load(DATA / "pathways" / "child-first.yaml", name="child-first.yaml").content
    return Library(tuple(
        replace(each, content=content) if each.kind == "pathway" and not each.region else each
        for each in world.library().versions
    ))


def test_a_life_under_an_older_pathway_is_folded_and_found_again(story: Story) -> None:
    assert adopted(story, first_pathway()) == 1
    story.graded("mid_low", 2, 0, 0, 0, 0)
    story.record("visit_record", "周主任", grade_hint="up", grade_hint_reason="变差")
    assert story.case.level == "mid_high"
    story.record("crisis_report", "周主任", kind="suicide")
    story.record("crisis_step", "苏咨询", step="professional", result="done")
    story.wait(days=3)
    assert story.case.in_crisis and story.tasks()
    story.rebuilt_equal()
    assert adopted(story, world.library()) == 1
    story.ends_crisis()
    story.assessed(2, 0, 0, 0, 0)
    story.rebuilt_equal()


def _before(content: dict[str, Any], key: str) -> None:
    """Takes away a key, and the steps that could not be written before it was there."""
    del content[key]
    if key == "referral_clocks":
        content["steps"] = [step for step in content["steps"] if "by_urgency" not in step]


@pytest.mark.parametrize("key", sorted(DEFAULTS))
def test_a_version_without_a_later_key_still_gives_every_open_case_a_step(story: Story, key: str) -> None:
    adopted(story, changed("pathway", "child", lambda content: _before(content, key)))
    story.identified()
    story.record("crisis_report", "周主任", kind="harmed", concern_from=["staff"], is_concern="yes")
    story.record("crisis_step", "林社工", step="conference", result="not_needed")
    assert story.case.is_open and story.tasks()
    story.rebuilt_equal()


def test_a_questionnaire_that_comes_later_leaves_earlier_entries_as_they_were(story: Story) -> None:
    story.identified("healthy")
    phq = next(each for each in world.library().versions if (each.kind, each.id) == ("instruments", "phq_9"))
    content = {**phq.content, "id": "phq_later"}
    later = replace(phq, id="phq_later", content=content)
    assert adopted(story, Library((*world.library().versions, later))) == 1
    story.rebuilt_equal()
    story.identified("healthy")
    story.rebuilt_equal()
