"""An entry on screen: read in its form's wording, corrected, taken back, moved to the right child."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tests.web.conftest import MORNING, Office
from tongxin.cases.models import Case, Task
from tongxin.ledger.models import Access, Entry
from tongxin.people.models import Child
from tongxin.web.console.task_rows import form_url

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def _visit(cast: world.World, child: Child, **answers: Any) -> Entry:
    filled = fill(child, "visit_record", MORNING, **answers)
    return cast.record(child, "visit_record", filled, by="周主任", at=MORNING).entry


def _url(entry: Entry) -> str:
    return f"/children/{entry.subject_id}/entries/{entry.id}/"


class TestEntry:
    def test_is_shown_in_its_forms_wording(self, cast: world.World, office: SignedIn) -> None:
        entry = _visit(cast, cast.child())
        text = office("王督导").get(_url(entry)).content.decode()
        assert "走访记录" in text
        assert "说过或表现出不想活" in text
        assert "周主任" in text
        assert "2025年9月2日" in text
        assert Access.objects.filter(purpose="entry", part="care", subjects__owner_id=entry.subject_id).exists()

    def test_shows_instruments_lists_and_places(self, cast: world.World, office: SignedIn) -> None:
        carer = {"carer_name": "赵奶奶", "relation": "paternal_grandmother"}
        child = cast.child("小雨", carers=[carer])
        entry = Entry.objects.get(subject_id=child.id)
        text = office("王督导").get(_url(entry)).content.decode()
        assert "赵奶奶" in text
        assert "凤城街道东升社区居民委员会" in text

    def test_puts_no_colon_after_a_question_mark(self) -> None:
        cards = [[{"zh": "住在一起吗？", "value": "是"}, {"zh": "姓名", "value": "某人"}]]
        shown = render_to_string("console/entry.html", {
            "entry": {"occurred_at": MORNING, "recorded_at": MORNING},
            "sections": [{"zh": "照料人", "rows": [{"zh": "谁照料", "cards": cards}]}],
        })
        assert "住在一起吗？是" in shown
        assert "姓名：某人" in shown

    def test_is_not_there_when_its_part_may_not_be_read(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        at = MORNING
        seen = fill(child, "identification_form", at, low_mood="often", worry="often")
        cast.record(child, "identification_form", seen, by="周主任", at=at)
        entry = cast.record(child, "assessment_form", fill(child, "assessment_form", at), by="林社工", at=at).entry
        assert office("周主任").get(_url(entry)).status_code == 404
        assert office("方经办").get(_url(Entry.objects.filter(subject_id=child.id)[0])).status_code == 404
        assert office("林社工").get(_url(entry)).status_code == 200

    def test_is_not_there_under_another_child(self, cast: world.World, office: SignedIn) -> None:
        entry, other = _visit(cast, cast.child("小雨")), cast.child("小山")
        assert office("王督导").get(f"/children/{other.id}/entries/{entry.id}/").status_code == 404


class TestCorrect:
    def test_starts_from_the_old_answers_and_keeps_both(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        entry, client = _visit(cast, child), office("周主任")
        page = client.get(_url(entry))
        form = client.get(page.context["correct_url"])
        known = {
            field["id"]: field["prefill"] for section in form.context["definition"]["sections"]
            for field in section["fields"] if "prefill" in field
        }
        assert known["wish_to_die"] == "no"
        answers = {**known, "wish_to_die": "unknown"}
        assert client.send(page.context["correct_url"], answers).status_code == 200
        newer = Entry.objects.get(supersedes_id=entry.id)
        assert newer.correction_kind == "correct"
        old = client.get(_url(entry))
        assert old.context["gone_zh"] == "更正"
        assert not old.context["may_change"]
        assert [step["zh"] for step in old.context["chain"]] == ["原记录", "更正"]

    def test_never_closes_a_crisis(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        entry, client = _visit(cast, child, wish_to_die="yes"), office("周主任")
        url = client.get(_url(entry)).context["correct_url"]
        assert client.send(url, fill(child, "visit_record", MORNING)).status_code == 200
        assert Case.objects.get(id=child.id).in_crisis

    def test_of_an_entry_already_corrected_is_held(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        entry, client = _visit(cast, child), office("周主任")
        url = f"/children/{child.id}/forms/visit_record/?corrects={entry.id}"
        assert client.send(url, fill(child, "visit_record", MORNING, wish_to_die="unknown")).status_code == 200
        assert client.send(url, fill(child, "visit_record", MORNING)).status_code == 409

    @pytest.mark.parametrize("named", ["x", "00000000-0000-7000-8000-000000000000"])
    def test_of_nothing_is_not_there(self, cast: world.World, office: SignedIn, named: str) -> None:
        child = cast.child()
        answer = office("周主任").get(f"/children/{child.id}/forms/visit_record/?corrects={named}")
        assert answer.status_code == 404


class TestRetract:
    def test_marks_the_entry_and_keeps_it(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        entry, client = _visit(cast, child), office("周主任")
        assert client.post(f"{_url(entry)}retract/", {"reason": "twice"}).status_code == 302
        assert client.get(_url(entry)).context["gone_zh"] == "撤回"
        taken_back = Entry.objects.get(supersedes_id=entry.id)
        assert client.get(_url(taken_back)).context["reason_zh"] == "重复填写"

    def test_is_offered_to_whoever_wrote_it_or_oversees_and_others_hear_why_not(
        self, cast: world.World, office: SignedIn
    ) -> None:
        entry = _visit(cast, cast.child())
        for who, is_offered in (("周主任", True), ("王督导", True), ("林社工", False)):
            page = office(who).get(_url(entry)).content.decode()
            assert ("撤回这条记录" in page) is is_offered, who
            assert ("记错了孩子，移走" in page) is is_offered, who
        said = office("林社工").post(f"{_url(entry)}retract/", {"reason": "twice"}, follow=True).content.decode()
        assert "这条记录是别人填写的" in said and "已有更正" not in said
        assert not Entry.objects.filter(supersedes_id=entry.id).exists()

    def test_needs_a_known_reason(self, cast: world.World, office: SignedIn) -> None:
        entry = _visit(cast, cast.child())
        assert office("周主任").post(f"{_url(entry)}retract/", {"reason": "其他"}).status_code == 404
        assert not Entry.objects.filter(supersedes_id=entry.id).exists()


class TestMove:
    def test_puts_the_entry_on_the_right_child(self, cast: world.World, office: SignedIn) -> None:
        wrong, right = cast.child("小雨"), cast.child("小山")
        entry, client = _visit(cast, wrong), office("周主任")
        page = client.post(f"{_url(entry)}move/", {"text": "小山"})
        assert [each.name for each in page.context["found"]] == ["小山"]
        answer = client.post(f"{_url(entry)}move/", {"to": str(right.id)})
        assert answer.headers["Location"] == f"/children/{right.id}/"
        assert Entry.objects.filter(subject_id=right.id, kind="visit").count() == 1
        assert Entry.objects.get(supersedes_id=entry.id).correction_kind == "moved"

    def test_changes_neither_file_when_the_other_is_out_of_reach(
        self, cast: world.World, office: SignedIn
    ) -> None:
        wrong = cast.child("小雨")
        far = cast.child("小河", by="吴主任", village="370116104230")
        entry = _visit(cast, wrong)
        before = Entry.objects.count()
        assert office("周主任").post(f"{_url(entry)}move/", {"to": str(far.id)}).status_code == 404
        assert office("周主任").post(f"{_url(entry)}move/", {"to": "x"}).status_code == 404
        assert Entry.objects.count() == before


def test_words_that_ask_are_marked_and_lead_to_their_answer(cast: world.World, office: SignedIn) -> None:
    story = Story(cast, cast.child("小雨"), at=MORNING - timedelta(hours=2))
    entry = story.record("case_note", "周主任", noted="孩子说活着没意思，晚上常哭。").entry
    (task,) = Task.objects.filter(case_id=story.child.id, form="heard_answer")
    url = form_url(task)
    assert url.endswith(f"?about={entry.id}")
    assert f"/entries/{entry.id}/" in office("王督导").get(url).content.decode()
    page = office("王督导").get(f"/children/{story.child.id}/entries/{entry.id}/").content.decode()
    assert "<mark>活着没意思</mark>" in page and "forms/crisis_report/" in page
