"""Departments at their browsers: officers of education and health beside the cast, members, meetings, cases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests import world
from tests.web.conftest import MORNING, Office
from tongxin.accounts import county as counties
from tongxin.coordination.models import Expert, JointMeeting, Matter, Member, TypicalCase
from tongxin.people.models import Child

SignedIn = Callable[[str], Office]
TABLE = "/coordination/"
OFFICERS = {"教联络": "education", "卫联络": "health"}
LATER = "2025-09-10T14:00"
MEETING_DAY = datetime.fromisoformat(f"{LATER}:00+08:00")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def officers(cast: world.World) -> None:
    """Somebody for the posts of education and of health."""
    for index, (name, kind) in enumerate(OFFICERS.items()):
        posts = cast.lines["370116"].posts["department_officer"]
        post = next(each for each in posts if each.organisation.kind == kind)
        cast.posts[name] = post
        (cast.people[name],) = counties.fill(holders=[(post, f"together{index}", name)], at=world.START)


def join(cast: world.World, office: SignedIn, *names: str) -> dict[str, Member]:
    """The offices become members over the page."""
    for name in names or OFFICERS:
        kind, post = OFFICERS[name], cast.posts[name]
        answer = office("郑管理").post(f"{TABLE}members/{kind}/set/", {
            "organisation": str(post.organisation_id), "posts": [str(post.id)],
        })
        assert answer.status_code == 302, text(answer)
    return {each.department: each for each in Member.objects.filter(to_at__isnull=True)}


def plan(office: SignedIn, when: str = LATER) -> JointMeeting:
    answer = office("郑管理").post(f"{TABLE}meetings/new/", {
        "kind": "regular", "planned_for": when, "title": "第三季度部门联席会议", "place": "三楼会议室",
        "topics": "转介不答复",
    })
    assert answer.status_code == 302, text(answer)
    return JointMeeting.objects.latest("opened_at")


def do(client: Office, thing: Any, deed: str, /, **body: Any) -> Any:
    """One act over the page."""
    homes = {"jointmeeting": "meetings", "matter": "orders", "standard": "standards", "typicalcase": "cases",
             "opinion": "opinions", "policy": "policies", "expert": "experts"}
    return client.post(f"{TABLE}{homes[thing._meta.model_name]}/{thing.id}/{deed}/", body)


def decided(cast: world.World, office: SignedIn, time: Any, *, due: str = "2025-09-30") -> Matter:
    """A meeting held, with one decision for education."""
    members = join(cast, office)
    meeting = plan(office)
    assert do(office("郑管理"), meeting, "ask").status_code == 302
    time.now = MEETING_DAY + timedelta(hours=2)
    lead = office("郑管理")
    assert do(lead, meeting, "hold", held_at=LATER, chaired="郑局", said="议了转介").status_code == 302
    for _ in range(2):
        answer = do(lead, meeting, "decide", member=str(members["education"].id), what="答复全部逾期的转介", due_on=due,
                    id="01999999-0000-7000-8000-000000000002")
        assert answer.status_code == 302, text(answer)
    return Matter.objects.get()


def expert(cast: world.World, office: SignedIn, name: str) -> Expert:
    answer = office("郑管理").post(f"{TABLE}experts/new/", {
        "person": str(cast.people[name].id), "fields": ["psychology"], "grade": "licensed", "evidence": "证书 1 号",
        "from_on": "2025-09-01", "to_on": "2026-08-31",
    })
    assert answer.status_code == 302, text(answer)
    return Expert.objects.get(expert=cast.people[name])


CASE = {
    "topic": "mood", "title": "重新愿意说话", "background": "小雨住在东升社区，父母不在身边", "found": "走访发现不说话",
    "did": "社工和学校一起陪", "changed": "三个月后愿意说话", "learnt": "先陪伴再评估",
}


def agreed(cast: world.World, child: Child, *, answer: str = "given", at: datetime = MORNING) -> None:
    """The guardian and the child say whether the case may be told."""
    from tests.flows.forms import fill
    said = fill(child, "consent", at, purposes=["teach"], answer=answer, child_agrees="yes")
    cast.record(child, "consent", said, by="王督导", at=at)


def written(office: SignedIn, child: Child | None = None, by: str = "林社工", **more: Any) -> TypicalCase:
    body = {**CASE, **({"child": str(child.id)} if child else {}), **more}
    answer = office(by).post(f"{TABLE}cases/new/", body)
    assert answer.status_code == 302, text(answer)
    return TypicalCase.objects.latest("opened_at")
