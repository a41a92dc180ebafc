"""The registers' overview, each register's list, and the forms by which a line is opened, revised or reported."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, F, When
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.core.forms import Problem
from tongxin.flows import incidents, register_known, registers
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.registers import KEEP, Opened
from tongxin.lib.numbers import number_in
from tongxin.registers import impact
from tongxin.registers.models import INCIDENT, PROCESSING, REGISTERS, Line
from tongxin.registers.rules import Register, register_at
from tongxin.rulebook import rules
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, given_of, now_local, told_problems, words_in
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import due_zh, late_zh

HOME, ROUTE = "/registers/", "registers"
SOON, LISTED = 12, 200
# Lines that nobody has anything to do about any more come last.
DONE = (Line.ENDED, Line.CLOSED)


def county_for(request: Request) -> int:
    """The county whose registers somebody keeps; else there is no such page."""
    try:
        return registers.county_of(request.viewer)
    except NotAllowed:
        raise Http404 from None


def may_keep(request: Request) -> bool:
    return access.may_do(viewer=request.viewer, action=KEEP, at=request.at)


def rules_for(request: Request, name: str) -> Register:
    """A register as the viewer's county keeps it."""
    if name not in REGISTERS:
        raise Http404
    return register_at(name, region=rules.region_of(county_for(request)), at=request.at)


def number_zh(line: Line, found: Register) -> str:
    """活动 2025-3."""
    return f"{found.code} {line.year}-{line.number}"


def row_of(request: Request, line: Line, found: Register) -> dict[str, Any]:
    """One line of a list: no word that is sealed."""
    topic = found.topics.get(line.topic)
    is_open = line.due_at is not None and line.state not in DONE
    late = late_zh(line.due_at, at=request.at) if is_open and line.due_at else ""
    return {
        "url": f"/registers/lines/{line.id}/", "number": number_zh(line, found), "topic": topic.zh if topic else "",
        "register": found.zh, "state": dict(Line.STATES)[line.state], "late": late,
        "due": due_zh(line.due_at, at=request.at) if is_open and line.due_at and not late else "",
    }


@door("office.keep_registers|check_registers")
def overview(request: Request) -> HttpResponse:
    """What is due, the four registers, what still lacks an assessment, incidents that nobody registered yet."""
    county = county_for(request)
    found = {name: rules_for(request, name) for name in REGISTERS}
    mine = registers.reach(viewer=request.viewer, at=request.at)
    waiting = mine.filter(due_at__isnull=False).exclude(state__in=DONE).order_by("due_at")[:SOON]
    activities = found[PROCESSING].topics
    lacking = impact.lacking(county_id=county, at=request.at)
    written = set(mine.filter(register=PROCESSING).exclude(state=Line.ENDED).values_list("topic", flat=True))
    return show(request, "console/registers/overview.html", {
        "waiting": [row_of(request, line, found[line.register]) for line in waiting], "may_keep": may_keep(request),
        "registers": [
            {"rules": each, "open": mine.filter(register=name).exclude(state__in=DONE).count(),
             "late": mine.filter(register=name, due_at__lt=request.at).count()} for name, each in found.items()
        ],
        "undone": [
            {"topic": each, "is_unwritten": each.id not in written, "lacks": each.id in lacking}
            for each in activities.values() if each.id not in written or each.id in lacking
        ],
        "unregistered": list(incidents.unregistered(county_id=county, at=request.at).items()),
        "year": request.at.year,
    })


@door("office.keep_registers|check_registers")
def register_list(request: Request, register: str) -> HttpResponse:
    """All lines of one register, what is open first, the first due on top."""
    found = rules_for(request, register)
    reached = registers.reach(viewer=request.viewer, at=request.at).filter(register=register)
    is_done = Case(When(state__in=DONE, then=1), default=0)
    lines = list(reached.order_by(is_done, F("due_at").asc(nulls_last=True), "-year", "-number")[:LISTED])
    far = max((line.due_at for line in lines if line.due_at), default=request.at)
    lines.sort(key=lambda line: (line.state in DONE, line.due_at or far, -line.year, -line.number))
    return show(request, "console/registers/list.html", {
        "rules": found, "rows": [row_of(request, line, found) for line in lines], "may_keep": may_keep(request),
    })


@door("office.keep_registers", methods=("GET", "POST"))
def new_line(request: Request, register: str) -> HttpResponse:
    """A new line; a processing activity comes filled in with what the system knows."""
    found = rules_for(request, register)
    topic = (request.POST or request.GET).get("topic", "")
    link = (request.POST or request.GET).get("link", "")[:60]
    if request.method == "GET":
        topic = topic or incidents.TOPIC_OF.get(link.partition(".")[0], "")
        return _form_page(request, found, topic=topic, given=_known(request, found, topic), link=link)
    given = given_in(request)
    try:
        if register == INCIDENT:
            line = incidents.register(topic=topic, given=given, link=link, actor=request.viewer, at=request.at)
        else:
            line = registers.keep(register=register, topic=topic, given=given, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form_page(request, found, topic=topic, given=given, link=link, problems=refused.problems, status=422)
    messages.success(request, _("已登记。") if register == INCIDENT else _("已登记，请另一位同事核对。"))
    return HttpResponseRedirect(f"/registers/lines/{line.id}/")


def _known(request: Request, found: Register, topic: str) -> dict[str, list[str]]:
    if found.id == INCIDENT:
        return {"found_at": [now_local(request.at)]}
    if found.id != PROCESSING or topic not in found.topics:
        return {}
    known = register_known.known_of(topic, county_id=county_for(request), at=request.at)
    return {field.id: sorted(known.get(field.known, ())) for field in found.fields if field.known}


@door("office.keep_registers", methods=("GET", "POST"))
def revise(request: Request, line_id: UUID) -> HttpResponse:
    """A new version of a line; the former stays."""
    now = line_of(request, line_id, actions=(KEEP,))
    newest = now.standing.newest
    if request.method == "GET":
        opened = open_names(request, purpose=ROUTE, route="registers.revise", part="registers", more=[newest.words])
        given = given_of(now.rules.fields, newest.clear, words_in(opened.more[0]))
        return _form_page(request, now.rules, topic=now.line.topic, given=given, line=now.line, after=newest.number)
    after = request.POST.get("after", "")
    given = given_in(request)
    try:
        registers.keep(
            register=now.line.register, topic=now.line.topic, given=given, actor=request.viewer, at=request.at,
            line_id=line_id, after=number_in(after) or 0,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _form_page(request, now.rules, topic=now.line.topic, given=given, line=now.line, after=newest.number,
                          problems=refused.problems, status=422)
    messages.success(request, _("新的一版已保存，原来的还在。"))
    return HttpResponseRedirect(f"/registers/lines/{line_id}/")


def line_of(request: Request, line_id: UUID, *, actions: tuple[str, ...] = registers.EITHER) -> Opened:
    """The line as it stands, for somebody who has to do with it; else there is no such page."""
    try:
        line = registers.line_for(line_id=line_id, viewer=request.viewer, at=request.at, actions=actions)
    except NotAllowed:
        raise Http404 from None
    return registers.opened(line, at=request.at)


def _form_page(
    request: Request, found: Register, *, topic: str, given: dict[str, list[str]], line: Line | None = None,
    after: int = 0, link: str = "", problems: list[Problem] | None = None, status: int = 200,
) -> HttpResponse:
    wrong = problems or []
    return show(request, "console/registers/form.html", {
        "rules": found, "topic": topic, "line": line, "number": number_zh(line, found) if line else "", "after": after,
        "link": link, "rows": drawn(found.fields, given, wrong), "problems": told_problems(wrong),
        "action": f"/registers/lines/{line.id}/revise/" if line else f"/registers/{found.id}/new/",
    }, status=status)


@door("work", methods=("GET", "POST"))
def report_incident(request: Request) -> HttpResponse:
    """Anybody who works here says what happened, in a minute; the clock begins."""
    try:
        found = register_at(INCIDENT, region=rules.region_of(registers.county_of(request.viewer)), at=request.at)
    except NotAllowed:
        return show(request, "console/registers/report_incident.html", {"has_no_county": True})
    given, problems, status = _known(request, found, ""), list[Problem](), 200
    if request.method == "POST":
        given = given_in(request)
        try:
            line = incidents.report(
                topic=request.POST.get("topic", ""), given=given, actor=request.viewer, at=request.at
            )
            return show(request, "console/registers/reported.html", {"number": number_zh(line, found)})
        except Refused as refused:
            problems, status = refused.problems, 422
    asked = [each for each in found.fields if each.id in found.asked_first]
    return show(request, "console/registers/report_incident.html", {
        "rules": found, "topic": given.get("topic", [""])[0], "rows": drawn(asked, given, problems),
        "problems": told_problems(problems),
    }, status=status)
