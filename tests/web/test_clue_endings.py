"""A clue raised after it was matched is a danger in the file; none ends in a file that isn't or without its child."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import Clock, Office
from tests.web.test_clues import answered, does, page, text, told
from tongxin.cases.models import Case, Task
from tongxin.clues.models import Clue, Step
from tongxin.ledger.models import Entry
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
DONE = {"happened_at": "2025-09-02T09:00", "result": "in_file", "said": "去看过", "answer": "looked"}


def matched(client: Office, child: Child, **more: Any) -> Clue:
    clue = told(client, child_name="童小雨", **more)
    answer = client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)})
    assert answer.status_code == 302
    clue.refresh_from_db()
    return clue


def raised(client: Office, clue: Clue, **more: Any) -> Any:
    return client.post(f"{page(clue)}raise/", {"danger": "now", "words": "又打来，说孩子被打了", **more})


class TestRaisedAfterTheMatch:
    def test_is_a_crisis_in_the_file_at_once(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child("童小雨"), office("郑管理")
        clue = matched(client, child)
        assert not Case.objects.get(id=child.id).in_crisis
        refused = raised(client, clue)
        assert refused.status_code == 422 and "是哪一种危险" in text(refused)
        assert Clue.objects.get(id=clue.id).danger == "ordinary"
        assert raised(client, clue, sign="harmed").status_code == 302
        assert Case.objects.get(id=child.id).in_crisis
        assert str(child.id) in text(client.get("/crises/"))
        entry = Entry.objects.get(id=Clue.objects.get(id=clue.id).entry_id)
        assert entry.form_id == "clue" and entry.id != clue.entry_id and entry.subject_id == child.id
        assert raised(client, clue, sign="harmed").status_code == 422
        assert Entry.objects.filter(subject_id=child.id, kind="flag").count() == 2

    def test_names_the_next_step_and_waits_for_the_answer(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, client = cast.child("童小雨"), office("郑管理")
        clue = matched(client, child)
        raised(client, clue, sign="harmed")
        shown = text(client.get(page(clue)))
        assert "写“危机上报”" in shown and f"/children/{child.id}/forms/crisis_report/" in shown
        assert answered(client, clue).status_code == 302
        refused = does(client, clue, "handled", **DONE)
        assert refused.status_code == 422 and "还没有答复" in text(refused)
        clue.refresh_from_db()
        answers = fill(child, "flag_answer", time.now)
        cast.record(child, "flag_answer", answers, by="王督导", at=time.now, about=str(clue.entry_id))
        assert "写“危机上报”" not in text(client.get(page(clue)))
        assert does(client, clue, "handled", **DONE).status_code == 302
        assert not Task.objects.filter(case_id=child.id, step="resolve_flag", state=Task.OPEN).exists()


class TestWithoutAChild:
    def test_is_in_no_file(self, office: SignedIn) -> None:
        client = office("郑管理")
        clue = told(client)
        answered(client, clue)
        for result in ("in_file", "opened"):
            refused = does(client, clue, "handled", **{**DONE, "result": result})
            assert refused.status_code == 422 and "去建档" in text(refused)
        assert does(client, clue, "handled", **{**DONE, "result": "unfounded"}).status_code == 302
        assert not clue.steps.filter(kind=Step.LEFT).exists()

    def test_a_danger_ends_only_with_why_there_is_none_and_is_told_above_once(
        self, cast: world.World, office: SignedIn
    ) -> None:
        client = office("王督导")
        clue = told(client, channel="walk_in", harmed="yes")
        answered(client, clue)
        for result in ("reported", "referred", "answered", "in_file"):
            refused = does(client, clue, "handled", **{**DONE, "result": result})
            assert refused.status_code == 422, result
        assert "按留的线索找不到这个孩子" in text(refused) or "去建档" in text(refused)
        assert does(client, clue, "handled", **{**DONE, "result": "not_found"}).status_code == 302
        above = cast.posts["郑管理"].id
        assert [row.to_post_id for row in clue.steps.filter(kind=Step.LEFT)] == [above]
        assert Notice.objects.filter(kind="clue.untraced", post_id=above).count() == 1
        back = {"happened_at": "2025-09-02T09:00", "outcome": "reached", "satisfied": "no"}
        assert does(client, clue, "called_back", **back).status_code == 302
        assert does(client, clue, "handled", **{**DONE, "result": "not_found"}).status_code == 302
        assert Notice.objects.filter(kind="clue.untraced").count() == 1
        assert "告诉上一级" in text(office("郑管理").get(page(clue)))

    def test_where_nobody_stands_above_it_still_says_so(self, office: SignedIn) -> None:
        client = office("郑管理")
        clue = told(client, harmed="yes")
        answered(client, clue)
        assert does(client, clue, "handled", **{**DONE, "result": "not_found"}).status_code == 302
        assert clue.steps.get(kind=Step.LEFT).to_post_id is None
