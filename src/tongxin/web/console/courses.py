"""A child's courses of counselling: what is next and what was kept for all; content and measures by right only."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import path

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.core.pathway.courses import CARER, Course, began, measure_due, responds, think_on
from tongxin.core.pathway.facts import Fact
from tongxin.flows.booking_coming import came_by_booking
from tongxin.flows.counselling import PART, SUPERVISES, course_of, protocol_of, protocols_in
from tongxin.flows.course_reading import readable
from tongxin.flows.derive import state_of
from tongxin.flows.facts import as_facts, results_of
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.file import File, read_file
from tongxin.web.console.measures import trends_among
from tongxin.web.console.names import open_names
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

STARTS, RECORDS, REVIEWS, ENDS = "course_start", "session_record", "course_review", "course_end"
ASKS = "course_ask"
STEPS = "course_"
# What no course of a name is called by, for whoever doesn't read what it is about.
UNNAMED = "辅导"
RESPONDS = {
    True: "好转达到了要求。", False: "没有达到要求的好转：请人决定继续、换做法，还是上一级。",
    None: "现在还看不出好转多少（量表不够两次，或开始时就不高）。",
}


def course_part(file: File) -> dict[str, Any] | None:
    """What the file page says of counselling: the next step of each course, or where one begins; else nothing."""
    if not {"care", PART} & file.parts:
        return None
    courses = file.state.courses.all()
    begin_url = _begin_url(file)
    if not courses and not begin_url:
        return None
    rows = [_told(file, course) for course in courses]
    running = [each for each in rows if each["is_open"]]
    return {
        "rows": running or rows[-1:], "url": f"/children/{file.child.id}/courses/",
        "begin_url": "" if running else begin_url, "in_crisis": file.state.in_crisis,
    }


def _begin_url(file: File) -> str:
    may_begin = STARTS in file.may_record and file.state.is_open
    return f"/children/{file.child.id}/forms/{STARTS}/" if may_begin else ""


def _told(file: File, course: Course) -> dict[str, Any]:
    """What everybody who reads of care may know: that it goes on, how often, and when again."""
    held, last = course.held, course.sessions[-1] if course.sessions else None
    ends = words_of(file.request, "course_outcome", region=file.region)
    state_zh = ends.get(str(course.end.data.get("outcome")), "已结束") if course.end else (
        "暂停" if course.is_paused else "进行中"
    )
    return {
        "id": course.id, "zh": _name(file, course), "is_open": course.end is None, "state_zh": state_zh,
        "began_on": began(course), "held": len(held), "planned": course.start.data.get("planned"),
        "last_on": _day(last, "held_on") if last else None,
        "next_on": None if course.end or course.is_paused else _day(course.last, "next_on"),
        "provider_zh": words_of(file.request, "course_provider", region=file.region).get(course.role, ""),
    }


def _name(file: File, course: Course) -> str:
    """By which protocol; for whoever may read what it is about."""
    if course.id not in _reads(file):
        return UNNAMED
    content = protocols_in(region=file.region, at=file.request.at)
    found = protocol_of(str(course.start.data.get("protocol", "")), content)
    return str(found["zh"]) if found else UNNAMED


def _reads(file: File) -> frozenset[str]:
    """The courses whose content this one reads."""
    if PART not in file.parts:
        return frozenset()
    return readable(file.state, viewer=file.request.viewer, child_id=file.child.id, at=file.request.at)


@door("child.read")
def course_page(request: Request, child_id: UUID) -> HttpResponse:
    """Every course, the running ones first, with its sessions; what was measured for whoever reads the content."""
    file = read_file(request, child_id)
    if not {"care", PART} & file.parts:
        raise Http404
    courses = sorted(file.state.courses.all(), key=lambda each: (each.end is not None, -each.start.seq))
    names = open_names(request, children=[file.child], purpose=file.purpose or "file", route="courses")
    return show(request, "console/courses.html", {
        "child": file.child, "name": names.children[file.child.id], "reads": bool(_reads(file)),
        "courses": [_whole(file, each) for each in courses],
        "begin_url": _begin_url(file),
    })


def _whole(file: File, course: Course) -> dict[str, Any]:
    reads, base = course.id in _reads(file), f"/children/{file.child.id}"
    forms = [(RECORDS, "记这一次"), (REVIEWS, "检查"), (ENDS, "结束")]
    return {
        **_told(file, course),
        "steps": [
            {"zh": task.zh, "due_zh": words.due_zh(task.due_at, at=file.request.at),
             "late_zh": words.late_zh(task.due_at, at=file.request.at)}
            for task in file.tasks if task.step.startswith(STEPS) and task.key.split(":")[1] == course.id
        ] if reads else [],
        "urls": [
            {"zh": zh, "url": f"{base}/forms/{form}/?{urlencode({'about': course.id})}"}
            for form, zh in forms if course.end is None and form in file.may_record
        ],
        "sessions": [_session(file, each, reads=reads) for each in reversed(course.sessions)],
        "start_url": f"{base}/entries/{course.id}/" if reads else "", "reads": reads,
        "ask": None if reads else _ask(file, course), "answer_url": _answer_url(file, course),
        "measured": _measured(file, course) if reads else None,
    }


def _ask(file: File, course: Course) -> dict[str, Any] | None:
    """Where to ask to read an earlier course, or that one has asked; nothing for whoever couldn't read it anyway."""
    if ASKS not in file.may_record or not file.state.is_open:
        return None
    posts = {str(post) for post in file.request.viewer.post_ids}
    answered = course.shares[-1] if course.shares else None
    asked = next((each for each in reversed(course.asks) if each.post in posts), None)
    waits = asked is not None and (answered is None or asked.seq > answered.seq)
    return {
        "asked_on": _day(asked, "asked_on") if asked else None, "waits": waits,
        "url": "" if waits else f"/children/{file.child.id}/forms/{ASKS}/?{urlencode({'about': course.id})}",
    }


def _answer_url(file: File, course: Course) -> str:
    """Where whoever counselled, or supervises, answers an ask that waits."""
    answered = course.shares[-1].seq if course.shares else -1
    waits = any(each.seq > answered for each in course.asks)
    is_theirs = str(course.start.post) in {str(post) for post in file.request.viewer.post_ids}
    supervises = access.may_do(viewer=file.request.viewer, action=SUPERVISES, at=file.request.at)
    if not waits or REVIEWS not in file.may_record or not (is_theirs or supervises):
        return ""
    return f"/children/{file.child.id}/forms/{REVIEWS}/?{urlencode({'about': course.id})}"


def _session(file: File, session: Fact, *, reads: bool) -> dict[str, Any]:
    data = session.data
    ways, came = (words_of(file.request, name, region=file.region) for name in ("session_way", "session_attended"))
    return {
        "no": data.get("session_no"), "on": _day(session, "held_on"), "way_zh": ways.get(str(data.get("way")), ""),
        "came_zh": came.get(str(data.get("attended")), ""), "is_missed": data.get("attended") != "present",
        "next_on": _day(session, "next_on"), "minutes": data.get("minutes"),
        "url": f"/children/{file.child.id}/entries/{session.id}/" if reads else "",
    }


def _measured(file: File, course: Course) -> dict[str, Any]:
    """The trend of each measure with its reliable change, the response the protocol wants, and what is due."""
    zh = words_of(file.request, "course_measure", region=file.region)
    due, day, rule = measure_due(course), think_on(course), course.plan.get("response")
    own = {course.id, *(each.id for each in course.sessions), *([course.end.id] if course.end else [])}
    told = {fact.id for scores in course.measured.values() for fact, _ in scores} & own
    carer = [
        {"on": _day(fact, "held_on", "starts_on", "ended_on"), "total": f"{score:g}"}
        for fact, score in course.measured.get("carer_who_5", ())
    ]
    return {
        "trends": trends_among(file, told) if course.start.data.get("recipient") != CARER else [], "carer": carer,
        "due_zh": zh.get(due[0], "") if due and course.end is None else "", "due_on": due[2] if due else None,
        "think_on": day if course.end is None else None,
        "wanted_zh": _wanted(rule, zh) if isinstance(rule, Mapping) else "",
        "responds_zh": RESPONDS[responds(course)] if isinstance(rule, Mapping) else "",
    }


def _day(fact: Fact, *names: str) -> date | None:
    """The first of some days that a record tells."""
    return next((date.fromisoformat(str(fact.data[name])) for name in names if fact.data.get(name)), None)


def next_session(request: Request, child: Child, form_id: str) -> dict[str, Any]:
    """What the course already knows of the next session: its number, the theme of the protocol, the way it goes."""
    if form_id != RECORDS:
        return {}
    facts = as_facts(ledger.facts(child.key_owner), results_of(child.id))
    state = state_of(child, facts=facts, at=request.at)
    course = course_of(state, {"course": request.GET.get("about", "")})
    if course is None:
        return {}
    number = len(course.held) + 1
    protocol = protocol_of(
        str(course.start.data.get("protocol", "")),
        protocols_in(region=rules.region_of(child.county_id), at=request.at),
    )
    reads = course.id in readable(state, viewer=request.viewer, child_id=child.id, at=request.at)
    themes = [each["theme"] for each in protocol["sessions"]] if protocol and reads else []
    return {
        "session_no": number, "attended": "present", "way": course.start.data.get("form_of"),
        **came_by_booking(child, viewer=request.viewer, at=request.at),
        **({"theme": themes[number - 1]} if number <= len(themes) else {}),
    }


def _wanted(rule: Mapping[str, Any], zh: Mapping[str, str]) -> str:
    """What counts as better, in words."""
    way, by, reach = ("升" if rule["better"] == "higher" else "降"), rule["by"], rule["reach"]
    much = f"比开始时{way} {by['percent']}% 以上" if "percent" in by else f"比开始时{way} {by['points']} 分以上"
    until = f"到 {reach} 分以上" if rule["better"] == "higher" else f"到 {reach} 分以下（含）"
    weeks = rule["after"]["days"] // 7
    return f"{zh.get(rule['measure'], '')}：满 {weeks} 周时，{much}，并{until}，算有好转。"


urlpatterns = [path("children/<uuid:child_id>/courses/", course_page)]
