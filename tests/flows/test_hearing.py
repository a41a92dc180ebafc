"""Words that may speak of a danger ask a person; they lower nothing and say nothing in clear."""

from datetime import timedelta

import pytest

from tests import world
from tests.flows.story import Story
from tongxin.assessments.models import Result
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE

pytestmark = pytest.mark.django_db
WORDS = "孩子说活着没意思，晚上常哭。"


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast)


def asked(story: Story) -> list[Task]:
    return list(Task.objects.filter(case_id=story.child.id, form="heard_answer", state__in=LIVE))


def test_a_record_asks_and_an_answer_settles_it(story: Story) -> None:
    entry = story.record("case_note", "周主任", noted=WORDS).entry
    (task,) = asked(story)
    assert task.key == f"answer_heard:{entry.id}" and task.due_at == entry.recorded_at + timedelta(hours=24)
    data = Result.objects.get(entry_id=entry.id).data
    assert data["heard"] == ["self_harm"] and "活着" not in str(data)
    story.record("heard_answer", "王督导", about=str(entry.id), judged="asked")
    assert not asked(story)
    story.rebuilt_equal()


def test_a_calm_record_asks_nothing(story: Story) -> None:
    story.record("case_note", "周主任", noted="否认有自伤想法，今天开展防性侵讲座。")
    assert not asked(story)
    assert "没有待判断的话" in story.refused("heard_answer", "王督导", judged="asked")


def test_correcting_the_words_away_leaves_the_question(story: Story) -> None:
    entry = story.record("case_note", "周主任", noted=WORDS).entry
    story.record("case_note", "周主任", noted="孩子晚上常哭。", supersedes=entry.id, correction_kind="correct")
    assert [task.key for task in asked(story)] == [f"answer_heard:{entry.id}"]
    second = story.record("case_note", "周主任", noted=WORDS)
    assert len(asked(story)) == 2
    story.record(
        "case_note", "周主任", noted=WORDS + "想死。", supersedes=second.entry.id, correction_kind="correct"
    )
    assert len(asked(story)) == 2
    story.rebuilt_equal()


def test_a_correction_that_keeps_one_kind_leaves_the_question_of_the_other(story: Story) -> None:
    entry = story.record("case_note", "周主任", noted=WORDS + "爸爸昨天打骂她。").entry
    second = story.record(
        "case_note", "周主任", noted="爸爸昨天打骂她。", supersedes=entry.id, correction_kind="correct"
    ).entry
    assert {task.key for task in asked(story)} == {f"answer_heard:{entry.id}", f"answer_heard:{second.id}"}


def test_a_crisis_report_is_the_answer_and_its_withdrawal_asks_again(story: Story) -> None:
    story.record("case_note", "周主任", noted=WORDS)
    report = story.record("crisis_report", "周主任")
    assert not asked(story) and story.case.in_crisis
    story.record("crisis_report", "周主任", supersedes=report.entry.id, correction_kind="retract")
    assert len(asked(story)) == 1 and story.case.in_crisis


@pytest.mark.parametrize("place", ["wishes", "others_seen", "not_seen_reason"])
def test_one_line_is_read_like_many(story: Story, place: str) -> None:
    not_seen = {"seen_in_person": "no"} if place == "not_seen_reason" else {}
    story.record("visit_record", "周主任", **not_seen, **{place: "孩子说不想活了"})
    assert len(asked(story)) == 1


def test_the_rows_of_a_list_are_read(story: Story) -> None:
    row = {"problem": "living", "progress": "new", "action": "孩子说不想活了，今晚有人陪着"}
    story.record("visit_record", "周主任", problems=[row])
    assert len(asked(story)) == 1


@pytest.mark.parametrize(("form", "place"), [
    ("aftercare", "child_words"), ("entrusted_check", "child_words"), ("household_check", "done"),
    ("referral_answer", "result"),
])
def test_whoever_hears_the_child_elsewhere_is_read_too(form: str, place: str) -> None:
    found = world.library()
    assert form in found.of("danger_words", "danger_words")[0].content["forms"]
    sections = found.of("forms", form)[0].content["sections"]
    assert any(field["id"] == place for section in sections for field in section["fields"])


def test_it_is_switched_off_until_a_county_measured_it() -> None:
    shipped = world.library().of("danger_words", "danger_words")[0].content
    assert shipped["switched_on"] is False
