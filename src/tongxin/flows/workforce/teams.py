"""Teams of several kinds of people for a town or a school, and the children whom they serve."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Organisation, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import is_checked, must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances, gates, reach
from tongxin.lib import ids
from tongxin.pairings.models import Companion
from tongxin.people.models import Child
from tongxin.vault import Owner
from tongxin.workforce.models import Team, TeamChild, TeamMember
from tongxin.workforce.rules import TeamKind

PART = "care"
NO_KIND = "没有保存：请选是哪一种团队。"
NO_PLACE = "没有保存：请选为哪个镇（街道）或哪所学校服务。"
NO_MEMBER = "没有保存：请选本区县的一个岗位，或结对名册里审查有效的一个人。"
IS_IN = "没有保存：已经在这个团队里。"
UNCHECKED = "没有保存：这位志愿者的审查没有做齐或已过期，请先在“结对”里补审查。"
LACKS = "没有保存：这个团队还缺{lacks}，人到齐了再交给孩子。"
SERVED = "没有保存：这个团队已经在为这名孩子服务。"
GONE = "没有改动：这个团队已经解散。"
NONE = "没有保存：请选一个团队。"
NOT_IN = "没有改动：已经不在这个团队里。"


@dataclass(frozen=True, slots=True)
class Standing:
    """A team with its members now, what it lacks, and why it may not be given a child."""

    team: Team
    kind: TeamKind | None
    posts: tuple[Post, ...]
    companions: tuple[Companion, ...]
    lacks: tuple[str, ...]


def teams_for(viewer: Viewer, *, at: datetime) -> QuerySet[Team]:
    """The teams of the viewer's county."""
    must(viewer, reach.TEAMS, at=at)
    rows = Team.objects.filter(county_id=reach.county_or_none(viewer) or 0).select_related("organisation")
    return rows.order_by("ended_at", "number")


def team_for(*, team_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Team:
    """One of them; else there is no such page."""
    rows = teams_for(viewer, at=at).filter(id=team_id)
    found = rows.select_for_update(of=("self",)).first() if for_update else rows.first()
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def form(
    *, kind: str, town_id: int | None, organisation_id: int | None, actor: Viewer, at: datetime,
    new_id: UUID | None = None,
) -> Team:
    """A team nobody is in yet; once under `new_id`."""
    by, county_id = must(actor, reach.TEAMS, at=at), reach.county_or_none(actor)
    if county_id is None:
        raise NotAllowed
    town = Division.objects.filter(id=town_id or 0, level="town", county_id=county_id).first()
    body = Organisation.objects.filter(id=organisation_id or 0, division__county_id=county_id).first()
    problems = [] if kind in reach.rules_in(county_id, at=at).teams else [Problem("kind", NO_KIND, True)]
    if town is None and body is None:
        problems.append(Problem("town", NO_PLACE, True))
    if problems:
        raise Refused(problems)
    Division.objects.select_for_update().get(id=county_id)
    if before := made_before(Team, new_id, county_id=county_id, person_id=by):
        return before
    last = Team.objects.filter(county_id=county_id).aggregate(last=Max("number"))["last"] or 0
    team = Team(
        id=new_id or ids.new_id(), county_id=county_id,
        number=last + 1, kind=kind, town_id=town.id if town else None, organisation=body, at=at,
        person_id=by, post_id=post_of(actor),
    )
    team.save()
    _tell("team.formed", team, actor, at, kind=kind)
    return team


@transaction.atomic
def add(
    *, team_id: UUID, post_id: UUID | None, companion_id: UUID | None, actor: Viewer, at: datetime
) -> TeamMember:
    """A post or a companion comes into the team, with a clearance where the county asks for one."""
    team = _open(team_id, actor, at)
    posts = Post.objects.select_related("division").filter(division__county_id=team.county_id)
    post = posts.filter(id=post_id).first() if post_id else None
    companions = Companion.objects.filter(county_id=team.county_id, ended_at__isnull=True)
    companion = companions.filter(id=companion_id).first() if companion_id and post is None else None
    if post is None and companion is None:
        raise Refused([Problem("member", NO_MEMBER, True)])
    if post is not None:
        gates.refuse_post(post.id, place="member", at=at)
    if companion is not None and not is_checked(companion, on=clearances.today_of(at)):
        raise Refused([Problem("member", UNCHECKED, True)])
    live = team.members.filter(to_at__isnull=True)
    if live.filter(post=post, companion_id=companion.id if companion else None).exists():
        raise Refused([Problem("member", IS_IN, True)])
    row = TeamMember.objects.create(
        team=team, post=post, companion_id=companion.id if companion else None, from_at=at,
        added_by=must(actor, reach.TEAMS, at=at),
    )
    _tell("team.joined", team, actor, at)
    return row


@transaction.atomic
def remove(*, team_id: UUID, member_id: int | None, actor: Viewer, at: datetime) -> None:
    """Not in the team any more."""
    team = _open(team_id, actor, at)
    if member_id is None or not team.members.filter(id=member_id, to_at__isnull=True).update(to_at=at):
        raise Refused.because(NOT_IN)
    _tell("team.departed", team, actor, at)


@transaction.atomic
def end(*, team_id: UUID, actor: Viewer, at: datetime) -> Team:
    """The team is no more: its members and children leave it on the same day."""
    team = _open(team_id, actor, at)
    team.ended_at, team.ended_by = at, must(actor, reach.TEAMS, at=at)
    team.save(update_fields=["ended_at", "ended_by"])
    team.members.filter(to_at__isnull=True).update(to_at=at)
    team.children.filter(to_at__isnull=True).update(to_at=at)
    _tell("team.ended", team, actor, at)
    return team


@transaction.atomic
def give(*, team_id: UUID | None, child_id: UUID, actor: Viewer, at: datetime) -> TeamChild:
    """The team serves this child from now on: all its kinds of people are there, and each may be with children."""
    child = child_for(child_id, actor, at=at)
    if team_id is None:
        raise Refused([Problem("team", NONE, True)])
    team = _open(team_id, actor, at)
    if child.county_id != team.county_id:
        raise NotAllowed
    if team.children.filter(child_id=child.id, to_at__isnull=True).exists():
        raise Refused([Problem("team", SERVED, True)])
    if not gates.is_in_danger(child.id):
        _refuse_unready(standing(team, at=at), at)
    row = TeamChild.objects.create(
        team=team, child_id=child.id, from_at=at, given_by=must(actor, reach.TEAMS, at=at)
    )
    _tell_child("team.assigned", row, actor, at)
    return row


def _refuse_unready(found: Standing, at: datetime) -> None:
    if found.lacks:
        raise Refused([Problem("team", LACKS.format(lacks="、".join(found.lacks)), True)])
    for post in found.posts:
        gates.refuse_post(post.id, place="team", at=at)
    if any(not is_checked(each, on=clearances.today_of(at)) for each in found.companions):
        raise Refused([Problem("team", UNCHECKED, True)])


@transaction.atomic
def take(*, team_id: UUID | None, child_id: UUID, actor: Viewer, at: datetime) -> None:
    """The team serves the child no more."""
    child = child_for(child_id, actor, at=at)
    if team_id is None:
        raise Refused([Problem("team", NONE, True)])
    team = team_for(team_id=team_id, viewer=actor, at=at)
    row = team.children.select_for_update().filter(child_id=child.id, to_at__isnull=True).first()
    if row is None:
        raise Refused([Problem("team", NOT_IN, True)])
    row.to_at = at
    row.save(update_fields=["to_at"])
    _tell_child("team.released", row, actor, at)


def child_for(child_id: UUID, viewer: Viewer, *, at: datetime) -> Child:
    """The child, for somebody who reads its care and keeps teams."""
    must(viewer, reach.TEAMS, at=at)
    child: Child | None = access.child_if_visible(viewer=viewer, child_id=child_id, part=PART, at=at)
    if child is None:
        raise NotAllowed
    return child


def serving(child: Child) -> QuerySet[TeamChild]:
    """The teams that serve a child now."""
    rows = TeamChild.objects.filter(child_id=child.id, to_at__isnull=True)
    return rows.select_related("team__organisation").order_by("from_at", "id")


def children_of(team: Team, *, viewer: Viewer, at: datetime) -> QuerySet[Child]:
    """Of the children whom a team serves those whose care the viewer reads."""
    served = team.children.filter(to_at__isnull=True).values("child_id")
    found: QuerySet[Child] = access.visible(
        Child.objects.filter(id__in=served), viewer=viewer, part=PART, at=at
    ).order_by("file_no")
    return found


def standing(team: Team, *, at: datetime) -> Standing:
    """Who is in a team now, and whom it lacks."""
    live = team.members.filter(to_at__isnull=True).select_related("post__division", "post__organisation")
    rows = list(live.order_by("id"))
    posts = tuple(each.post for each in rows if each.post is not None)
    companions = tuple(Companion.objects.filter(id__in=[each.companion_id for each in rows if each.companion_id]))
    kind = reach.rules_in(team.county_id, at=at).teams.get(team.kind)
    return Standing(team, kind, posts, companions, tuple(_lacking(kind, posts, companions)))


def _lacking(kind: TeamKind | None, posts: Iterable[Post], companions: tuple[Companion, ...]) -> Iterable[str]:
    roles = {each.role for each in posts}
    for need in kind.needs if kind else ():
        if not (roles & need.roles or (need.companions and companions)):
            yield need.zh


def _open(team_id: UUID, actor: Viewer, at: datetime) -> Team:
    team = team_for(team_id=team_id, viewer=actor, at=at, for_update=True)
    if team.ended_at is not None:
        raise Refused.because(GONE)
    return team


def _tell(event: str, team: Team, actor: Viewer, at: datetime, **more: str) -> None:
    ledger.record(
        kind=event, subject=Owner("team", team.id), actor=actor, at=at, is_fact=True,
        clear={"team": str(team.id), **more},
    )


def _tell_child(kind: str, row: TeamChild, actor: Viewer, at: datetime) -> None:
    ledger.record(
        kind=kind, subject=Owner("child", row.child_id), actor=actor, at=at, is_fact=True,
        clear={"team": str(row.team_id)},
    )
