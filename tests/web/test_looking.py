"""Looking has a reason: seen, stated or granted; opened in an emergency; asked about where it was unusual."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.flows import glass, looking, unusual
from tongxin.flows.recusal import recuse
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Access, AccessSubject, Entry, Event
from tongxin.lib import ids
from tongxin.looking.models import Glass, Statement, Unusual
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def child(cast: world.World) -> Child:
    """A child about whom the social worker wrote something that not everybody has a reason to read."""
    child = cast.child()
    answers = fill(child, "assessment_form", MORNING)
    cast.record(child, "assessment_form", answers, by="林社工", at=MORNING)
    return child


def text(answer: Any) -> str:
    return str(answer.content.decode())


def purposes(child: Child, part: str = "psychological") -> set[str]:
    rows = Access.objects.filter(subjects__owner_id=child.id, part=part)
    return set(rows.values_list("purpose", flat=True))


class TestPurpose:
    def test_who_has_something_to_do_is_not_asked(self, child: Child, office: SignedIn) -> None:
        for name in ("林社工", "郑管理"):
            assert "心理部分先不打开" not in text(office(name).get(f"/children/{child.id}/")), name
        assert purposes(child) == {"look.own_task"}

    def test_who_has_nothing_to_do_says_why_once(self, child: Child, office: SignedIn, time: Clock) -> None:
        client, home = office("苏咨询"), f"/children/{child.id}/"
        link = f"/entries/{Entry.objects.get(kind='assessment').id}/"
        page = text(client.get(home))
        assert "心理部分先不打开" in page and link not in page
        assert client.post(f"{home}look/", {"purpose": "visit"}).status_code == 302
        assert link in text(client.get(home))
        assert "look.visit" in purposes(child)
        time.now += timedelta(hours=9)
        assert "心理部分先不打开" in text(office("苏咨询").get(home))

    def test_an_entry_leads_to_the_question_and_back(self, cast: world.World, child: Child, office: SignedIn) -> None:
        entry = cast.record(
            child, "follow_up", fill(child, "follow_up", MORNING), by="林社工", at=MORNING + timedelta(seconds=1)
        ).entry
        client, url = office("苏咨询"), f"/children/{child.id}/entries/{entry.id}/"
        assert "/look/?back=entries" in client.get(url).headers["Location"]
        said = {"purpose": "review", "back": f"entries/{entry.id}/"}
        assert client.post(f"/children/{child.id}/look/", said).headers["Location"] == url
        assert client.get(url).status_code == 200
        elsewhere = {"purpose": "review", "back": "//elsewhere.example/"}
        assert client.post(f"/children/{child.id}/look/", elsewhere).headers["Location"] == f"/children/{child.id}/"

    def test_another_reason_waits_for_who_is_in_charge(
        self, cast: world.World, child: Child, office: SignedIn
    ) -> None:
        client, home = office("苏咨询"), f"/children/{child.id}/"
        assert client.post(f"{home}look/", {"purpose": "other"}).status_code == 422
        client.post(f"{home}look/", {"purpose": "other", "words": "论文要用"})
        row = Statement.objects.get()
        assert "心理部分先不打开" in text(client.get(home))
        assert client.post(f"/looking/asked/{row.id}/", {"agrees": "yes"}).status_code == 404
        desk = office("郑管理")
        assert "论文要用" in text(desk.get("/looking/")) and "查看申请" in text(desk.get("/"))
        desk.post(f"/looking/asked/{row.id}/", {"agrees": "yes"})
        assert "心理部分先不打开" not in text(client.get(home))

    def test_a_no_is_not_walked_around_by_another_purpose(self, child: Child, office: SignedIn) -> None:
        client, home = office("苏咨询"), f"/children/{child.id}/"
        client.post(f"{home}look/", {"purpose": "other", "words": "论文要用"})
        office("郑管理").post(f"/looking/asked/{Statement.objects.get().id}/", {"agrees": "no"})
        client.post(f"{home}look/", {"purpose": "review"})
        assert "心理部分先不打开" in text(client.get(home))
        client.post(f"{home}look/", {"purpose": "review", "words": "会商要用"})
        assert Statement.objects.filter(waits=True).exists()
        assert "心理部分先不打开" in text(client.get(home))

    def test_nobody_without_the_part_states_anything(self, cast: world.World, child: Child, office: SignedIn) -> None:
        for name in ("周主任", "陈老师", "方经办"):
            assert office(name).post(f"/children/{child.id}/look/", {"purpose": "visit"}).status_code == 404
        assert not Statement.objects.exists()


class TestBreakGlass:
    def test_opens_for_a_while_tells_at_once_and_marks_every_look(
        self, cast: world.World, child: Child, office: SignedIn, time: Clock
    ) -> None:
        client, home = office("陈管理"), f"/children/{child.id}/"
        assert client.get(home).status_code == 404
        said = {"file_no": child.file_no.lower(), "kind": "found", "words": "孩子在锦江区被发现"}
        answer = client.post("/glass/", said)
        assert answer.headers["Location"] == home
        page = text(client.get(home))
        assert "小雨" in page and f"/entries/{Entry.objects.get(kind='assessment').id}/" not in page
        assert purposes(child, "file") >= {"look.glass"}
        told = set(Notice.objects.filter(kind="glass.opened").values_list("post_id", flat=True))
        assert cast.posts["郑管理"].id in told
        assert "紧急调阅" in text(office("王督导").get(home))
        time.now += timedelta(hours=3, seconds=1)
        assert office("陈管理").get(home).status_code == 404

    def test_needs_a_number_a_reason_and_the_right_role(self, child: Child, office: SignedIn) -> None:
        client = office("陈管理")
        wrong = text(client.post("/glass/", {"file_no": "T99999", "kind": "danger", "words": "急"}))
        assert "没有这个档案编号" in wrong
        assert client.post("/glass/", {"file_no": child.file_no, "kind": "danger", "words": " "}).status_code == 422
        assert office("陈老师").get("/glass/").status_code == 404
        assert not Glass.objects.exists()

    def test_never_for_who_is_set_aside(self, cast: world.World, child: Child) -> None:
        actor = cast.viewer("陈管理", MORNING)
        recuse(child_id=child.id, person_id=_person(actor), actor=actor, at=MORNING)
        with pytest.raises(Refused):
            _break(cast, child)

    def test_is_reviewed_by_another_in_time(self, cast: world.World, child: Child, office: SignedIn) -> None:
        row = _break(cast, child)
        with pytest.raises(NotAllowed):
            own = cast.viewer("陈管理", MORNING)
            glass.review(glass_id=row.id, outcome="justified", words="好", actor=own, at=MORNING)
        assert glass.overdue(at=MORNING + timedelta(days=4)) == 1
        desk = office("郑管理")
        assert "孩子在锦江区" in text(desk.get("/looking/"))
        desk.post(f"/looking/glass/{row.id}/", {"outcome": "unjustified", "words": "没有核实身份"})
        row.refresh_from_db()
        assert row.outcome == "unjustified" and glass.overdue(at=MORNING + timedelta(days=4)) == 0
        assert Event.objects.get(kind="glass.reviewed").clear["outcome"] == "unjustified"
        assert not access.may(viewer=own, child_id=child.id, part="roster", at=MORNING), "shut at once"
        assert "没有等您处理的" in text(desk.get("/looking/"))

    def test_ends_when_its_person_says_so(self, cast: world.World, child: Child, office: SignedIn) -> None:
        row, client = _break(cast, child), office("陈管理")
        assert client.get(f"/children/{child.id}/").status_code == 200
        assert office("郑管理").post(f"/glass/{row.id}/end/").status_code == 404
        client.post(f"/glass/{row.id}/end/")
        assert client.get(f"/children/{child.id}/").status_code == 404


class TestUnusual:
    def test_many_files_are_noticed_once_a_day_and_nobody_is_judged_unheard(
        self, cast: world.World, child: Child, office: SignedIn, time: Clock
    ) -> None:
        viewer = cast.viewer("周主任", MORNING)
        _looked(viewer, 31, MORNING - timedelta(minutes=10))
        client = office("周主任")
        for _ in range(2):
            client.get(f"/children/{child.id}/")
        row = Unusual.objects.get(rule="many_in_an_hour")
        assert row.count == 32 and row.person_id == viewer.person_id
        desk = office("郑管理")
        page = text(desk.get("/looking/"))
        assert "一小时内打开了很多档案" in page and "小雨" not in page
        judged = {"outcome": "explained", "words": "村里统一核对"}
        assert desk.post(f"/looking/unusual/{row.id}/close/", judged).status_code == 404
        assert "请您说明" in text(client.get("/looking/"))
        client.post(f"/looking/unusual/{row.id}/explain/", {"words": "在整理全村的联系方式"})
        assert "在整理全村的联系方式" in text(desk.get("/looking/"))
        desk.post(f"/looking/unusual/{row.id}/close/", judged)
        row.refresh_from_db()
        assert row.state == Unusual.CLOSED and row.closed_by == cast.people["郑管理"].id

    def test_own_looks_are_judged_by_somebody_else(self, cast: world.World, child: Child, office: SignedIn) -> None:
        viewer = cast.viewer("郑管理", MORNING)
        _looked(viewer, 61, MORNING - timedelta(minutes=10))
        office("郑管理").get(f"/children/{child.id}/")
        assert Unusual.objects.filter(person_id=_person(viewer)).exists()
        assert not unusual.to_judge(viewer=viewer, at=MORNING).exists()

    def test_the_same_number_by_day_is_work_and_at_night_is_asked_about(
        self, cast: world.World, child: Child, office: SignedIn, time: Clock
    ) -> None:
        viewer = cast.viewer("周主任", MORNING)
        _looked(viewer, 9, MORNING - timedelta(minutes=10))
        office("周主任").get(f"/children/{child.id}/")
        assert not Unusual.objects.exists()
        time.now = MORNING.replace(hour=23)
        _looked(viewer, 9, time.now - timedelta(minutes=10))
        office("周主任").get(f"/children/{child.id}/")
        assert [row.rule for row in Unusual.objects.all()] == ["after_hours"]

    def test_a_colleagues_relative_looked_at_without_a_task(
        self, cast: world.World, child: Child, office: SignedIn
    ) -> None:
        actor = cast.viewer("郑管理", MORNING)
        recuse(child_id=child.id, person_id=cast.people["周主任"].id, actor=actor, at=MORNING)
        client = office("苏咨询")
        client.post(f"/children/{child.id}/look/", {"purpose": "visit"})
        client.get(f"/children/{child.id}/")
        assert Unusual.objects.get().rule == "colleague"
        assert "看这份档案" in text(office("郑管理").get("/looking/"))

    def test_the_night_goes_through_a_day_once(self, cast: world.World, child: Child) -> None:
        viewer = cast.viewer("周主任", MORNING)
        for number in range(4):
            _look(viewer, MORNING + timedelta(minutes=number), [child.id], route="children.search", purpose="search")
        for days in range(1, 6):
            _looked(viewer, 5, MORNING - timedelta(days=days))
        _looked(viewer, 31, MORNING)
        night = (MORNING + timedelta(days=1)).replace(hour=2)
        assert unusual.look_back(night) == 1
        assert {row.rule for row in Unusual.objects.all()} == {"searched_often", "unlike_self"}
        assert unusual.look_back(night) == 0


def _break(cast: world.World, child: Child) -> Glass:
    actor = cast.viewer("陈管理", MORNING)
    words = "孩子在锦江区被发现"
    return glass.break_glass(file_no=child.file_no, kind="found", words=words, actor=actor, at=MORNING)


def _person(viewer: Viewer) -> UUID:
    return looking.person_of(viewer)


def _looked(viewer: Viewer, files: int, at: Any) -> None:
    for _ in range(files):
        _look(viewer, at, [ids.new_id()])


def _look(
    viewer: Viewer, at: Any, children: list[UUID], *, route: str = "child", purpose: str = "file"
) -> None:
    look = Access.objects.create(
        at=at, person_id=viewer.person_id, post_id=viewer.post_id, part="file", purpose=purpose, route=route
    )
    AccessSubject.objects.bulk_create(
        AccessSubject(access=look, owner_kind="child", owner_id=child) for child in children
    )
