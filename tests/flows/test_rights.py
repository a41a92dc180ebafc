"""A request about one's own data is a task with a day, answered with reasons; a danger gets and learns nothing."""

from datetime import date, datetime, timedelta

import pytest

from tests.flows.story import Story
from tongxin.core.pathway import CHINA
from tongxin.flows.invariants import breaches
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
FATHER = {"name": "刘秀英", "relation": "father", "is_guardian": "yes"}


def family(story: Story, **more: str) -> None:
    story.record("carer_change", "王督导", event="starts", **(FATHER | more))


def asks(story: Story, kind: str = "correct", by: str = "周主任", **more: object) -> str:
    told = {"right_kind": kind, "asker": "guardian", "asker_relation": "father", "identity_by": "document"} | more
    return str(story.record("rights_request", by, **told).entry.id)


def answers(story: Story, request: str, by: str = "郑管理", **more: object) -> None:
    story.record("rights_answer", by, **{"about": request, "outcome": "granted"} | more)


def test_a_request_is_a_task_of_the_post_that_answers_it_until_the_legal_day(story: Story) -> None:
    family(story)
    asks(story, "correct")
    task = story.task("answer_right")
    assert story.owner("answer_right") == "王督导"
    assert task.due_at == datetime(2025, 10, 1, 18, tzinfo=CHINA)
    story.rebuilt_equal()
    assert [each.kind for each in breaches(at=story.at) if each.count] == []


def test_a_late_answer_climbs_and_an_answer_settles_only_its_own(story: Story) -> None:
    family(story)
    first, second = asks(story, "complain"), asks(story, "withdraw")
    story.wait(days=20)
    late = story.tasks("answer_right")[0]
    assert late.key == f"answer_right:{second}" and late.climbed >= 1
    assert "没有写明答复哪一件" in story.refused("rights_answer", "郑管理", outcome="granted")
    answers(story, first)
    assert [each.key for each in story.tasks("answer_right")] == [f"answer_right:{second}"]
    answers(story, second)
    assert "没有待答复的权利请求" in story.refused("rights_answer", "郑管理", about=second, outcome="granted")
    story.rebuilt_equal()


def test_a_closed_file_still_answers(story: Story) -> None:
    family(story)
    story.record("case_closure", "王督导", reason="moved_away")
    story.record("closure_decision", "郑管理", outcome="approved")
    answers(story, asks(story, "correct"))
    assert story.steps == {"aftercare"} and not story.case.is_open


@pytest.mark.parametrize(("told", "said"), [
    ({"asker_relation": "mother"}, "档案里没有这位监护人"), ({"asker": "former_child"}, "还不满18周岁"),
    ({"asker": "child", "right_kind": "copy"}, "不满14周岁"),
    ({"asker": "stand_in", "asker_relation": "uncle"}, "代为提出的只能是"),
])
def test_who_asks_is_held_against_the_file(story: Story, told: dict[str, str], said: str) -> None:
    family(story)
    asked = {"right_kind": "explain", "asker": "guardian", "asker_relation": "father"} | told
    assert said in story.refused("rights_request", "周主任", **asked)


def test_somebody_who_may_be_the_danger_gets_no_and_no_reason(story: Story) -> None:
    family(story, is_concern="yes")
    request = asks(story, "copy")
    for told in ({"outcome": "granted"}, {"outcome": "refused", "reason": "still_served", "complaint_told": "yes"}):
        assert "现在只能答复“不办”" in story.refused("rights_answer", "郑管理", about=request, **told)
    answers(story, request, outcome="refused", reason="by_law", complaint_told="yes")
    assert not story.tasks("answer_right")


def test_a_no_says_how_to_complain_and_a_yes_has_something_behind_it(story: Story) -> None:
    family(story)
    request = asks(story, "copy")
    assert "还没有制作副本" in story.refused("rights_answer", "郑管理", about=request, outcome="granted")
    no = {"outcome": "refused", "reason": "none_held", "complaint_told": "no"}
    assert "怎样投诉" in story.refused("rights_answer", "郑管理", about=request, **no)
    erase = asks(story, "erase")
    assert "由两人" in story.refused("rights_answer", "郑管理", about=erase, outcome="granted")


def test_a_grown_child_asks_alone(story: Story) -> None:
    family(story)
    story.at += timedelta(days=365 * 5)
    assert date(2030, 8, 1) < story.at.date()
    told = {"right_kind": "copy", "asker": "guardian", "asker_relation": "father"}
    assert "要由本人提出" in story.refused("rights_request", "周主任", **told)
    assert asks(story, "copy", asker="former_child", asker_relation="", entry_id=ids.new_id())
