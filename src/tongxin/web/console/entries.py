"""One entry, read-only; correcting it, taking it back, moving it to the right child (spine A8)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.assessments.forms import form_in
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows import admission, hearing, links, lists, looking, moving, reporters
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.people import search
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.entry_text import loose, sections_of
from tongxin.web.console.file import entry_zh
from tongxin.web.console.foreign import offices_of
from tongxin.web.console.forms import entry_for
from tongxin.web.console.looking import say_first
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.papers import on_paper
from tongxin.web.console.timeline import CORRECTIONS
from tongxin.web.doors import Request, child_for, door, id_for
from tongxin.web.pages import show

LONGEST_SEARCH = 60


@door("child.read")
def entry_page(request: Request, child_id: UUID, entry_id: UUID) -> HttpResponse:
    """The entry in its form's wording, with what corrected it and what it corrects."""
    child = child_for(request, child_id)
    entry = entry_for(request, child, str(entry_id))
    if first := say_first(request, child, part_of(request, entry), back=f"entries/{entry.id}/"):
        return first
    chain = _chain(entry)
    names = open_names(
        request, children=[child], people=[each.person_id for each in chain], purpose="entry", route="entry"
    )
    titles = post_titles(each.post_id for each in chain)
    gone = next((each for each in chain if each.supersedes_id == entry.id), None)
    may_change = _may_change(request, child, entry) and gone is None
    return show(request, "console/entry.html", {
        "child": child, "name": names.children[child.id], "entry": entry, "zh": entry_zh(entry),
        "who_zh": _who(request, entry, names, titles), **_written(request, child, entry),
        "chain": [_step(request, child, each, entry, names, titles) for each in chain] if len(chain) > 1 else [],
        "gone_zh": CORRECTIONS.get(gone.correction_kind, "更正") if gone else "",
        "kind_zh": CORRECTIONS.get(entry.correction_kind, ""), "may_change": may_change,
        "may_withdraw": may_change and _may_withdraw(request, child, entry),
        "reason_zh": moving.REASONS.get(str(entry.clear.get("about", "")), ""), "reasons": moving.REASONS,
        "correct_url": f"/children/{child.id}/forms/{entry.form_id}/?corrects={entry.id}", **on_paper(request, entry),
    })


def _chain(entry: Entry) -> list[Entry]:
    """The entry with all that it corrects and all that corrects it, oldest first."""
    rows = {each.id: each for each in ledger.facts(entry.key_owner)}
    chain, current = {entry.id}, rows.get(entry.id)
    while current and current.supersedes_id in rows and current.supersedes_id not in chain:
        current = rows[current.supersedes_id]
        chain.add(current.id)
    for each in sorted(rows.values(), key=lambda row: row.subject_seq):
        if each.supersedes_id in chain:
            chain.add(each.id)
    return sorted((rows[key] for key in chain), key=lambda row: row.subject_seq)


def _may_change(request: Request, child: Child, entry: Entry) -> bool:
    if entry.correction_kind in WITHDRAWN or not entry.form_hash or not entry.clear.get("form"):
        return False
    action = f"record.{entry.form_id}"
    return access.may(viewer=request.viewer, child_id=child.id, part="", action=action, at=request.at)


def _may_withdraw(request: Request, child: Child, entry: Entry) -> bool:
    """Whether taking it back is this viewer's to do: what others wrote is theirs or an overseer's."""
    pathway = rules.pathway_in(region=rules.region_of(child.county_id), at=request.at)[1]
    return admission.may_take_back(entry, pathway=pathway, actor=request.viewer)


def _who(request: Request, entry: Entry, names: Names, titles: Mapping[UUID, str]) -> str:
    if reporters.is_hidden(entry, viewer=request.viewer, at=request.at):
        return reporters.SOMEBODY
    here = f"{titles.get(entry.post_id, '') if entry.post_id else ''}　{names.person(entry.person_id)}".strip()
    return here or offices_of([entry], titles).get(entry.id, "")


def _step(
    request: Request, child: Child, each: Entry, shown: Entry, names: Names, titles: Mapping[UUID, str]
) -> dict[str, Any]:
    kind = CORRECTIONS.get(each.correction_kind, "原记录")
    url = "" if each.id == shown.id else f"/children/{child.id}/entries/{each.id}/"
    return {"at": each.recorded_at, "zh": kind, "who_zh": _who(request, each, names, titles), "url": url}


def _written(request: Request, child: Child, entry: Entry) -> dict[str, Any]:
    """What was written, and which of its words ask whether the child is in danger."""
    answers = open_answers(request, entry, purpose="entry")
    if not answers:
        return {"sections": []}
    region, choices = lists.choices_for(child)
    form_id = str(entry.clear.get("form") or "")
    try:
        asked = form_in(form_id=form_id, region=region, at=entry.recorded_at, lists=choices)
    except rules.NotAdopted:
        return {"sections": loose(answers, _labels(request))}
    heard = hearing.passages(asked, answers, region=region, at=entry.recorded_at)
    return {"sections": sections_of(asked.form, answers), "heard": heard}


def part_of(request: Request, entry: Entry) -> str:
    """The part of a file that an entry belongs to."""
    return rules.access_rules(at=request.at).part_of(entry.form_id)


def open_answers(request: Request, entry: Entry, *, purpose: str) -> dict[str, Any]:
    """The answers of one entry, recorded as a look at its part of the file."""
    part = part_of(request, entry)
    if part == looking.PART:
        child = Child.objects.get(id=entry.subject_id)
        purpose = looking.purpose_of(viewer=request.viewer, child=child, at=request.at) or purpose
    opened = ledger.open_entries(
        [entry], viewer=request.viewer, purpose=purpose, at=request.at, part=part, route="entry"
    )
    return links.veiled(opened[0] or {}, entry=entry, viewer=request.viewer, at=request.at)


def _labels(request: Request) -> dict[str, str]:
    fields = rules.resolve("fields", "fields", at=request.at).content["fields"]
    return {each["id"].removeprefix("child."): each["zh"] for each in fields}


@door("child.record", methods=("POST",))
def retract(request: Request, child_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take an entry back; it stays readable and is marked."""
    child = child_for(request, child_id)
    entry = entry_for(request, child, str(entry_id))
    reason = request.POST.get("reason", "")
    if reason not in moving.REASONS or not _may_change(request, child, entry):
        raise Http404
    try:
        moving.retract(entry=entry, reason=reason, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, _("没有撤回：") + "；".join(problem.zh for problem in refused.problems))
        return HttpResponseRedirect(f"/children/{child.id}/entries/{entry.id}/")
    except Held as held:
        messages.error(request, _("没有撤回：") + held.zh)
        return HttpResponseRedirect(f"/children/{child.id}/entries/{entry.id}/")
    messages.success(request, _("已撤回。原记录保留并注明；它引起的危险信号和等级不会自动解除。"))
    return HttpResponseRedirect(f"/children/{child.id}/")


@door("child.record", methods=("GET", "POST"))
def move(request: Request, child_id: UUID, entry_id: UUID) -> HttpResponse:
    """Find the child that an entry is really about, then move it there."""
    child = child_for(request, child_id)
    entry = entry_for(request, child, str(entry_id))
    if not _may_change(request, child, entry) or not _may_withdraw(request, child, entry):
        raise Http404
    if request.method == "POST" and request.POST.get("to"):
        return _moved(request, child, entry)
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    found = search.find(text, viewer=request.viewer, at=request.at, route="entry.move") if text else []
    return show(request, "console/move.html", {
        "child": child, "entry": entry, "zh": entry_zh(entry), "text": text,
        "found": [each for each in found if each.child_id != child.id],
    })


def _moved(request: Request, child: Child, entry: Entry) -> HttpResponse:
    here = f"/children/{child.id}/entries/{entry.id}/move/"
    to = child_for(request, id_for(request.POST.get("to", "")))
    answers = open_answers(request, entry, purpose="move")
    try:
        moving.move(entry=entry, answers=answers, to_child_id=to.id, actor=request.viewer, at=request.at)
    except Refused as refusal:
        messages.error(request, _("没有移动，两份档案都没有改动：") + "；".join(p.zh for p in refusal.problems))
        return HttpResponseRedirect(here)
    except (Held, NotAllowed):
        messages.error(request, _("没有移动，两份档案都没有改动：记录已有更正，或您不能在那份档案上填这张表。"))
        return HttpResponseRedirect(here)
    messages.success(request, _("已移到这名儿童的档案；原档案上注明已移走，它引起的危险信号仍须由人核实。"))
    return HttpResponseRedirect(f"/children/{to.id}/")
