"""What somebody began is kept for them, sealed, and never counts as recorded."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin import ledger, vault
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.drafts.models import FormDraft
from tongxin.flows import drafting, handlers, recusal, setting_apart
from tongxin.ledger.models import Access, Entry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.vault import Owner

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
WORDS = "奶奶说腿疼"


class Tab:
    """One open page of a form, as the browser keeps it."""

    def __init__(self, client: Office, url: str) -> None:
        self.client, self.tab, self.turn = client, ids.new_id(), 0
        self.page = client.get(url)
        assert self.page.status_code == 200
        draft = self.page.context["draft"]
        self.url, self.revision = draft["url"], draft["revision"]
        self.entry_id = draft["entry_id"] or str(ids.new_id())

    @property
    def prefilled(self) -> dict[str, Any]:
        sections = self.page.context["definition"]["sections"]
        return {field["id"]: field["prefill"] for each in sections for field in each["fields"] if "prefill" in field}

    def save(self, **answers: Any) -> Any:
        self.turn += 1
        answer = self.post(self.url, answers, tab=str(self.tab), turn=self.turn, base=self.revision)
        if answer.status_code == 200 and "entry_id" in answer.json():
            self.entry_id, self.revision = answer.json()["entry_id"], answer.json()["revision"]
        return answer

    def hand_in(self, answers: dict[str, Any]) -> Any:
        return self.post(self.page.context["action"], answers)

    def post(self, url: str, answers: dict[str, Any], **more: Any) -> Any:
        body = {"form_hash": self.page.context["definition"]["hash"], "answers": answers, "entry_id": self.entry_id}
        return self.client.post(
            url, json.dumps(body | more), content_type="application/json", headers={"accept": "application/json"}
        )


def visit(child: Child) -> str:
    return f"/children/{child.id}/forms/visit_record/"


def words_of(draft: FormDraft) -> dict[str, Any]:
    (opened,) = vault.open([draft.answers], viewer=WORKER, purpose="test", at=MORNING)
    found: dict[str, Any] = json.loads(opened or "{}")
    return found


class TestGoingOn:
    def test_on_another_desk_begins_with_what_was_written(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨")
        here = Tab(office("周主任"), visit(child))
        assert here.save(carer_words=WORDS, seen_in_person="yes").json()["revision"] == 1
        there = office("周主任")
        home = there.get("/")
        (row,) = home.context["drafts"]
        assert (row["name"], row["form_zh"]) == ("小雨", "走访记录")
        assert "没填完的表 1 份" in home.content.decode()
        (offered,) = there.get(visit(child)).context["drafts"]
        assert offered["url"] == row["url"]
        again = Tab(there, row["url"])
        assert (again.entry_id, again.revision) == (here.entry_id, 1)
        assert again.prefilled["carer_words"] == WORDS
        assert Access.objects.filter(purpose="draft", subjects__owner_id=child.id).exists()

    def test_ends_with_one_entry_and_no_draft(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child = cast.child()
        Tab(office("周主任"), visit(child)).save(seen_in_person="yes")
        row = office("周主任").get("/").context["drafts"][0]
        desks = [Tab(office("周主任"), row["url"]) for _ in range(2)]
        for desk in desks:
            time.now += timedelta(minutes=5)
            assert desk.hand_in(fill(child, "visit_record", MORNING)).status_code == 200
        assert Entry.objects.filter(subject_id=child.id, kind="visit").count() == 1
        assert not FormDraft.objects.exists()
        late = desks[0].save(seen_in_person="no")
        assert late.json()["is_over"] and not FormDraft.objects.exists()

    def test_is_offered_to_the_opening_of_a_file_too(self, cast: world.World, office: SignedIn) -> None:
        tab = Tab(office("周主任"), "/children/new/file/")
        tab.save(name="小雪", sex="female")
        draft = FormDraft.objects.get()
        assert draft.key_owner == Owner("intake", draft.id)
        row = office("周主任").get("/").context["drafts"][0]
        again = Tab(office("周主任"), row["url"])
        assert again.prefilled["name"] == "小雪"
        answers = {
            "opened_on": MORNING.date().isoformat(), "source": "patrol", "name": "小雪", "id_kind": "none",
            "sex": "female", "birth": "2014-02-03", "residence_division": "370116001001",
        }
        assert again.hand_in(answers).status_code == 200
        assert Child.objects.count() == 1 and not FormDraft.objects.exists()

    def test_takes_the_words_with_its_key_when_it_is_thrown_away(
        self, cast: world.World, office: SignedIn, django_capture_on_commit_callbacks: Any
    ) -> None:
        Tab(office("周主任"), "/children/new/file/").save(name="小雪")
        draft = FormDraft.objects.get()
        with django_capture_on_commit_callbacks(execute=True):
            office("周主任").post(f"/drafts/{draft.id}/discard/")
        assert vault.destroyed([draft.key_owner]) == {draft.key_owner}
        assert not FormDraft.objects.exists()

    def test_of_a_correction_stays_with_the_entry_it_corrects(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        office("周主任").fill(child, "visit_record")
        entry = Entry.objects.get(kind="visit")
        Tab(office("周主任"), f"{visit(child)}?corrects={entry.id}").save(carer_words=WORDS)
        row = office("周主任").get("/").context["drafts"][0]
        page = office("周主任").get(row["url"])
        assert page.context["is_correction"]
        assert not office("周主任").get(visit(child)).context["drafts"]


class TestNeverCounts:
    def test_as_recorded(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        before = Entry.objects.count(), Case.objects.get(id=child.id).derived_seq
        told = Tab(office("周主任"), visit(child)).save(wish_to_die="yes")
        assert told.json()["is_danger"]
        assert (Entry.objects.count(), Case.objects.get(id=child.id).derived_seq) == before
        assert not Case.objects.get(id=child.id).in_crisis

    def test_and_stands_sealed_under_the_childs_key(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        Tab(office("周主任"), visit(child)).save(carer_words=WORDS)
        draft = FormDraft.objects.get()
        assert draft.key_owner == Owner("child", child.id)
        assert WORDS not in repr(draft.__dict__) and WORDS.encode() not in draft.answers.blob
        assert words_of(draft) == {"carer_words": WORDS}


class TestTwoPages:
    def test_of_one_draft_are_both_kept_when_both_write(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        Tab(office("周主任"), visit(child)).save(carer_words="一")
        url = office("周主任").get("/").context["drafts"][0]["url"]
        one, two = Tab(office("周主任"), url), Tab(office("周主任"), url)
        one.save(carer_words="一二")
        answer = two.save(carer_words="一三")
        assert "两份都留着" in answer.json()["zh"] and two.entry_id != one.entry_id
        two.save(carer_words="一三四")
        one.save(carer_words="一二五")
        assert sorted(words_of(each)["carer_words"] for each in FormDraft.objects.all()) == ["一三四", "一二五"]
        assert len(office("周主任").get(visit(child)).context["drafts"]) == 2

    def test_go_on_from_each_other_when_one_came_after(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        first = Tab(office("周主任"), visit(child))
        first.save(carer_words="一")
        second = Tab(office("周主任"), office("周主任").get("/").context["drafts"][0]["url"])
        assert second.save(carer_words="一二").json()["zh"] == ""
        assert words_of(FormDraft.objects.get())["carer_words"] == "一二"

    def test_an_answer_that_was_lost_makes_no_second_copy(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        tab = Tab(office("周主任"), visit(child))
        for text in ("一", "一二"):
            tab.save(carer_words=text)
            tab.revision = 0
        assert words_of(FormDraft.objects.get())["carer_words"] == "一二"

    def test_an_older_saving_that_comes_late_changes_nothing(self, cast: world.World, office: SignedIn) -> None:
        tab = Tab(office("周主任"), visit(cast.child()))
        tab.save(carer_words="一")
        tab.save(carer_words="一二")
        tab.turn = 0
        tab.save(carer_words="一")
        assert words_of(FormDraft.objects.get())["carer_words"] == "一二"


class TestNobodyElse:
    def test_opens_or_finds_it(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        Tab(office("周主任"), visit(child)).save(carer_words=WORDS)
        draft = FormDraft.objects.get()
        url = f"{visit(child)}?draft={draft.id}"
        for name in ("王督导", "郑管理"):
            client = office(name)
            page = client.get(url)
            assert WORDS not in page.content.decode() and page.context["draft"]["entry_id"] == ""
            assert not client.get("/").context["drafts"]
            assert client.post(f"/drafts/{draft.id}/discard/").status_code == 404
        assert FormDraft.objects.count() == 1

    def test_writes_over_it(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        mine = Tab(office("周主任"), visit(child))
        mine.save(carer_words=WORDS)
        other = Tab(office("王督导"), visit(child))
        other.entry_id = mine.entry_id
        assert other.save(carer_words="别的").status_code == 409
        assert words_of(FormDraft.objects.get())["carer_words"] == WORDS

    def test_saves_what_another_wrote_at_the_same_browser(self, cast: world.World, office: SignedIn) -> None:
        client = office("周主任")
        tab = Tab(client, visit(cast.child()))
        client.force_login(cast.people["王督导"])
        assert tab.save(carer_words=WORDS).status_code == 409
        assert not FormDraft.objects.exists()

    def test_once_recused(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        tab = Tab(office("周主任"), visit(child))
        tab.save(carer_words=WORDS)
        recusal.recuse(
            child_id=child.id, person_id=cast.people["周主任"].id, actor=cast.viewer("郑管理", MORNING), at=MORNING
        )
        client = office("周主任")
        assert not client.get("/").context["drafts"]
        assert client.get(f"{visit(child)}?draft={tab.entry_id}").status_code == 404
        assert tab.save(carer_words="再写").status_code == 404

    def test_once_the_post_is_handed_over(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child = cast.child()
        tab = Tab(office("周主任"), visit(child))
        tab.save(carer_words=WORDS)
        hand_over(post=cast.posts["周主任"], to=cast.people["吴主任"], actor=WORKER, at=MORNING)
        time.now += timedelta(minutes=1)
        assert not office("吴主任").get("/").context["drafts"]
        assert WORDS not in office("吴主任").get(f"{visit(child)}?draft={tab.entry_id}").content.decode()
        assert office("周主任").get(f"{visit(child)}?draft={tab.entry_id}").status_code != 200
        assert tab.save(carer_words="再写").status_code != 200
        assert words_of(FormDraft.objects.get())["carer_words"] == WORDS


def tell(now: datetime) -> None:
    """The worker comes by."""
    while drafting.look_after(now):
        continue
    for work in ledger.claim(worker="w", limit=100, now=now):
        handlers.run(work, at=now)


class TestDangerNotHandedIn:
    def test_is_said_to_the_line_with_post_and_link_until_it_is_thrown_away(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("小雨")
        tab = Tab(office("周主任"), visit(child))
        tab.save(wish_to_die="yes", carer_words=WORDS)
        file = f"/children/{child.id}/"
        assert not office("王督导").get(file).context["unsent"]
        time.now += timedelta(hours=3)
        tell(time.now)
        (line, *_) = office("王督导").get("/").context["newest"]
        assert line["url"] == f"{file}#drafts" and line["is_danger"] and line["name"] == "小雨"
        assert "还没有提交，请马上联系填表的人（东升社区居民委员会儿童主任）" in line["zh"]
        page = office("王督导").get(file)
        (row,) = page.context["unsent"]
        assert row["name"] == "周主任" and WORDS not in page.content.decode()
        assert "请马上联系填表的人" in page.content.decode()
        assert not office("林社工").get(file).context["unsent"] and not office("周主任").get(file).context["unsent"]
        assert any("您填的表里有危险信号" in each["zh"] for each in office("周主任").get("/").context["newest"])
        office("周主任").post(f"/drafts/{tab.entry_id}/discard/")
        assert office("王督导").get(file).context["unsent"]
        office("周主任").post(f"/drafts/{tab.entry_id}/discard/", {"reason": "mistaken"})
        assert not office("王督导").get(file).context["unsent"] and not FormDraft.objects.exists()

    def test_stays_on_the_file_when_it_was_taken_out_and_ends_when_handed_in(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("小雨")
        tab = Tab(office("周主任"), visit(child))
        tab.save(wish_to_die="yes")
        tab.save(wish_to_die="no")
        (row,) = office("郑管理").get(f"/children/{child.id}/").context["unsent"]
        assert row["is_cleared"]
        tab.hand_in(fill(child, "visit_record", MORNING))
        assert not office("郑管理").get(f"/children/{child.id}/").context["unsent"]


def test_a_file_that_was_begun_is_reminded_of(cast: world.World, office: SignedIn, time: Clock) -> None:
    Tab(office("周主任"), "/children/new/file/").save(name="小雪")
    time.now += timedelta(days=2)
    tell(time.now)
    (line,) = office("周主任").get("/").context["newest"]
    assert (line["name"], line["zh"]) == ("新的档案", "有一份没填完的表，请接着填完提交")


@pytest.mark.parametrize("body", [
    b"", b"null", b"{", b"[" * 100_000, b'{"answers": 1}', b'{"entry_id": "x", "answers": {}}',
])
def test_what_cannot_be_read_keeps_nothing(cast: world.World, office: SignedIn, body: bytes) -> None:
    client = office("周主任")
    url = client.get(visit(cast.child())).context["draft"]["url"]
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 400 and "还没有存上" in answer.json()["zh"]
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("answers", [{"carer_words": "\ud800"}, {"\udfff": ["x"]}])
def test_signs_that_cannot_be_kept_are_told_of_as_the_form_does(
    cast: world.World, office: SignedIn, answers: dict[str, Any]
) -> None:
    answer = Tab(office("周主任"), visit(cast.child())).save(**answers)
    assert answer.status_code == 422 and "含有无法保存的字符" in answer.json()["zh"]
    assert not FormDraft.objects.exists()


def test_endless_numbers_keep_nothing(cast: world.World, office: SignedIn) -> None:
    tab = Tab(office("周主任"), visit(cast.child()))
    assert tab.post(tab.url, {}, tab=str(tab.tab), turn=float("inf"), base=0).status_code == 400


def test_what_was_thrown_away_on_another_page_stays_on_this_one(
    cast: world.World, office: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    tab = Tab(office("周主任"), "/children/new/file/")
    tab.save(name="小雪")
    with django_capture_on_commit_callbacks(execute=True):
        office("周主任").post(f"/drafts/{tab.entry_id}/discard/")
    answer = tab.save(name="小雪", sex="female")
    assert answer.status_code == 200 and answer.json()["is_over"] and "内容还在本页" in answer.json()["zh"]
    assert not FormDraft.objects.exists()


def test_too_much_is_told_so(cast: world.World, office: SignedIn) -> None:
    tab = Tab(office("周主任"), visit(cast.child()))
    assert tab.save(carer_words="长" * 300_000).status_code == 413


def test_ids_in_addresses_are_checked(cast: world.World, office: SignedIn) -> None:
    client, child = office("周主任"), cast.child()
    for named in ("x", str(UUID(int=1))):
        assert client.get(f"{visit(child)}?draft={named}").context["draft"]["entry_id"] == ""


def test_what_was_set_apart_leaves_no_draft_and_makes_none(cast: world.World, office: SignedIn, time: Clock) -> None:
    child, worker = cast.child(), "林社工"
    answers = fill(child, "interview_record", time.now)
    written = Tab(office(worker), f"/children/{child.id}/forms/interview_record/")
    written.save(**answers)
    other = Tab(office(worker), f"/children/{child.id}/forms/interview_record/?draft={written.entry_id}")
    entry_id, other.revision = written.entry_id, 0
    assert other.save(**answers).json()["entry_id"] != entry_id
    assert written.hand_in(answers).status_code < 400
    entry = Entry.objects.get(id=entry_id)
    mending = Tab(office(worker), f"/children/{child.id}/forms/interview_record/?corrects={entry.id}")
    mending.save(**answers)
    assert FormDraft.objects.count() == 2
    setting_apart.set_apart(
        child=child, entries=[entry.id], notice=setting_apart.Notice("court", "1号", time.now.date()),
        actor=cast.viewer("郑管理", time.now), at=time.now,
    )
    assert not FormDraft.objects.exists()
    for tab in (written, other, mending):
        told = tab.save(**answers)
        assert told.status_code == 200 and told.json()["is_over"] and "已经办结" in told.json()["zh"]
    assert not FormDraft.objects.exists()
    assert Tab(office(worker), f"/children/{child.id}/forms/interview_record/").save(**answers).json()["entry_id"]


class TestOneAForm:
    def test_what_was_refused_and_left_is_replaced_by_the_next_try(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨")
        for said in ("第一次", "第二次", "第三次"):
            page = Tab(office("周主任"), visit(child))
            page.save(carer_words=said)
            assert page.hand_in({"carer_words": said}).status_code == 422
        assert words_of(FormDraft.objects.get()) == {"carer_words": "第三次"}

    def test_but_never_one_that_held_a_sign_of_danger(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨")
        for said in ("yes", "no"):
            Tab(office("周主任"), f"/children/{child.id}/forms/identification_form/").save(wish_to_die=said)
        assert FormDraft.objects.count() == 2

    def test_an_empty_one_is_none(self, cast: world.World, office: SignedIn) -> None:
        page = Tab(office("周主任"), visit(cast.child("小雨")))
        assert page.save(carer_words=" ", safety=None).json() == {"is_empty": True}
        assert not FormDraft.objects.exists()
        page.save(carer_words=WORDS)
        page.save(carer_words="")
        assert words_of(FormDraft.objects.get()) == {"carer_words": ""}
