"""Companions are checked before any child meets them; meetings are counted; teachers see few things of their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.activities.models import Occasion
from tongxin.flows import erasing
from tongxin.flows.pairing_companions import follow_companions
from tongxin.ledger.models import Access, Entry
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.pairings.models import Check, Companion, Contact, Offer, Pairing, Wanted
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
NEEDED = ("record", "training", "promise")
WILLING = {"child_agrees": "yes", "guardian_agrees": "yes", "place": "school"}
MET = {"way": "visit", "minutes": "60", "others": "yes", "worry": "no", "did": "一起读书，孩子说喜欢"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def companion(client: Office, kind: str = "mentor") -> Companion:
    body = {"kind": kind, "name": "金丝雀", "phone": "13911110000", "sex": "female", "skills": ["talk"]}
    answer = client.post("/companions/new/", body)
    assert answer.status_code == 302, text(answer)
    row = Companion.objects.latest("number")
    known(row)
    return row


def known(row: Companion) -> None:
    """As if two people had read the number of the paper (test_identity plays it)."""
    Companion.objects.filter(id=row.id).update(confirmed_at=MORNING)


def published(client: Office, row: Wanted | None = None) -> None:
    """Read by a second person."""
    row = row or Wanted.objects.get()
    assert client.post(f"/wanted/{row.id}/read/", {"answer": "yes"}).status_code == 302


def checked(client: Office, row: Companion, *kinds: str, result: str = "clear", on: str = "2025-09-01") -> Any:
    for kind in kinds or NEEDED:
        body = {"check": kind, "result": result, "done_on": on, "proof": "派出所 12 号"}
        answer = client.post(f"/companions/{row.id}/check/", body)
    row.refresh_from_db()
    return answer


def paired(client: Office, child: Child, row: Companion, **more: str) -> Any:
    return client.post(f"/children/{child.id}/pairings/begin/", {"companion": str(row.id), **WILLING, **more})


def log(client: Office, pairing: Pairing, on: str, **more: str) -> Any:
    body = {"contact": str(ids.new_id()), "met_on": on, **MET, **more}
    return client.post(f"/children/{pairing.child_id}/pairings/{pairing.id}/log/", body)


def social(cast: world.World) -> Post:
    """A social organisation's contact."""
    place = cast.place("370116")
    body = Organisation.objects.create(kind="social_organisation", name="阳光社会工作服务中心", division=place)
    post = Post.objects.create(
        id=ids.new_id(), role="department_officer", title="联络员", organisation=body, division=place
    )
    cast.posts["联络员"] = post
    (cast.people["联络员"],) = counties.fill(holders=[(post, "sunshine", "马联络")], at=world.START)
    return post


class TestCompanions:
    def test_meets_no_child_before_every_needed_check(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = companion(desk)
        assert paired(desk, child, row).status_code == 422 and not Pairing.objects.exists()
        checked(desk, row, "record", "training")
        assert row.checked_until is None
        assert "还要做的审查：保密和行为承诺书" in text(desk.get(f"/companions/{row.id}/"))
        checked(desk, row, "promise", on="2025-03-01")
        assert str(row.checked_until) == "2026-03-01"
        assert paired(desk, child, row, guardian_agrees="no").status_code == 422
        assert paired(desk, child, row).status_code == 302 and Pairing.objects.count() == 1
        assert "已和这位陪伴者结对" in text(paired(desk, child, row))
        assert office("周主任").get("/companions/").status_code == 404

    def test_a_check_that_failed_ends_what_stood_and_days_must_be_real(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("王督导")
        row = companion(desk)
        checked(desk, row)
        assert row.checked_until is not None
        for wrong in ("2025-09-03", "2023-01-01", "²", "0001-01-01", "9999-12-31", ""):
            assert checked(desk, row, "record", on=wrong).status_code == 422
        checked(desk, row, "record", result="failed")
        assert row.checked_until is None and Check.objects.count() == 4

    def test_takes_no_more_children_than_its_kind(self, cast: world.World, office: SignedIn) -> None:
        desk = office("王督导")
        row = companion(desk, "peer")
        checked(desk, row)
        for name in ("童甲", "童乙"):
            assert paired(desk, cast.child(name), row).status_code == 302
        third = cast.child("童丙")
        assert "已经带满 2 名" in text(paired(desk, third, row))
        assert "眼下没有审查有效" in text(desk.get(f"/children/{third.id}/pairings/"))

    def test_is_told_before_a_check_runs_out_and_once_more_after(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = companion(desk)
        checked(desk, row)
        paired(desk, child, row)
        assert follow_companions(MORNING) == 0
        for days, told in ((340, 1), (341, 0), (366, 1), (367, 0), (500, 0)):
            assert follow_companions(MORNING + timedelta(days=days)) == told
        assert Notice.objects.filter(kind="companion.reminded", post_id=cast.posts["王督导"].id).count() == 2
        time.now = MORNING + timedelta(days=366)
        fresh = office("王督导")
        assert "审查已过期，先不要见面" in text(fresh.get(f"/children/{child.id}/pairings/"))
        pairing = Pairing.objects.get()
        assert log(fresh, pairing, "2026-09-03").status_code == 302
        assert not Contact.objects.get().is_checked


class TestContacts:
    def test_is_kept_once_sealed_and_read_by_whom_it_concerns(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = companion(desk)
        checked(desk, row)
        paired(desk, child, row)
        pairing = Pairing.objects.get()
        same = str(ids.new_id())
        for _ in range(2):
            assert log(desk, pairing, "2025-09-02", contact=same).status_code == 302
        assert Contact.objects.count() == 1
        page = f"/children/{child.id}/pairings/"
        assert "孩子说喜欢" in text(office("周主任").get(page)) and "金丝雀" in text(office("周主任").get(page))
        assert Access.objects.filter(purpose="companions", person_id=cast.people["周主任"].id).exists()
        for stranger in ("陈管理", "吴主任", "方经办"):
            assert office(stranger).get(page).status_code == 404
        assert log(desk, pairing, "2025-08-01").status_code == 422
        assert log(desk, pairing, "2025-09-02", minutes="²").status_code == 422

    def test_a_worry_is_a_flag_in_the_file_at_once(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = companion(desk)
        checked(desk, row)
        paired(desk, child, row)
        assert log(desk, Pairing.objects.get(), "2025-09-02", worry="yes").status_code == 302
        entry = Entry.objects.get(subject_id=child.id, kind="flag")
        assert entry.id == Contact.objects.get().id

    def test_ends_with_a_reason_and_only_then_the_companion_leaves(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = companion(desk)
        checked(desk, row)
        paired(desk, child, row)
        pairing = Pairing.objects.get()
        assert desk.post(f"/companions/{row.id}/leave/", {"reason": "own"}).status_code == 422
        url = f"/children/{child.id}/pairings/{pairing.id}/end/"
        assert desk.post(url, {"to_on": "2025-09-02"}).status_code == 422
        assert desk.post(url, {"to_on": "2025-09-02", "reason": "goal"}).status_code == 302
        assert desk.post(url, {"to_on": "2025-09-02", "reason": "goal"}).status_code == 422
        assert desk.post(f"/companions/{row.id}/leave/", {"reason": "own"}).status_code == 302


class TestGatherings:
    def test_are_counted_three_ways_and_taken_back(self, cast: world.World, office: SignedIn) -> None:
        school = office("何老师")
        body = {"kind": "class_meeting", "held_on": "2025-09-01", "topic": "feelings", "grade": "middle"}
        same = str(ids.new_id())
        for came, first, id in ((40, 40, same), (40, 40, same), (38, 2, str(ids.new_id()))):
            given = {**body, "came": str(came), "first_time": str(first), "gathering": id}
            assert school.post("/gatherings/", given).status_code == 302
        wrong = {**body, "came": "3", "first_time": "4", "gathering": str(ids.new_id())}
        assert school.post("/gatherings/", wrong).status_code == 422
        page = text(office("郑管理").get("/gatherings/"))
        assert "2 场次" in page and "78 人次" in page and "42 人<" in page
        row = Occasion.objects.get(id=same)
        assert office("郑管理").post(f"/gatherings/{row.id}/withdraw/").status_code == 404
        assert school.post(f"/gatherings/{row.id}/withdraw/").status_code == 302
        assert "38 人次" in text(school.get("/gatherings/"))
        for year in ("²", "0001", "9999", "99999999999999999999"):
            assert school.get(f"/gatherings/?year={year}").status_code == 200


class TestTakenUp:
    def published(
        self, cast: world.World, client: Office, child: Child, what: str = "一名小学生每周要人辅导两次作业"
    ) -> Any:
        body = {"kind": "study", "ages": "from_6", "what": what, "until_on": "2025-12-31"}
        return client.post(f"/children/{child.id}/wanted/", body)

    def test_tells_nothing_by_which_anybody_knows_the_child(self, cast: world.World, office: SignedIn) -> None:
        social(cast)
        desk, child = office("林社工"), cast.child("童小雨", phone="13911112222")
        for what in ("童小雨要辅导", "小雨每周两次", "住在东升社区", "电话 13911112222"):
            answer = self.published(cast, desk, child, what)
            assert answer.status_code == 422 and "能认出孩子" in text(answer)
        assert self.published(cast, desk, child).status_code == 302
        published(office("郑管理"))
        page = text(office("联络员").get("/wanted/"))
        assert "每周要人辅导两次作业" in page and "凤城街道" in page
        assert "童小雨" not in page and str(child.id) not in page and "东升" not in page and child.file_no not in page

    def test_goes_from_offer_to_referral_and_back_with_an_outcome(self, cast: world.World, office: SignedIn) -> None:
        post = social(cast)
        desk, body, child = office("林社工"), office("联络员"), cast.child("童小雨")
        self.published(cast, desk, child)
        wanted = Wanted.objects.get()
        published(office("郑管理"))
        for _ in range(2):
            assert body.post(f"/wanted/{wanted.id}/offer/", {"how": "两名大学生周六来"}).status_code == 302
        row = Offer.objects.get()
        assert Notice.objects.filter(kind="wanted.offered", post_id=cast.posts["林社工"].id).count() == 1
        assert body.get(f"/children/{child.id}/").status_code == 404
        assert body.post(f"/wanted/offers/{row.id}/answer/", {"answer": "yes"}).status_code == 404
        assert desk.post(f"/wanted/offers/{row.id}/answer/", {"answer": "no"}).status_code == 422
        assert desk.post(f"/wanted/offers/{row.id}/answer/", {"answer": "yes"}).status_code == 302
        assert desk.post(f"/wanted/offers/{row.id}/answer/", {"answer": "yes"}).status_code == 422
        assert body.get(f"/children/{child.id}/").status_code == 404
        answer = desk.fill(child, "referral", kind="relief", basis="legal_basis", legal_basis="emergency",
                           to_organisation=str(post.organisation_id))
        assert answer.status_code == 200, text(answer)
        wanted.refresh_from_db()
        row.refresh_from_db()
        assert wanted.state == Wanted.CARRIED and row.referral_id == Referral.objects.get().entry_id
        assert "童小雨" in text(body.get(f"/children/{child.id}/"))
        cast.record(child, "referral_answer", {
            "answer": "accepted", "answered_at": f"{MORNING:%Y-%m-%dT%H:%M}", "signature": "马联络",
        }, by="联络员", at=MORNING, about=str(row.referral_id))
        assert "办理：" in text(desk.get("/wanted/")) and "办理：" in text(body.get("/wanted/"))

    def test_is_withdrawn_and_other_counties_see_nothing(self, cast: world.World, office: SignedIn) -> None:
        social(cast)
        desk, child = office("林社工"), cast.child("童小雨")
        self.published(cast, desk, child)
        wanted = Wanted.objects.get()
        assert "辅导两次" not in text(office("陈管理").get("/wanted/"))
        assert office("陈管理").post(f"/wanted/{wanted.id}/withdraw/").status_code == 404
        assert desk.post(f"/wanted/{wanted.id}/withdraw/").status_code == 302
        assert office("联络员").post(f"/wanted/{wanted.id}/offer/", {"how": "我们来"}).status_code == 404
        assert erasing is not None


class TestTeachers:
    def test_see_their_own_pupils_and_few_things_of_them(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        place, body = cast.place("370116"), cast.posts["何老师"].organisation
        post = Post.objects.create(
            id=ids.new_id(), role="class_teacher", title="初一一班班主任", organisation=body, division=place
        )
        (cast.people["班主任"],) = counties.fill(holders=[(post, "class", "孙老师")], at=world.START)
        mine, other = cast.child("童小雨"), cast.child("童小风")
        desk, teacher = office("王督导"), office("班主任")
        assert "还没有交给您的学生" in text(teacher.get("/pupils/"))
        url = f"/children/{mine.id}/teachers/"
        assert "初一一班班主任" in text(desk.get(url))
        assert desk.post(f"{url}give/", {"teacher": str(post.id)}).status_code == 302
        assert desk.post(f"{url}give/", {"teacher": str(post.id)}).status_code == 422
        page = text(teacher.get("/pupils/"))
        assert "童小雨" in page and "童小风" not in page and "东升" not in page
        form = f"/children/{mine.id}/forms/visit_record/"
        for address in (f"/children/{mine.id}/", f"/children/{other.id}/", form, url):
            assert teacher.get(address).status_code == 404
        assert "童小雨" not in text(teacher.get("/children/"))
        assert office("周主任").post(f"{url}give/", {"teacher": str(post.id)}).status_code == 404
        time.now = MORNING + timedelta(days=401)
        assert "童小雨" not in text(office("班主任").get("/pupils/"))
        time.now = MORNING
        assert desk.post(f"{url}take/", {"teacher": str(post.id)}).status_code == 302
        assert "童小雨" not in text(office("班主任").get("/pupils/"))
