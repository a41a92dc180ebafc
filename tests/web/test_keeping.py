"""Holds, what was set apart, and what is due, as people meet them on pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin import vault
from tongxin.accounts.models import places_of
from tongxin.core.pathway import CHINA
from tongxin.flows import disposing, retention, setting_apart, shelved
from tongxin.flows.carrying_files import files_of
from tongxin.flows.setting_apart import Notice
from tongxin.keeping.models import Custody, Disposal, Due, Hold, Unsealing
from tongxin.ledger.models import Access, Entry
from tongxin.people.models import Child
from tongxin.rights.models import Shelved, Tombstone

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SECRET = "法庭要求做的社会调查"
LATER = datetime(2042, 1, 2, 3, tzinfo=CHINA)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def talk(cast: world.World) -> Entry:
    child = cast.child()
    answers = fill(child, "case_note", MORNING, noted=SECRET)
    return cast.record(child, "case_note", answers, by="林社工", at=MORNING).entry


def sealed_by_hand(client: Office, entry: Entry, confirmed: str = "yes") -> Any:
    return client.post(f"/children/{entry.subject_id}/seal/", {
        "organ": "court", "document": "（2025）鲁0116刑初34号", "on": MORNING.date().isoformat(),
        "entries": [str(entry.id)], "confirmed": confirmed,
    })


class TestSetApart:
    def test_list_record_and_count_know_nothing_of_it(
        self, cast: world.World, talk: Entry, office: SignedIn
    ) -> None:
        home, entry = f"/children/{talk.subject_id}/", f"/children/{talk.subject_id}/entries/{talk.id}/"
        before = text(office("苏咨询").get(home))
        assert str(talk.id) in before and SECRET in text(office("林社工").get(entry))
        counted = text(office("郑管理").get("/children/count/"))
        asked = text(sealed_by_hand(office("郑管理"), talk, confirmed=""))
        assert "随记" in asked and "社工" in asked and "确认封存" in asked and str(talk.id) in asked
        assert not Custody.objects.exists()
        assert sealed_by_hand(office("郑管理"), talk).status_code == 302
        for name in ("林社工", "苏咨询", "王督导", "郑管理", "周主任"):
            page = text(office(name).get(home))
            assert str(talk.id) not in page and "工作记录" not in page.partition("经过")[2].partition("</section>")[0]
            assert office(name).get(entry).status_code == 404, name
            assert office(name).post(f"{entry}paper/").status_code in {404, 405}, name
        assert text(office("郑管理").get("/children/count/")) == counted
        child = Child.objects.get(id=talk.subject_id)
        (carried,) = files_of([child], asked={}, viewer=cast.viewer("林社工", MORNING), at=MORNING)
        assert SECRET not in str(carried) and "case_note" not in str(carried["facts"])
        assert str(talk.id) not in str(carried["entries"])

    def test_asked_for_agreed_to_opened_and_written_down(
        self, cast: world.World, talk: Entry, office: SignedIn, time: Clock
    ) -> None:
        desk = office("郑管理")
        sealed_by_hand(desk, talk)
        custody = Custody.objects.get()
        page = text(desk.get("/sealed/"))
        assert "未发现该人有犯罪记录" in page and "刑初34号" in page
        assert "刑初34号" not in text(office("郑管理").get(f"/children/{talk.subject_id}/"))
        desk.post(f"/sealed/{custody.id}/ask/", {"purpose": "judicial_case", "words": "检函7号"})
        asking = Unsealing.objects.get()
        assert desk.get(f"/sealed/agreed/{asking.id}/").status_code == 404
        assert office("王督导").get("/sealed/").status_code == 404
        Unsealing.objects.filter(id=asking.id).update(answered_at=MORNING, until_at=MORNING + timedelta(hours=24))
        assert SECRET in text(desk.get(f"/sealed/agreed/{asking.id}/"))
        seen = Access.objects.filter(part="set_apart", purpose="unseal.judicial_case")
        assert seen.exists() and "unseal" not in text(office("林社工").get(f"/children/{talk.subject_id}/"))
        time.now = MORNING + timedelta(hours=25)
        assert office("郑管理").get(f"/sealed/agreed/{asking.id}/").status_code == 404

    def test_what_stands_against_it_is_said_and_what_was_written_stays(
        self, cast: world.World, office: SignedIn
    ) -> None:
        child = cast.child()
        answers = fill(child, "assessment_form", MORNING)
        entry = cast.record(child, "assessment_form", answers, by="林社工", at=MORNING).entry
        answer = sealed_by_hand(office("郑管理"), entry)
        assert answer.status_code == 422 and "请先复评定级" in text(answer) and "刑初34号" in text(answer)


    def test_what_arrives_is_received_without_ever_standing_in_the_file(
        self, cast: world.World, office: SignedIn
    ) -> None:
        url = f"/children/{cast.child().id}/seal/receive/"
        given = {"organ": "court", "document": "12号", "on": MORNING.date().isoformat(), "title": "判决书"}
        assert office("林社工").get(url).status_code == 404
        refused = office("郑管理").post(url, given)
        assert refused.status_code == 422 and "12号" in text(refused)
        assert "判决书" not in text(office("郑管理").post(url, {**given, "said": "判了缓刑"}, follow=True))
        custody = Custody.objects.get()
        assert custody.is_received
        asking = Unsealing(custody=custody, county_id=custody.county_id, person_id=cast.people["郑管理"].id,
                           post_id=custody.post_id, purpose="judicial_case", asked_at=MORNING, answered_at=MORNING,
                           until_at=MORNING + timedelta(hours=24))
        vault.put(asking, {"words": "函"})
        asking.save()
        assert "判了缓刑" in text(office("郑管理").get(f"/sealed/agreed/{asking.id}/"))


class TestHolds:
    def test_placed_at_the_child_and_lifted_by_another(
        self, cast: world.World, talk: Entry, office: SignedIn
    ) -> None:
        url, desk = f"/children/{talk.subject_id}/holds/", office("郑管理")
        given = {
            "kind": "lawsuit", "document": "民初12号", "basis": "抚养权",
            "review_on": (MORNING + timedelta(days=30)).date().isoformat(),
        }
        assert desk.post(url, {**given, "document": " "}).status_code == 422
        assert desk.post(url, given).status_code == 302
        assert "民初12号" in text(desk.get("/holds/")) and "保全中" in text(desk.get(f"/children/{talk.subject_id}/"))
        assert "民初12号" not in text(office("陈管理").get("/holds/"))
        hold = Hold.objects.get()
        assert "另一位有权的人" in text(desk.post(f"/holds/{hold.id}/lift/", {"words": "结案"}, follow=True))
        office("王督导").post(f"/holds/{hold.id}/lift/", {"words": "结案"})
        assert Hold.objects.get().lifted_at is not None


class TestStored:
    """A file that is only stored is known by its number."""

    @pytest.fixture
    def stored(self, talk: Entry) -> Child:
        child = Child.objects.get(id=talk.subject_id)
        Shelved.objects.create(
            child_id=child.id, file_no=child.file_no, **places_of(child), basis="retention", shelved_at=MORNING
        )
        shelved.put_away(child)
        return child

    def test_it_is_held_and_the_hold_lifted_without_a_name(
        self, cast: world.World, stored: Child, office: SignedIn
    ) -> None:
        url, desk = f"/children/{stored.id}/holds/", office("郑管理")
        name = vault.open([stored.name], viewer=cast.viewer("郑管理", MORNING), purpose="test", at=MORNING)[0]
        assert name and url in text(desk.get("/ended/"))
        assert url in text(desk.get("/ended/", {"number": stored.file_no[-3:]}))
        given = {
            "kind": "lawsuit", "document": "民初12号", "basis": "抚养权",
            "review_on": (MORNING + timedelta(days=30)).date().isoformat(),
        }
        assert desk.post(url, given).status_code == 302
        for page in (url, "/holds/", "/ended/"):
            shown = text(office("王督导").get(page)).partition("<main")[2]
            assert stored.file_no in shown and name not in shown, page
        assert "保全中" in text(desk.get("/ended/"))
        for stranger in ("陈管理", "周主任", "林社工"):
            assert office(stranger).get(url).status_code == 404, stranger
        assert office("王督导").post(f"/holds/{Hold.objects.get().id}/lift/", {"words": "结案"}).status_code == 302
        assert Hold.objects.get().lifted_at is not None

    def test_one_that_was_erased_is_offered_to_nobody(self, stored: Child, office: SignedIn) -> None:
        Tombstone.objects.create(
            child_id=stored.id, file_no="0", county_id=1, basis="retention", sex="", opened_year=2025,
            erased_at=MORNING,
        )
        desk = office("郑管理")
        assert stored.file_no not in text(desk.get("/ended/"))
        assert "请核对编号" in text(desk.get("/ended/", {"number": stored.file_no}))
        for deed in ("open", "back"):
            answer = desk.post(f"/ended/{stored.id}/{deed}/", {"purpose": "audit", "words": "核查"}, follow=True)
            assert "已经删除" in text(answer), deed


class TestDue:
    def test_due_proposed_confirmed_and_certified(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child = cast.child()
        cast.record(child, "case_closure", fill(child, "case_closure", MORNING, reason="died"), by="王督导", at=MORNING)
        decided = fill(child, "closure_decision", MORNING, outcome="approved")
        cast.record(child, "closure_decision", decided, by="郑管理", at=MORNING + timedelta(hours=1))
        retention.list_due(at=LATER)
        due, time.now = Due.objects.get(rule="child_file"), LATER
        desk = office("郑管理")
        assert child.file_no in text(desk.get("/retention/"))
        assert "请先选" in text(desk.post("/retention/propose/", {"deed": "propose"}, follow=True))
        desk.post("/retention/propose/", {"deed": "propose", "files": [str(due.id)]})
        row = Disposal.objects.get()
        desk.post(f"/retention/{row.id}/decide/", {"deed": "agree"})
        assert Disposal.objects.get().state == Disposal.OPEN
        other = cast.viewer("陈管理", LATER)
        Disposal.objects.update(proposed_by=other.person_id, proposed_post=other.post_id)
        desk.post(f"/retention/{row.id}/decide/", {"deed": "agree"})
        paper = desk.get(f"/retention/{row.id}/certificate/")
        assert paper.content.startswith(b"%PDF") and "no-store" in paper.headers["Cache-Control"]
        assert office("陈管理").get(f"/retention/{row.id}/certificate/").status_code == 404


def test_another_county_s_keeper_keeps_nothing_here(cast: world.World, talk: Entry) -> None:
    child, at = Child.objects.get(id=talk.subject_id), MORNING
    notice = Notice("court", "34号", at.date())
    setting_apart.set_apart(child=child, entries=[talk.id], notice=notice, actor=cast.viewer("郑管理", at), at=at)
    assert setting_apart.custodies(viewer=cast.viewer("陈管理", at), at=at) == []
    assert retention.disposals_for(viewer=cast.viewer("周主任", at), at=at) == []
    with pytest.raises(retention.NotAllowed):
        disposing.decide(disposal_id=talk.id, agrees=True, actor=cast.viewer("郑管理", at), at=at)
