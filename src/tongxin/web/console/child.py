"""The file page of one child."""

from typing import Any
from uuid import UUID

from django.db.models import UUIDField
from django.http import HttpResponse, HttpResponseRedirect

from tongxin.flows import looking, unusual
from tongxin.flows.conferring import PART as CONFERENCES
from tongxin.flows.rooms import BOOK
from tongxin.flows.workforce import landed, reach
from tongxin.lib.prepared import Prepared
from tongxin.people.models import CategorySpan
from tongxin.web import words
from tongxin.web.console.around_school import around_school
from tongxin.web.console.arranged import arranged_part
from tongxin.web.console.chips import Chips
from tongxin.web.console.consent import consent_rows
from tongxin.web.console.courses import course_part
from tongxin.web.console.crisis_card import crisis_card, duty_rows, on_duty
from tongxin.web.console.drafts import danger_rows, dangers_of
from tongxin.web.console.family import (
    carer_rows,
    carers_of,
    detail_words,
    identity_rows,
    sealed_of,
    siblings_of,
)
from tongxin.web.console.file import File, read_file
from tongxin.web.console.holds import keeping_of
from tongxin.web.console.joined_part import joined_part
from tongxin.web.console.looking import asked_purpose
from tongxin.web.console.looks import Seen, look_groups, looks
from tongxin.web.console.measures import measures
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.needs import need_rows
from tongxin.web.console.options import words_of
from tongxin.web.console.plans import plan_part
from tongxin.web.console.serving import serving_part
from tongxin.web.console.standing import flag_rows, flags_of, link_rows, links_of
from tongxin.web.console.task_rows import CRISIS, OTHERS_DO_IT, task_rows
from tongxin.web.console.timeline import SHOWN, timeline
from tongxin.web.console.why import is_ungraded, why_graded, why_identified
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

IDENTITY_WORDS = 4


@door("child.read")
def child_file(request: Request, child_id: UUID) -> HttpResponse:
    """The file, restricted to the parts that the viewer may read; other parts are absent."""
    file = read_file(request, child_id)
    links = links_of(file)
    joined = joined_part(file, links)
    if joined["goes_on"] is not None and request.GET.get("own") != "1":
        return HttpResponseRedirect(f"/children/{joined['goes_on'].id}/")
    carers, siblings, flags = carers_of(file), siblings_of(file), flags_of(file)
    seen = looks(file.child.id) if "log" in file.parts else Seen()
    duty = on_duty(file) if "identification" in file.parts else []
    shown, unsent = file.readable[-SHOWN:], dangers_of(file)
    names = open_names(
        request, purpose=file.purpose or "file", route="child",
        part=looking.PART if looking.PART in file.parts else "file",
        children=[file.child, *siblings, *(link.child for link in links)],
        people=[
            *(entry.person_id for entry in (*shown, *flags)), *(look.person_id for look in seen.rows),
            *(each.answers.person_id for each in duty), *(task.owner_person_id for task in file.tasks),
            *(each.person_id for each in unsent),
        ],
        phones=[*(each.answers.person_id for each in duty), *(each.person_id for each in unsent)],
        more=[*sealed_of(file, carers), *(entry.sealed for entry in (*flags, *(link.entry for link in links)))],
    )
    unusual.notice_look(viewer=request.viewer, child=file.child, purpose=file.purpose, at=request.at)
    titles = post_titles([
        *(entry.post_id for entry in (*shown, *flags)), *(look.post_id for look in seen.rows),
        *(each.answers.post_id for each in duty), *(each.post_id for each in unsent),
        *(post for task in file.tasks for post in (task.owner_post_id, task.post_id)),
    ])
    known, card = carer_rows(file, carers, names.more[IDENTITY_WORDS:]), crisis_card(file, names, titles, duty)
    noted = names.more[IDENTITY_WORDS + 2 * len(carers):]
    return show(request, "console/child.html", {
        **joined,
        **asked_purpose(file), "flags": flag_rows(file, flags, noted[: len(flags)], names, titles),
        "links": link_rows(file, links, noted[len(flags):], names),
        **_header(file, names), "unsent": danger_rows(unsent, names, titles), "card": card,
        "steps": _next(file, names, titles), "unchecked": _unchecked(file),
        "calls": [*_carers_to_call(known), *([] if card else duty_rows(duty, names, titles))],
        "offered": file.offered(), "why": why_graded(file, names, titles), "is_ungraded": is_ungraded(file),
        "identified": why_identified(file),
        "measures": measures(file), "needs": need_rows(file), "plan": plan_part(file),
        "arranged": arranged_part(file),
        "conferences_url": f"/children/{file.child.id}/conferences/" if CONFERENCES in file.parts else "",
        "courses": course_part(file),
        "identity": identity_rows(file, names.more[:IDENTITY_WORDS]), "details": detail_words(file),
        "carers": known, "sees_family": "family" in file.parts,
        "household_url": f"/households/{file.child.household_id}/" if siblings else "",
        "siblings": [{"url": f"/children/{each.id}/", "name": names.children[each.id]} for each in siblings],
        "entries": timeline(file, names, titles), "consents": consent_rows(file),
        **serving_part(file), "looks": look_groups(seen, names, titles, file), "sees_log": "log" in file.parts,
        **keeping_of(file),
    })

SPANS = Prepared(
    lambda child: CategorySpan.objects.filter(child_id=child, end_on__isnull=True).order_by("id"), child=UUIDField()
)


def _header(file: File, names: Names) -> dict[str, Any]:
    kinds = words_of(file.request, "category", region=file.region)
    spans = SPANS.rows(child=file.child.id)
    return {
        "child": file.child, "name": names.children[file.child.id],
        "age": words.age_zh(file.child.birth_month, on=file.request.at.date()),
        "stage": file.pathway.stages.get(file.case.stage, "") if "identification" in file.parts else "",
        "chips": Chips(file.request, [file.case], shown_as="roster").of(file.case),
        "school": around_school(file.request, file.child, file.parts),
        "may_consult": "psychological" in file.parts and may_do_any(file.request, "write_typical_cases"),
        "sees_bookings": "care" in file.parts, "may_book": may_do_any(file.request, BOOK),
        "may_move": bool(file.state.names()["transfer_open"]) and may_do_any(file.request, "move_files"),
        "is_concern": bool(file.state.names()["is_concern"]) and bool({"family", "crisis"} & file.parts),
        "categories": [
            {"zh": kinds.get(span.category, "其他"), "start_on": span.start_on} for span in spans
        ],
    }


def _unchecked(file: File) -> list[str]:
    """Who of those with a task has no valid clearance, for whoever sees to it that they have."""
    if not may_do_any(file.request, reach.SEE):
        return []
    return landed.told_of(file.tasks, county_id=file.child.county_id, at=file.request.at)


def _carers_to_call(carers: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Those at home who can be rung up; never somebody who may be the danger (A4)."""
    return [
        {"name": each["name"], "title": each["relation"], "number": each["phone"]}
        for each in carers if each["phone"] and not each["is_concern"]
    ]


def _next(file: File, names: Names, titles: dict[UUID, str]) -> list[dict[str, Any]]:
    """What is to be done; whoever reads neither care nor crisis learns only of what is theirs."""
    tasks = [task for task in file.tasks if not task.step.startswith(CRISIS)]
    rows = task_rows(file.request, tasks, names={}, titles=titles, holders=names.people, parts=file.parts)
    if not {"care", "crisis"} & file.parts:
        kept = [at for at, row in enumerate(rows) if row["is_mine"]]
        rows, tasks = [rows[at] for at in kept], [tasks[at] for at in kept]
    waits = {rule.id for rule in file.pathway.steps if rule.may_wait}
    for row, task in zip(rows, tasks, strict=True):
        row["form_url"] = row["url"] if task.form in file.may_record and row["zh"] != OTHERS_DO_IT else ""
        row["owner_zh"] = f"{titles.get(task.owner_post_id, '')}　{names.person(task.owner_person_id)}" if (
            task.owner_post_id
        ) else "没有可以办理的岗位"
        row["may_wait"] = row["is_mine"] and "task_reason" in file.may_record and task.step in waits
    return rows
