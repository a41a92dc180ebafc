"""The members of a county: which body stands for each department, by which posts it is reached, what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Division, Holding, Organisation, Post
from tongxin.accounts.posts import Responsible, Roster
from tongxin.accounts.viewers import Viewer, held
from tongxin.coordination.models import Contact, Member
from tongxin.coordination.rules import Department, departments_for
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.vault import Owner

LONGEST, MOST_CONTACTS = 60, 6
OFFICER, TITLE = "department_officer", "部门联络员"
NO_BODY = "没有保存：请选一个单位，或写新单位的名称。"
NO_CONTACT = "没有保存：至少选一个联系岗位，通知和要办的事由坐这个岗位的人接。"


@dataclass(frozen=True, slots=True)
class Line:
    """A department with its member, contact posts in turn, and who answers now; `gap` says what is missing."""

    department: Department
    member: Member | None
    contacts: tuple[Post, ...]
    holders: Mapping[UUID, UUID]
    gap: str = ""


def directory(county_id: int, *, at: datetime) -> list[Line]:
    """All departments of a county in their order."""
    members = {each.department: each for each in current(county_id)}
    contacts: dict[int, list[Post]] = {}
    rows = Contact.objects.filter(member__in=list(members.values()), to_at__isnull=True).select_related("post")
    for row in rows.order_by("rank", "id"):
        contacts.setdefault(row.member_id, []).append(row.post)
    posts = [post.id for each in contacts.values() for post in each]
    running = Holding.objects.filter(held(at), post_id__in=posts, person__is_active=True).order_by("kind", "from_at")
    # A stand-in answers before the holder.
    holders = dict(running.values_list("post_id", "person_id"))
    lines = []
    for department in departments_for(county_id, at=at).values():
        member = members.get(department.id)
        reached = tuple(contacts.get(member.id, ())) if member else ()
        lines.append(Line(department, member, reached, holders, _gap(department, member, reached, holders)))
    return lines


def _gap(
    department: Department, member: Member | None, reached: Sequence[Post], holders: Mapping[UUID, UUID]
) -> str:
    if member is None:
        return "还没有成员单位" if department.is_required else ""
    if not reached:
        return "还没有联系岗位"
    return "" if any(post.id in holders for post in reached) else "联系岗位没有人"


def current(county_id: int) -> list[Member]:
    """The members of a county now."""
    return list(Member.objects.filter(county_id=county_id, to_at__isnull=True).select_related("organisation"))


def contact_ids(member: Member) -> list[UUID]:
    """A member's contact posts in turn."""
    rows = Contact.objects.filter(member=member, to_at__isnull=True).order_by("rank", "id")
    return list(rows.values_list("post_id", flat=True))


def members_reached(viewer: Viewer) -> list[int]:
    """The ids of the members for whom one of the viewer's posts is the contact."""
    rows = Contact.objects.filter(post_id__in=viewer.post_ids, to_at__isnull=True)
    return list(rows.values_list("member_id", flat=True))


def answering(member: Member, *, climbed: int = 0, at: datetime) -> Responsible | None:
    """Who answers for a member now: the first contact that somebody holds, `climbed` people further up."""
    line = line_of(member, at=at)
    return line[min(climbed, len(line) - 1)] if line else None


def line_of(member: Member, *, at: datetime) -> list[Responsible]:
    """Everybody who answers for a member, its first held contact and then further up."""
    posts = contact_ids(member)
    roster = Roster(posts=Post.objects.filter(id__in=posts).select_related("division"), at=at)
    first = next((post for post in posts if post in roster.holders), posts[0] if posts else None)
    return roster.line(post_id=first) if first else []


def bodies_for(department: Department, county_id: int) -> list[Organisation]:
    """The bodies of a county that may stand for a department."""
    rows = Organisation.objects.filter(division_id=county_id, kind__in=department.bodies)
    return list(rows.order_by("name", "id"))


def posts_of(organisation: Organisation) -> list[Post]:
    return list(Post.objects.filter(organisation=organisation).order_by("title", "id"))


@transaction.atomic
def appoint(
    *, department_id: str, organisation_id: int | None, new_name: str, posts: Iterable[UUID], actor: Viewer,
    at: datetime,
) -> Member:
    """The member for a department from now on, with its contact posts in turn; who was it before stays on record."""
    county = coordinating.leading(actor, at=at)
    department = departments_for(county, at=at).get(department_id)
    if department is None or actor.person_id is None:
        raise NotAllowed
    Division.objects.select_for_update().get(id=county)
    wanted = list(posts)
    if new_name.strip():
        body, wanted = _new_body(department, county, new_name.strip(), actor, at)
    else:
        found = next((each for each in bodies_for(department, county) if each.id == organisation_id), None)
        if found is None:
            raise Refused([Problem("organisation", NO_BODY, True)])
        body = found
    allowed = [post.id for post in posts_of(body)]
    reached = [each for each in dict.fromkeys(wanted) if each in allowed][:MOST_CONTACTS]
    if not reached:
        raise Refused([Problem("posts", NO_CONTACT, True)])
    member = _member(county, department_id, body, actor.person_id, at)
    _set_contacts(member, reached, actor.person_id, at)
    event = ledger.record(
        kind="member.changed", subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
        clear={"department": department_id, "organisation": body.id},
    )
    notices.tell_posts(posts=[each for each in reached if each not in actor.post_ids], event=event, at=at)
    return member


def _new_body(
    department: Department, county: int, name: str, actor: Viewer, at: datetime
) -> tuple[Organisation, list[UUID]]:
    """A body that the system doesn't know yet, with one vacant post to be filled on the page of people."""
    if len(name) > LONGEST:
        raise Refused([Problem("new_name", f"没有保存：单位名称最多 {LONGEST} 个字。", True)])
    body, is_new = Organisation.objects.get_or_create(
        kind=sorted(department.bodies)[0], name=name, division_id=county
    )
    if not is_new and (there := posts_of(body)):
        return body, [there[0].id]
    above = coordinating.leaders(county, at=at)
    post = Post.objects.create(
        id=ids.new_id(), role=OFFICER, title=f"{name}{TITLE}", organisation=body, division_id=county,
        reports_to_id=above[0] if above else None,
    )
    return body, [post.id]


def _member(county: int, department: str, body: Organisation, person_id: UUID, at: datetime) -> Member:
    now = Member.objects.filter(county_id=county, department=department, to_at__isnull=True).first()
    if now is not None and now.organisation_id == body.id:
        return now
    if now is not None:
        Contact.objects.filter(member=now, to_at__isnull=True).update(to_at=at)
        Member.objects.filter(id=now.id).update(to_at=at)
    return Member.objects.create(
        county_id=county, department=department, organisation=body, from_at=at, person_id=person_id
    )


def _set_contacts(member: Member, posts: Sequence[UUID], person_id: UUID, at: datetime) -> None:
    Contact.objects.filter(member=member, to_at__isnull=True).exclude(post_id__in=posts).update(to_at=at)
    there = {each.post_id: each for each in Contact.objects.filter(member=member, to_at__isnull=True)}
    for rank, post in enumerate(posts):
        if post not in there:
            Contact.objects.create(member=member, post_id=post, rank=rank, from_at=at, person_id=person_id)
        elif there[post].rank != rank:
            Contact.objects.filter(id=there[post].id).update(rank=rank)
