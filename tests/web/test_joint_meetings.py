"""Members, joint meetings with the system's own numbers, decisions and orders with proof, late ones further up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import png
from tests.web.conftest import MORNING, Clock, Office
from tests.web.together import LATER, MEETING_DAY, TABLE, decided, do, join, officers, plan, text
from tongxin.accounts.models import Organisation, Post
from tongxin.coordination.models import Attendance, JointMeeting, Matter, Member, Step
from tongxin.coordination.rules import MEETINGS, departments_for
from tongxin.flows.coordinating import rules_of
from tongxin.flows.coordinating_figures import _Asked, _Counted, _share, _told, withheld
from tongxin.flows.coordinating_watch import follow_coordination
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def desk(cast: world.World, office: SignedIn) -> SignedIn:
    officers(cast)
    return office


def test_everybody_reads_the_directory_and_sees_what_is_missing(cast: world.World, desk: SignedIn) -> None:
    join(cast, desk, "教联络")
    page = text(desk("周主任").get(f"{TABLE}members/"))
    assert "教育　莱芜区教育局" in page and "教联络" in page
    assert "还没有成员单位" in page and "卫健" in page
    duties = text(desk("周主任").get(f"{TABLE}members/education/"))
    assert "《未成年人保护法》第九十条" in duties and "登记、更换成员单位" not in duties
    assert desk("周主任").post(f"{TABLE}members/health/set/", {}).status_code == 404


def test_a_body_nobody_knew_becomes_a_member_with_a_vacant_post(cast: world.World, desk: SignedIn) -> None:
    answer = desk("郑管理").post(f"{TABLE}members/court/set/", {"new_name": "莱芜区人民法院少年庭"})
    assert answer.status_code == 302
    post = Post.objects.get(organisation__kind="court")
    assert post.role == "department_officer" and post.reports_to_id == cast.posts["郑管理"].id
    assert "联系岗位没有人" in text(desk("郑管理").get(f"{TABLE}members/"))


def test_another_county_and_another_kind_of_body_are_refused(cast: world.World, desk: SignedIn) -> None:
    police = Organisation.objects.get(kind="police", division=cast.place("370116"))
    answer = desk("郑管理").post(f"{TABLE}members/education/set/", {"organisation": str(police.id)})
    assert answer.status_code == 422 and "请选一个单位" in text(answer)
    join(cast, desk, "教联络")
    assert "莱芜区教育局" not in text(desk("陈管理").get(f"{TABLE}members/"))
    assert desk("郑管理").post(f"{TABLE}members/nobody/set/", {}).status_code == 404


def test_a_new_member_follows_and_the_former_stays_on_record(cast: world.World, desk: SignedIn) -> None:
    join(cast, desk, "教联络")
    school = Organisation.objects.get(kind="school", division=cast.place("370116"))
    post = Post.objects.get(organisation=school)
    desk("郑管理").post(f"{TABLE}members/education/set/", {"organisation": str(school.id), "posts": [str(post.id)]})
    rows = Member.objects.filter(department="education").order_by("id")
    assert [row.to_at is None for row in rows] == [False, True]


def test_a_meeting_is_called_answered_signed_and_written(cast: world.World, desk: SignedIn, time: Clock) -> None:
    join(cast, desk)
    meeting = plan(desk)
    assert desk("教联络").get(f"{TABLE}meetings/{meeting.id}/").status_code == 404
    assert do(desk("郑管理"), meeting, "ask").status_code == 302
    note = Notice.objects.get(kind="joint.asked", post_id=cast.posts["教联络"].id)
    assert note.child_id is None
    page = text(desk("教联络").get(f"{TABLE}meetings/{meeting.id}/"))
    assert "第三季度部门联席会议" in page and "逾期没有答复的转介" in page and "您单位参加吗" in page
    assert "联席会议，请答复" in text(desk("教联络").get("/"))
    assert do(desk("教联络"), meeting, "reply", reply="comes").status_code == 302
    assert do(desk("教联络"), meeting, "sign").status_code == 422
    time.now = MEETING_DAY
    assert do(desk("教联络"), meeting, "sign").status_code == 302
    row = Attendance.objects.get(member__department="education")
    assert row.reply == "comes" and row.signed_by == cast.people["教联络"].id
    assert do(desk("教联络"), meeting, "hold", held_at=LATER, chaired="我", said="话").status_code == 404
    assert do(desk("郑管理"), meeting, "hold", held_at=LATER, chaired="郑局", said="议了转介").status_code == 302
    assert "议了转介" in text(desk("教联络").get(f"{TABLE}meetings/{meeting.id}/"))
    paper = desk("教联络").get(f"{TABLE}meetings/{meeting.id}/paper/")
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF")
    assert desk("周主任").get(f"{TABLE}meetings/{meeting.id}/").status_code == 404
    assert desk("陈管理").get(f"{TABLE}meetings/{meeting.id}/").status_code == 404


def test_a_double_click_makes_one_meeting(
    cast: world.World, desk: SignedIn, time: Clock
) -> None:
    body = {"kind": "regular", "planned_for": LATER, "title": "会", "place": "三楼",
            "id": "01999999-0000-7000-8000-000000000001"}
    for _ in range(2):
        assert desk("郑管理").post(f"{TABLE}meetings/new/", body).status_code == 302
    assert JointMeeting.objects.count() == 1


@pytest.mark.parametrize("when", ["", "abc", "0001-01-01T00:00", "9999-12-31T23:59", "2025-08-01T09:00"])
def test_a_day_that_cannot_be_is_told_at_its_place(desk: SignedIn, when: str) -> None:
    answer = desk("郑管理").post(f"{TABLE}meetings/new/", {
        "kind": "regular", "planned_for": when, "title": "会", "place": "三楼",
    })
    assert answer.status_code == 422 and 'href="#planned_for"' in text(answer)
    assert not JointMeeting.objects.exists()


def test_small_numbers_are_withheld() -> None:
    assert [withheld(number, 3) for number in (0, 1, 2, 3)] == ["0", "少于 3", "少于 3", "3"]
    assert _share(9, 10, 3, "步")[0] == "不写出"
    assert _share(8, 20, 3, "步") == ("8", "共 20 步，按时 40%")


def test_no_department_is_worked_out_from_the_whole(cast: world.World) -> None:
    county = cast.place("370116").id
    meant = rules_of(MEETINGS, county, at=MORNING)
    asked = _Asked(cast.viewer("郑管理", MORNING), county, meant, departments_for(county, at=MORNING), MORNING)
    first, second, third = list(asked.departments)[:3]
    for small in ({first: 1}, {first: 1, second: 1}):
        told = _told("a", "甲", "件", "", _Counted(9 + sum(small.values()), {third: 9, **small}), asked)
        assert [each["said"] for each in told.rows].count("不写出") >= 2 and str(9 + sum(small.values())) == told.said
        whole = {"9": 9}.get(next((each["said"] for each in told.rows if each["said"] != "不写出"), ""), 0)
        assert 9 + sum(small.values()) - whole >= meant.least


def test_a_decision_is_received_answered_with_proof_returned_and_closed(
    cast: world.World, desk: SignedIn, time: Clock
) -> None:
    matter = decided(cast, desk, time)
    assert Notice.objects.filter(kind="matter.issued", post_id=cast.posts["教联络"].id).count() == 1
    assert "答复全部逾期的转介" in text(desk("教联络").get("/"))
    assert desk("卫联络").get(f"{TABLE}orders/{matter.id}/").status_code == 404
    assert "答复全部逾期的转介" in text(desk("卫联络").get(f"{TABLE}meetings/{matter.meeting_id}/"))
    assert do(desk("教联络"), matter, "receive").status_code == 302
    proof = SimpleUploadedFile("a.png", png())
    assert do(desk("教联络"), matter, "answer", result="part", did="答复了八件", file=proof).status_code == 302
    assert do(desk("教联络"), matter, "judge", enough="yes").status_code == 404
    page = text(desk("郑管理").get(f"{TABLE}orders/{matter.id}/"))
    assert "答复了八件" in page and "打开附件" in page
    returned = do(desk("郑管理"), matter, "judge")
    assert returned.status_code == 422 and "还要办什么" in text(returned)
    assert do(desk("郑管理"), matter, "judge", words="还有两件", due_on="2025-10-15").status_code == 302
    matter.refresh_from_db()
    assert matter.state == Matter.RETURNED and matter.due_at.month == 10
    assert do(desk("教联络"), matter, "answer", result="done", did="都答复了").status_code == 302
    assert do(desk("郑管理"), matter, "judge", enough="yes").status_code == 302
    matter.refresh_from_db()
    assert matter.state == Matter.CLOSED and matter.ring_at is None
    scan = Step.objects.get(scan__isnull=False).scan
    assert desk("教联络").get(f"{TABLE}scans/{scan.id}/").status_code == 200
    assert desk("卫联络").get(f"{TABLE}scans/{scan.id}/").status_code == 404


@pytest.mark.parametrize("due", ["2025-09-10x", "²", "2025-09-01", "9999-12-31", "2027-01-01"])
def test_a_due_day_out_of_bounds_is_refused(cast: world.World, desk: SignedIn, time: Clock, due: str) -> None:
    matter = decided(cast, desk, time)
    body = {"member": str(matter.member_id), "what": "办", "due_on": due}
    answer = do(desk("郑管理"), JointMeeting.objects.get(), "decide", **body)
    assert answer.status_code == 422 and Matter.objects.count() == 1


def climb(matter: Matter, now: Any) -> Matter:
    follow_coordination(now)
    matter.refresh_from_db()
    return matter


def test_a_late_decision_climbs_one_at_a_time_and_an_order_follows(
    cast: world.World, desk: SignedIn, time: Clock
) -> None:
    matter = decided(cast, desk, time)
    climb(matter, matter.due_at - timedelta(days=2))
    assert matter.climbed == 0 and Notice.objects.filter(kind="matter.reminded").exists()
    climb(matter, matter.due_at + timedelta(minutes=1))
    assert matter.climbed == 1 and matter.owner_post_id == cast.posts["郑管理"].id
    climb(matter, matter.due_at + timedelta(minutes=2))
    assert matter.climbed == 1
    climb(matter, matter.due_at + timedelta(days=8))
    assert matter.climbed == 1, "上面没有人了，只提醒"
    time.now = matter.due_at + timedelta(days=1)
    assert "已逾期" in text(desk("郑管理").get(f"{TABLE}orders/"))
    answer = desk("郑管理").post(f"{TABLE}orders/new/", {
        "about": str(matter.id), "what": "三天内答复", "why": "逾期没有办", "due_on": "2025-10-10",
    })
    assert answer.status_code == 302, text(answer)
    order = Matter.objects.get(kind=Matter.ORDER)
    assert order.about_id == matter.id and order.member_id == matter.member_id
    climb(order, time.now + timedelta(days=12))
    assert order.climbed == 1, "没有按期签收也往上报"
    assert desk("教联络").get(f"{TABLE}orders/new/").status_code == 404


def test_who_answered_doesnt_judge_it(cast: world.World, desk: SignedIn, time: Clock) -> None:
    matter = decided(cast, desk, time)
    post = cast.posts["郑管理"]
    desk("郑管理").post(f"{TABLE}members/civil_affairs/set/", {
        "organisation": str(post.organisation_id), "posts": [str(post.id)],
    })
    own = Member.objects.get(department="civil_affairs")
    do(desk("郑管理"), JointMeeting.objects.get(), "decide", member=str(own.id), what="自己办", due_on="2025-09-30")
    mine = Matter.objects.exclude(id=matter.id).get()
    assert do(desk("郑管理"), mine, "answer", result="done", did="办了").status_code == 302
    refused = do(desk("郑管理"), mine, "judge", enough="yes")
    assert refused.status_code == 422 and "要由另一位同事核对" in text(refused)


def test_the_agenda_counts_what_whoever_leads_may_see(cast: world.World, desk: SignedIn) -> None:
    page = text(desk("郑管理").get(f"{TABLE}meetings/new/"))
    for zh in ("逾期没有答复的转介", "危机步骤按时办成", "应享未享", "名单比对等人核对", "以前的决定和督办逾期"):
        assert zh in page
    assert desk("林社工").get(f"{TABLE}meetings/new/").status_code == 404
    assert MORNING < MEETING_DAY
