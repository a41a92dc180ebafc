"""The members of a county: a directory that everybody at work reads, and what is missing in it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.coordination.rules import Department, departments_for
from tongxin.core.forms import Problem
from tongxin.flows import coordinating, coordinating_members
from tongxin.flows.coordinating_members import Line
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.registers.rules import Field
from tongxin.web.console.coordination_blocks import (
    HOME,
    Facts,
    Form,
    Note,
    Page,
    Rows,
    acted,
    back_home,
    bodies_zh,
    choose,
    county,
    draw,
    is_lead,
    to,
)
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.register_forms import drawn, given_in
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh, moment_zh

LIST, ROUTE = f"{HOME}members/", "members"
VACANT = "现在没有人"


@door(f"office.{coordinating.SEE}")
def directory(request: Request) -> HttpResponse:
    """Every department: who is the member, who is reached how, what the law has it do."""
    lines = coordinating_members.directory(county(request), at=request.at)
    held = [line.holders[post.id] for line in lines for post in line.contacts if post.id in line.holders]
    names = open_names(request, people=held, phones=held, purpose="coordination", route=ROUTE, part=coordinating.PART)
    lead = is_lead(request)
    gaps = [line.department.zh for line in lines if line.gap]
    blocks: list[Any] = []
    if gaps:
        said = _("还缺：") + "、".join(gaps) + _("。没有联系岗位的部门收不到通知，也接不到要办的事。")
        blocks.append(Note(said, "warning"))
    blocks.append(Rows("", [_row(line, names, lead) for line in lines]))
    return draw(request, Page(
        _("成员单位"), blocks, actions=[back_home()],
        lead=_("哪个部门由哪个单位参加、找哪个岗位。换了人，岗位不变，通知自然到新的人。"),
    ))


def _row(line: Line, names: Names, lead: bool) -> dict[str, Any]:
    contacts = []
    for post in line.contacts:
        person = line.holders.get(post.id)
        phone = names.phones.get(person, "") if person else ""
        contacts.append({"zh": f"{post.title}：{names.person(person) if person else VACANT}", "number": phone})
    return {
        "zh": f"{line.department.zh}　{line.member.organisation.name if line.member else ''}".rstrip("　"),
        "url": f"{LIST}{line.department.id}/",
        "meta": [*([_("牵头")] if line.department.leads else []),
                 *([] if line.member or line.gap else [_("还没有登记")])],
        "gap": line.gap, "calls": contacts,
        "act": (_("登记、更换") if lead else _("看职责")),
    }


def _called(contact: Mapping[str, str]) -> str:
    return f"{contact['zh']}　{contact['number']}".rstrip("　")


@door(f"office.{coordinating.SEE}")
def department(request: Request, department: str) -> HttpResponse:
    """One department with its duties; whoever leads sets its member."""
    return _page(request, _found(request, department))


def _found(request: Request, id: str) -> Department:
    found = departments_for(county(request), at=request.at).get(id)
    if found is None:
        raise Http404
    return found


def _page(request: Request, found: Department, problems: list[Problem] | None = None) -> HttpResponse:
    line = next(each for each in coordinating_members.directory(county(request), at=request.at)
                if each.department.id == found.id)
    duties = [{"zh": each.zh, "said": f"{each.source}　{day_zh(each.since)}" + _("起施行")} for each in found.duties]
    blocks: list[Any] = []
    if line.gap:
        blocks.append(Note(f"{found.zh}：{line.gap}。", "warning"))
    if line.member:
        held = [line.holders[post.id] for post in line.contacts if post.id in line.holders]
        names = open_names(
            request, people=held, phones=held, purpose="coordination", route=ROUTE, part=coordinating.PART
        )
        row = _row(line, names, is_lead(request))
        blocks.append(Facts(_("现在的成员"), [
            {"zh": _("单位"), "said": line.member.organisation.name},
            {"zh": _("从什么时候起"), "said": moment_zh(line.member.from_at)},
            {"zh": _("联系岗位"), "said": "\n".join(_called(each) for each in row["calls"]) or _("还没有")},
        ]))
    if is_lead(request):
        blocks.append(_form(request, found, line, problems or []))
    blocks.append(Facts(_("职责和依据"), duties))
    return draw(request, Page(found.zh, blocks, actions=[to(LIST, _("全部成员单位"))]), problems=problems or [])


def _form(request: Request, found: Department, line: Line, problems: list[Problem]) -> Form:
    bodies = coordinating_members.bodies_for(found, county(request))
    posts = {
        str(post.id): f"{body.name}　{post.title}"
        for body in bodies for post in coordinating_members.posts_of(body)
    }
    given = given_in(request) if problems else {
        "organisation": [str(line.member.organisation_id)] if line.member else [],
        "posts": [str(post.id) for post in line.contacts],
    }
    fields = [
        choose("organisation", _("由哪个单位参加"), bodies_zh(bodies), needed=False),
        choose("posts", _("联系岗位"), posts, many=True, needed=False),
        Field(id="new_name", zh=_("系统里还没有的单位，写它的名称"), type="text", options={}, is_required=False,
              required_if={}, hint=_("保存后会开一个部门联络员岗位，请在“人员”里安排人坐这个岗位。")),
    ]
    return Form(
        _("登记、更换成员单位"), f"{LIST}{found.id}/set/", drawn(fields, given, problems), _("保存"),
        is_closed=bool(line.member and not line.gap and not problems),
    )


@door(f"office.{coordinating.LEAD}", methods=("POST",))
def appoint(request: Request, department: str) -> HttpResponse:
    """The member and its contacts from now on."""
    found = _found(request, department)
    posts: list[UUID] = [each for text in request.POST.getlist("posts") if (each := id_in(str(text)))]
    return acted(
        request, lambda: coordinating_members.appoint(
            department_id=found.id, organisation_id=number_in(request.POST.get("organisation", "")),
            new_name=request.POST.get("new_name", ""), posts=posts, actor=request.viewer, at=request.at,
        ), done=_("已保存，联系岗位收到了消息。"), to=f"{LIST}{found.id}/",
        page=lambda problems: _page(request, found, problems),
    )


urlpatterns: list[URLPattern] = [
    path("coordination/members/", directory),
    path("coordination/members/<slug:department>/", department),
    path("coordination/members/<slug:department>/set/", appoint),
]
