"""What a person made of a comparison, taken back with a reason; and many missing children settled together."""

from typing import Any

import pytest

from tests.web.test_comparisons import CONTRARY, NEAR, NOBODY, SAME, compare, on_file
from tests.web.test_comparisons import assessed as assessed
from tests.world import World
from tongxin.cases.models import Case
from tongxin.comparisons.models import Answer, Apart, Settling

pytestmark = pytest.mark.django_db
WHY = {"decision": "undo", "why": "打电话问过，看错了人"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("decision", ["same", "different"])
def test_a_decision_is_taken_back_with_a_reason_and_stays_readable(
    office: Any, cast: World, decision: str
) -> None:
    files = on_file(cast)
    desk = office("郑管理")
    found = compare(desk, NEAR, SAME)
    near = found.answers.get(verdict=Answer.PROBABLE)
    url = f"/comparisons/review/{near.id}/"
    desk.post(url, {"decision": decision})
    page = text(desk.get(url))
    assert "撤销这次处理" in page and "李小雪" in page
    assert url in text(desk.get(f"/comparisons/{found.id}/"))
    assert desk.post(url, {"decision": "undo", "why": " "}).status_code == 422
    for _ in range(2):
        desk.post(url, WHY)
    near.refresh_from_db()
    assert (near.verdict, near.state, near.child_id) == (Answer.PROBABLE, Answer.OPEN, files["near"].id)
    page = text(desk.get(url))
    assert "已撤销" in page and WHY["why"] in page and "是同一名儿童" in page
    assert not Apart.objects.filter(undone_at__isnull=True).exists() and Settling.objects.count() == 1
    desk.post(url, {"decision": "different"})
    assert Apart.objects.filter(undone_at__isnull=True).count() == 1


def test_what_the_comparison_held_for_certain_is_doubted_by_a_person(office: Any, cast: World) -> None:
    files = on_file(cast)
    desk = office("郑管理")
    same = compare(desk, SAME).answers.get(row__gt=0)
    url = f"/comparisons/review/{same.id}/"
    assert "比对时认定为同一名儿童" in text(desk.get(url))
    desk.post(url, WHY)
    same.refresh_from_db()
    assert (same.verdict, same.state, same.child_id) == (Answer.PROBABLE, Answer.OPEN, files["same"].id)
    assert same.owner_post_id and same.due_at
    desk.post(url, {"decision": "different"})
    same.refresh_from_db()
    assert same.verdict == Answer.NEW


def test_what_made_something_elsewhere_is_not_taken_back_here(office: Any, cast: World) -> None:
    desk = office("郑管理")
    row = compare(desk, NOBODY).answers.get(row__gt=0)
    url = f"/comparisons/review/{row.id}/"
    desk.post(url, {"decision": "clue"})
    assert "撤销这次处理" not in text(desk.get(url))
    assert desk.post(url, WHY).status_code == 422


def test_two_children_said_too_soon_are_asked_about_again(office: Any, cast: World) -> None:
    one, two = cast.child("王小雨"), cast.child("王小鱼")
    desk, url = office("郑管理"), f"/children/{one.id}/same/{two.id}/"
    desk.post(url, {"deed": "apart"})
    assert "撤销“是两名儿童”" in text(desk.get(url))
    assert desk.post(url, {"deed": "ask_again", "why": ""}).status_code == 422
    desk.post(url, {"deed": "ask_again", "why": "问过家里，是一个孩子"})
    assert Apart.objects.get().undone_at is not None
    assert "撤销“是两名儿童”" not in text(desk.get(url))
    desk.post(url, {"deed": "apart"})
    assert Apart.objects.count() == 2


def test_missing_children_are_settled_together_but_for_who_may_be_in_danger(office: Any, cast: World) -> None:
    files = on_file(cast)
    desk = office("王督导")
    found = compare(office("郑管理"), NOBODY)
    rows = {each.child_id: each for each in found.answers.filter(verdict=Answer.MISSING)}
    assert len(rows) == 4
    Case.objects.filter(id=files["near"].id).update(in_crisis=True)
    url = "/comparisons/review/missing/"
    assert url in text(desk.get("/comparisons/review/"))
    page = text(desk.get(url))
    assert "王小雨" in page and "黎小雪" not in page
    three = [str(row.id) for child, row in rows.items() if child != files["near"].id]
    grave, cause = str(rows[files["near"].id].id), {"decision": "moved", "why": "派出所迁出名单上都有"}
    refused: list[dict[str, Any]] = [
        {"answer": [], **cause}, {"answer": [*three, grave], **cause}, {"answer": three, "decision": "moved"},
        {"answer": three, **cause, "decision": "same"}, {"answer": ["x"], **cause},
    ]
    for wrong in refused:
        assert desk.post(url, wrong).status_code == 422
    assert not found.answers.filter(state=Answer.SETTLED).exists()
    desk.post(url, {"answer": three, **cause})
    assert set(found.answers.filter(state=Answer.SETTLED).values_list("decision", flat=True)) == {"moved"}
    assert desk.post(url, {"answer": three, **cause}).status_code == 422
    assert cause["why"] in text(desk.get(f"/comparisons/review/{three[0]}/"))


def test_contradictions_are_never_among_what_is_settled_together(office: Any, cast: World) -> None:
    on_file(cast)
    found = compare(office("郑管理"), CONTRARY, NEAR)
    rows = [str(each.id) for each in found.answers.filter(row__gt=0)]
    answer = office("郑管理").post("/comparisons/review/missing/", {"answer": rows, "decision": "moved", "why": "搬走"})
    assert answer.status_code == 422
