"""Filling in a form about a child (spine C7)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.assessments.forms import Asked, age_on
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.flows import course_reading, links, lists, mediating, prefill
from tongxin.flows.prefill import Known
from tongxin.flows.record import Sheet, offered_to, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.referrals import selectors as referrals
from tongxin.rulebook import rules
from tongxin.web.console.ages import age_notice, form_for_age
from tongxin.web.console.basis import DECIDES, deciders, read_first
from tongxin.web.console.course_methods import methods_shown
from tongxin.web.console.courses import next_session
from tongxin.web.console.decision_shown import decision_shown
from tongxin.web.console.drafts import continued, draft_answers, happened_at, on_page
from tongxin.web.console.file import read_file
from tongxin.web.console.form_page import (
    RENEWED,
    UNREADABLE,
    Sent,
    asked_about,
    definition_for,
    from_address,
    next_page,
    read_sent,
    refused,
    said,
    signed,
)
from tongxin.web.console.gates import gate_shown
from tongxin.web.console.handed_over import open_items
from tongxin.web.console.known import tell_known
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.next_asked import next_asked
from tongxin.web.console.opened import Opened, act_from_opened, opened_by, opened_token, refuse_others
from tongxin.web.console.plans import brought_into, ladder
from tongxin.web.console.services import suggestions
from tongxin.web.console.why import why_graded
from tongxin.web.doors import Request, child_for, door, id_for
from tongxin.web.pages import show

HEARD = "记录里有些话可能说到危险，已请督导员看一看。孩子现在有危险、或者您说不准的，请马上填危机报告。"
# What the page of a form decides that wants an impact assessment first.
GATES = {"referral": "referral", DECIDES: "grading"}
KEY = re.compile(r"[A-Za-z0-9_.:-]{1,120}")


@door("child.record", methods=("GET", "POST"))
def form(request: Request, child_id: UUID, form_id: str) -> HttpResponseBase:
    """The page of a form, and the door for a filled one."""
    if request.method == "POST" and (no := refuse_others(request)):
        return no
    child = child_for(request, child_id)
    asked = asked_about(request, child, form_id)
    corrected = _corrected(request, child, form_id)
    if request.method == "POST":
        opened = opened_by(request)
        return act_from_opened(request, opened) or _take(request, child, asked, corrected, opened)
    if corrected is None and (fitting := form_for_age(request, child, asked)):
        return HttpResponseRedirect(fitting)
    return _ask(request, child, asked, corrected)


def _corrected(request: Request, child: Child, form_id: str) -> Entry | None:
    """The entry that this form corrects, if the address names one that the viewer may read."""
    named = request.GET.get("corrects", "")
    if not named:
        return None
    entry = entry_for(request, child, named)
    if entry.form_id != form_id or entry.correction_kind in WITHDRAWN:
        raise Http404
    return entry


def entry_for(request: Request, child: Child, named: str) -> Entry:
    """An entry about the child in a part that the viewer may read; else there is no such page."""
    entry = Entry.objects.filter(id=id_for(named), subject_id=child.id).select_related("subject").first()
    if entry is None:
        raise Http404
    part = rules.access_rules(at=request.at).part_of(entry.form_id)
    if not access.may(viewer=request.viewer, child_id=child.id, part=part, at=request.at):
        raise Http404
    others = referrals.of_others(child_id=child.id, viewer=request.viewer, at=request.at)
    if others and entry not in referrals.without(ledger.facts(child.key_owner), others):
        raise Http404
    if course_reading.is_closed(entry, child=child, viewer=request.viewer, at=request.at) or mediating.closed(
        [entry], viewer=request.viewer, child_id=child.id, at=request.at
    ):
        raise Http404
    return entry


def _ask(request: Request, child: Child, asked: Asked, corrected: Entry | None) -> HttpResponse:
    if corrected is None:
        asked = offered_to(asked, child, actor=request.viewer, on=request.at.astimezone(CHINA).date())
    draft = continued(request, child=child, form_id=asked.form.id)
    before = {} if corrected else prefill.known_for(child=child, asked=asked, viewer=request.viewer, at=request.at)
    known = draft_answers(request, draft) if draft else _known(request, child, asked, corrected, before)
    viewer = request.viewer.person_id
    file = read_file(request, child.id, is_at_work=True) if asked.form.id == DECIDES else None
    people, posts = deciders(file) if file else ([], [])
    names = open_names(request, children=[child], people=[viewer, *people], purpose="form", route="form")
    known = signed(asked.form, names.person(viewer)) | known
    age = age_on(child.birth_month, request.at.astimezone(CHINA).date())
    query = {"shown": opened_token(request)}
    query |= {name: value for name in ("about", "corrects") if (value := _key(request, name))}
    household = _household(request, child)
    query |= {"household": household} if household else {}
    content = rules.content_of(asked.form_hash)
    definition = definition_for(request, asked, age=age, values=known, places=lists.places_in(child.county_id))
    return show(request, "console/form.html", {
        **on_page(request, child=child, asked=asked, query=query, draft=draft), "child": child,
        "name": names.children[child.id], "form": asked.form, "filled_by": content.get("filled_by", ""),
        "definition": tell_known(definition, before),
        "action": f"{request.path}?{urlencode(query)}", "is_correction": corrected is not None,
        "back_url": _back(child, household), "read_first": read_first(request, child, asked.form.id),
        "gate": gate_shown(request, GATES.get(asked.form.id, ""), county_id=child.county_id),
        "open_items": open_items(request, child, asked.form.id),
        "age_notice": age_notice(request, child, asked) if corrected is None else None,
        "ladder": ladder(request, child, asked) if corrected is None else [],
        "services": suggestions(request, child, asked) if corrected is None else [],
        "why": why_graded(file, names, post_titles(posts)) if file else None,
        "methods": methods_shown(request, child, asked, definition) if corrected is None else None,
        "decision": decision_shown(request, child, asked, about=_about(request, corrected)),
    })


def _key(request: Request, name: str) -> str:
    """The key of a task, an alarm or an entry that the address names."""
    value = request.GET.get(name, "")
    return value if KEY.fullmatch(value) else ""


def _household(request: Request, child: Child) -> str:
    """The household from whose page the form was opened."""
    named = request.GET.get("household", "")
    return named if named and named == str(child.household_id) else ""


def _back(child: Child, household: str) -> str:
    return f"/households/{household}/" if household else f"/children/{child.id}/"


def _known(
    request: Request, child: Child, asked: Asked, corrected: Entry | None, before: Mapping[str, Known]
) -> dict[str, Any]:
    if corrected is not None:
        part = rules.access_rules(at=request.at).part_of(corrected.form_id)
        opened = ledger.open_entries(
            [corrected], viewer=request.viewer, purpose="correct", at=request.at, part=part, route="form"
        )
        return links.veiled(opened[0] or {}, entry=corrected, viewer=request.viewer, at=request.at)
    known = {field_id: each.value for field_id, each in before.items()}
    days = prefill.days_for(asked=asked, at=request.at)
    said_before = (
        prefill.visit_of_household(child=child, asked=asked, viewer=request.viewer, at=request.at)
        if _household(request, child) else {}
    )
    chosen = prefill.chosen_for(child=child, asked=asked)
    brought = brought_into(request, child, asked) | next_session(request, child, asked.form.id)
    return chosen | days | known | brought | from_address(request, asked.form) | said_before


def _take(
    request: Request, child: Child, asked: Asked, corrected: Entry | None, opened: Opened | None
) -> HttpResponseBase:
    sent = read_sent(request)
    if sent is None:
        return said(UNREADABLE, status=400)
    if sent.form_hash != asked.form_hash and not Entry.objects.filter(id=sent.entry_id).exists():
        return said(RENEWED, status=409)
    try:
        sheet = _sheet(request, asked, sent, corrected, happened_at(sent.entry_id, opened.at if opened else request.at))
        kept = record(child_id=child.id, sheet=sheet, actor=request.viewer, at=request.at)
    except Refused as refusal:
        return refused(refusal.problems)
    except Held as held:
        return said(held.zh, status=409)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已保存：%(form)s。") % {"form": asked.form.zh})
    if next_zh := next_asked(request, child, kept.entry):
        messages.info(request, next_zh)
    if kept.derived is not None and str(kept.entry.id) in kept.derived.state.heard:
        messages.warning(request, HEARD)
    return next_page(_back(child, _household(request, child)))


def _sheet(request: Request, asked: Asked, sent: Sent, corrected: Entry | None, at: datetime) -> Sheet:
    about = _about(request, corrected)
    return Sheet(
        entry_id=sent.entry_id, form_id=asked.form.id, answers=sent.answers, occurred_at=at,
        supersedes=corrected.id if corrected else None, correction_kind="correct" if corrected else "", about=about,
    )


def _about(request: Request, corrected: Entry | None) -> str:
    """What the form answers: as the address names it, or as the corrected entry did."""
    return _key(request, "about") if corrected is None else str(corrected.clear.get("about", ""))
