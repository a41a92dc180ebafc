"""Teams: the county's list, one with its people and children, and the teams of one child."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division, Holding, Organisation, Post
from tongxin.accounts.viewers import held
from tongxin.core.forms import Problem
from tongxin.flows.pairing_companions import is_checked
from tongxin.flows.pairing_companions import rules_in as pairing_rules
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances, gates, reach, teams
from tongxin.flows.workforce.teams import Standing
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.pairings.models import Companion
from tongxin.people.models import Child
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems, words_in
from tongxin.web.doors import Request, child_for, door, may_do_any
from tongxin.web.new_ids import fresh, given_id
from tongxin.web.pages import show
from tongxin.workforce.models import Team

HOME, PURPOSE, SHOWN = "/workforce/teams/", "workforce", 100


@door("office.keep_teams", methods=("GET", "POST"))
def team_list(request: Request) -> HttpResponse:
    """The county's teams with what each lacks; a new one is formed here."""
    if request.method == "GET":
        return _list(request)
    try:
        team = teams.form(
            kind=request.POST.get("kind", ""), town_id=number_in(request.POST.get("town", "")),
            organisation_id=number_in(request.POST.get("organisation", "")), actor=request.viewer, at=request.at,
            new_id=given_id(request),
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _list(request, refused.problems, status=422)
    messages.success(request, _("已建好。请把人加进来，人到齐了才能交给孩子。"))
    return HttpResponseRedirect(f"{HOME}{team.id}/")


def _list(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    try:
        found = list(teams.teams_for(request.viewer, at=request.at)[:SHOWN])
    except NotAllowed:
        raise Http404 from None
    county_id = reach.county_or_none(request.viewer)
    towns = Division.objects.filter(level="town", county_id=county_id or 0, valid_to__isnull=True).order_by("code")
    names = dict(towns.values_list("id", "name"))
    bodies = Organisation.objects.filter(division__county_id=county_id or 0, kind="school").order_by("name")
    return show(request, "workforce/teams.html", {
        "new_id": fresh(request)["id"], "problems": told_problems(problems), "towns": towns, "bodies": bodies,
        "kinds": list(reach.rules_in(county_id, at=request.at).teams.values()),
        "rows": [_line(teams.standing(each, at=request.at), names) for each in found],
    }, status=status)


def _line(found: Standing, towns: dict[int, str]) -> dict[str, Any]:
    team = found.team
    where = [towns.get(team.town_id or 0, ""), team.organisation.name if team.organisation else ""]
    return {
        "team": team, "url": f"{HOME}{team.id}/", "zh": found.kind.zh if found.kind else team.kind,
        "where": "、".join(each for each in where if each), "people": len(found.posts) + len(found.companions),
        "children": team.children.filter(to_at__isnull=True).count(), "lacks": "、".join(found.lacks),
    }


def _team(request: Request, team_id: UUID) -> Team:
    try:
        return teams.team_for(team_id=team_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


@door("office.keep_teams")
def team_page(request: Request, team_id: UUID) -> HttpResponse:
    """One team: who is in it and may be with children, and whom it serves."""
    return _page(request, _team(request, team_id))


def _page(request: Request, team: Team, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    found = teams.standing(team, at=request.at)
    live = list(team.members.filter(to_at__isnull=True).select_related("post__organisation").order_by("id"))
    holders = _holders(found.posts, request)
    children = list(teams.children_of(team, viewer=request.viewer, at=request.at)[:SHOWN])
    outside = list(Companion.objects.filter(county_id=team.county_id, ended_at__isnull=True).order_by("number"))
    sealed = {each.id: each.words for each in (*found.companions, *outside)}
    names = open_names(
        request, listed=children, people=[each for some in holders.values() for each in some],
        more=list(sealed.values()), purpose=PURPOSE, route="workforce.teams", part="companions",
    )
    said = {key: words_in(words).get("name", "") for key, words in zip(sealed, names.more, strict=True)}
    today, kinds = clearances.today_of(request.at), pairing_rules(team.county_id, at=request.at).kinds
    barred = gates.barred_posts(found.posts, at=request.at)
    unchecked = {each.id for each in found.companions if not is_checked(each, on=today)}
    town = Division.objects.filter(id=team.town_id or 0).values_list("id", "name")
    return show(request, "workforce/team.html", {
        "line": _line(found, dict(town)), "team": team, "lacks": found.lacks, "problems": told_problems(problems),
        "means": found.kind.means if found.kind else "", "members": [
            {"id": each.id, "zh": each.post.title if each.post else said.get(each.companion_id or each.team_id, ""),
             "who": "、".join(names.person(person) for person in holders.get(each.post_id or each.team_id, ())) or (
                 "" if each.post_id else _("志愿者")
             ),
             "is_barred": each.post_id in barred or each.companion_id in unchecked, "from_at": each.from_at}
            for each in live
        ],
        "children": [{"url": f"/children/{each.id}/", "name": names.children[each.id]} for each in children],
        "unseen": team.children.filter(to_at__isnull=True).count() - len(children), "posts": _offered(found, team),
        "companions": [
            {"id": each.id, "zh": f"{kinds[each.kind].zh if each.kind in kinds else ''} {said[each.id]}"}
            for each in outside if is_checked(each, on=today)
        ],
    }, status=status)


def _holders(posts: Iterable[Post], request: Request) -> dict[UUID, list[UUID]]:
    rows = Holding.objects.filter(held(request.at), post__in=list(posts), person__is_active=True)
    found: dict[UUID, list[UUID]] = {}
    for post_id, person_id in rows.values_list("post_id", "person_id"):
        found.setdefault(post_id, []).append(person_id)
    return found


def _offered(found: Standing, team: Team) -> list[Post]:
    """The posts of the county that a team of this kind needs, its own town's first."""
    roles = {role for need in (found.kind.needs if found.kind else ()) for role in need.roles}
    rows = Post.objects.filter(division__county_id=team.county_id, role__in=roles).select_related("division")
    mine = {each.id for each in found.posts}
    offered = [each for each in rows.order_by("role", "title") if each.id not in mine]
    return sorted(offered, key=lambda post: post.division.town_id not in {None, team.town_id})


def _acted(request: Request, team: Team, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, team, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"{HOME}{team.id}/")


@door("office.keep_teams", methods=("POST",))
def add(request: Request, team_id: UUID) -> HttpResponse:
    """A post or a companion comes into the team."""
    chosen = request.POST.get("member", "")
    named, is_companion = id_in(chosen.removeprefix("companion:")), chosen.startswith("companion:")
    return _acted(request, _team(request, team_id), lambda: teams.add(
        team_id=team_id, post_id=None if is_companion else named, companion_id=named if is_companion else None,
        actor=request.viewer, at=request.at,
    ), _("已加入。"))


@door("office.keep_teams", methods=("POST",))
def remove(request: Request, team_id: UUID) -> HttpResponse:
    """Somebody is not in the team any more."""
    return _acted(request, _team(request, team_id), lambda: teams.remove(
        team_id=team_id, member_id=number_in(request.POST.get("member", "")), actor=request.viewer, at=request.at
    ), _("已移出。"))


@door("office.keep_teams", methods=("POST",))
def end(request: Request, team_id: UUID) -> HttpResponse:
    """The team is no more."""
    return _acted(request, _team(request, team_id), lambda: teams.end(
        team_id=team_id, actor=request.viewer, at=request.at
    ), _("已解散。"))


@door("office.keep_teams")
def child_teams(request: Request, child_id: UUID) -> HttpResponse:
    """The teams of one child, and those that could serve it."""
    return _child_page(request, child_for(request, child_id, part=teams.PART))


def _child_page(request: Request, child: Child, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    try:
        found = teams.teams_for(request.viewer, at=request.at).filter(
            ended_at__isnull=True, county_id=child.county_id or 0
        )
    except NotAllowed:
        raise Http404 from None
    serving = [each.team for each in teams.serving(child)]
    free = [each for each in found if each.id not in {team.id for team in serving}]
    names = open_names(request, children=[child], purpose=PURPOSE, route="workforce.child", part=teams.PART)
    towns = dict(Division.objects.filter(level="town", county_id=child.county_id or 0).values_list("id", "name"))
    return show(request, "workforce/child.html", {
        "child": child, "name": names.children[child.id], "problems": told_problems(problems),
        "serving": [_line(teams.standing(each, at=request.at), towns) for each in serving],
        "free": sorted(
            (_line(teams.standing(each, at=request.at), towns) | {"is_near": each.town_id == child.town_id}
             for each in free), key=lambda each: (not each["is_near"], each["team"].number),
        ),
    }, status=status)


@door("office.keep_teams", methods=("POST",))
def give(request: Request, child_id: UUID) -> HttpResponse:
    """A team serves the child from now on."""
    return _child_acted(request, child_id, lambda: teams.give(
        team_id=id_in(request.POST.get("team", "")), child_id=child_id, actor=request.viewer, at=request.at
    ), _("已交给团队。"))


@door("office.keep_teams", methods=("POST",))
def take(request: Request, child_id: UUID) -> HttpResponse:
    """A team serves the child no more."""
    return _child_acted(request, child_id, lambda: teams.take(
        team_id=id_in(request.POST.get("team", "")), child_id=child_id, actor=request.viewer, at=request.at
    ), _("已记下，不再由这个团队服务。"))


def _child_acted(request: Request, child_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    child = child_for(request, child_id, part=teams.PART)
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _child_page(request, child, refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"/children/{child_id}/teams/")


def may_see(request: Request, child: Child) -> bool:
    """Whether the child's page leads here."""
    return child.county_id == reach.county_or_none(request.viewer) and may_do_any(request, reach.TEAMS)
