"""A county's changes to the words of its forms: begun, read as a difference, proposed, adopted by somebody else."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway import CHINA
from tongxin.flows import amending as flow
from tongxin.flows import trying
from tongxin.flows.amending import ADOPT
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.trial_words import DIRECTIONS
from tongxin.lib.change_checks import Wrong
from tongxin.lib.differences import changes_between, name_of
from tongxin.lib.numbers import MOST, day_in, number_in
from tongxin.rulebook import amending, rules, trials
from tongxin.rulebook.amending import Amendment, Refusal
from tongxin.web import jobs
from tongxin.web.console.definition_words import KINDS
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

LONGEST = 300
RECENT, SHOWN = 20, 200
OVERDRAWN = "现行规则变了，这份修改稿放不上去。请放弃它，重新开始。"


@door("office.write_rules")
def amendment_list(request: Request) -> HttpResponse:
    """The amendment in work, or the way to begin one; below it those settled before."""
    region = flow.region_of(request.viewer)
    running = amending.live(region)
    if running is not None:
        return HttpResponseRedirect(f"/amendments/{running.id}/")
    settled = list(Amendment.objects.filter(region=region).order_by("-settled_at")[:RECENT])
    names = _names(request, [each.settled_by for each in settled])
    return show(request, "console/amendments.html", {
        "can_begin": bool(region),
        "settled": [{"amendment": each, "by": names.get(each.settled_by, "")} for each in settled],
    })


@door("office.write_rules", methods=("POST",))
def begin(request: Request) -> HttpResponse:
    """Begin an amendment, or go on with the one in work; `to` is what is to be changed first."""
    try:
        begun = amending.begin(region=flow.region_of(request.viewer), actor=request.viewer, at=request.at)
    except Refusal as refusal:
        messages.error(request, refusal.zh)
        return HttpResponseRedirect("/amendments/")
    form = request.POST.get("form", "")
    there = f"forms/{form}/" if form in rules.ids("forms") else ""
    return HttpResponseRedirect(f"/amendments/{begun.id}/{there}")


@door("office.write_rules")
def amendment_page(request: Request, amendment_id: UUID) -> HttpResponse:
    """What an amendment changes, what is wrong with it, and what can be done next."""
    found = amendment_in(request, amendment_id)
    may_adopt = access.may_do(viewer=request.viewer, action=ADOPT, at=request.at)
    is_writer = str(request.viewer.person_id) in {*found.writers, str(found.proposed_by)}
    try:
        pairs, wrong = amending.changes(found, at=request.at), amending.check(found, at=request.at)
    except DefinitionError:
        pairs, wrong = [], [Wrong("", "", "", OVERDRAWN)]
    people = [found.settled_by, found.proposed_by, *map(UUID, found.writers)]
    names = _names(request, people)
    return show(request, "console/amendment.html", {
        "amendment": found, "is_live": found.state in Amendment.LIVE, "is_proposed": found.state == Amendment.PROPOSED,
        "may_adopt": may_adopt, "is_writer": is_writer, "today": request.at.astimezone(CHINA).date(),
        "groups": [] if found.state == Amendment.ADOPTED else [_group(found, pair) for pair in pairs],
        "wrong": [_told(found, each, request) for each in wrong] if found.state in Amendment.LIVE else [],
        "writers": "、".join(filter(None, (names.get(UUID(each), "") for each in found.writers))),
        "settled_by": names.get(found.settled_by, ""), "proposed_by": names.get(found.proposed_by, ""),
        "forms": _forms(found, request), "trial": _trial(request, found),
    })


@door("office.write_rules", methods=("POST",))
def settle(request: Request, amendment_id: UUID, deed: str) -> HttpResponse:
    """Propose, send back, adopt or give up; the page says what became of it."""
    found, there = amendment_in(request, amendment_id), f"/amendments/{amendment_id}/"
    if deed not in DEEDS:
        raise Http404
    try:
        messages.success(request, DEEDS[deed](request, found, _number(request)))
    except Refusal as refusal:
        messages.error(request, refusal.zh)
    except NotAllowed:
        raise Http404 from None
    except DefinitionError:
        messages.error(request, OVERDRAWN)
    return HttpResponseRedirect(there)


def _propose(request: Request, found: Amendment, revision: int) -> str:
    day = day_in(request.POST.get("valid_from", ""))
    if day is None:
        raise Refusal("没有提请：请选一个启用日期。")
    source = request.POST.get("source", "").replace("\x00", "")[:LONGEST]
    amending.propose(
        amendment=found, valid_from=day, source=source, revision=revision, actor=request.viewer, at=request.at
    )
    return _("已提请采用。请另一位有权的人看过以后采用。")


def _send_back(request: Request, found: Amendment, revision: int) -> str:
    if not access.may_do(viewer=request.viewer, action=ADOPT, at=request.at):
        raise NotAllowed
    why = request.POST.get("why", "").replace("\x00", "")[:LONGEST]
    amending.send_back(amendment=found, why=why, revision=revision, at=request.at)
    return _("已退回。")


def _drop(request: Request, found: Amendment, revision: int) -> str:
    amending.drop(amendment=found, revision=revision, actor=request.viewer, at=request.at)
    return _("已放弃这份修改稿，现行规则不变。")


def _adopt(request: Request, found: Amendment, revision: int) -> str:
    count = flow.adopt(amendment=found, revision=revision, actor=request.viewer, at=request.at)
    return _("已采用，共 %s 项。旧记录仍按当时的规则。") % count


DEEDS = {"propose": _propose, "return": _send_back, "drop": _drop, "adopt": _adopt}


def amendment_in(request: Request, amendment_id: UUID) -> Amendment:
    """The amendment, if it is of the viewer's county; else there is no such page."""
    try:
        return flow.amendment_for(viewer=request.viewer, amendment_id=amendment_id, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _number(request: Request) -> int:
    found = number_in(request.POST.get("revision", ""), most=MOST)
    return -1 if found is None else found


@door("office.write_rules", methods=("POST",))
def try_out(request: Request, amendment_id: UUID) -> HttpResponse:
    """Work out, in the background, who would stand otherwise."""
    found = amendment_in(request, amendment_id)
    begun = trying.begin(amendment=found, actor=request.viewer, at=request.at)
    jobs.try_amendment.enqueue(str(begun.id), str(request.viewer.person_id), str(request.viewer.post_id))
    return HttpResponseRedirect(f"/amendments/{found.id}/#trial")


@door("office.write_rules")
def tried(request: Request, amendment_id: UUID) -> HttpResponse:
    """How far the trial is; asked for every second while it runs."""
    found = amendment_in(request, amendment_id)
    return show(request, "console/_trial.html", {"amendment": found, "trial": _trial(request, found)})


def _trial(request: Request, found: Amendment) -> dict[str, Any] | None:
    row = trials.newest(found)
    if row is None:
        return None
    names = dict(Division.objects.filter(id__in=list(trying.places(row))).values_list("id", "name"))
    return {
        "row": row, "percent": row.done * 100 // max(row.children, 1), "is_old": row.revision != found.revision,
        "changed": len(row.rows), "counts": [(DIRECTIONS[name], count) for name, count in trying.counts(row)],
        "places": [(names.get(place, ""), count) for place, count in trying.places(row).most_common()],
        "lines": trying.lines(row, viewer=request.viewer, region=found.region, at=request.at, limit=SHOWN),
    }


def _names(request: Request, people: list[UUID | None]) -> dict[UUID | None, str]:
    wanted = [each for each in dict.fromkeys(people) if each]
    found = open_names(request, people=wanted, purpose="staff", route="amendments", part="staff")
    return {each: found.person(each) for each in wanted}


def _group(found: Amendment, pair: amending.Pair) -> dict[str, Any]:
    return {
        "zh": title_of(pair.kind, pair.before), "url": editor_of(found, pair.kind, pair.id),
        "changes": changes_between(pair.before, pair.after),
    }


def title_of(kind: str, content: Any) -> str:
    """A definition's kind and name."""
    kind_zh = {"fields": "选项", "brand": "名称"}.get(kind, KINDS.get(kind, ""))
    return f"{kind_zh}：{name_of(content)}" if kind == "forms" else kind_zh


def editor_of(found: Amendment, kind: str, id: str) -> str:
    """Where a definition of an amendment is changed."""
    tail = {"forms": f"forms/{id}/", "fields": "options/", "brand": "brand/"}.get(kind, "")
    return f"/amendments/{found.id}/{tail}"


def _told(found: Amendment, wrong: Wrong, request: Request) -> dict[str, Any]:
    zh = wrong.zh
    if wrong.kind:
        content = rules.resolve(wrong.kind, wrong.id, region=found.region, at=request.at).content
        zh = f"{title_of(wrong.kind, content)}——{wrong.zh}"
    return {"zh": zh, "href": editor_of(found, wrong.kind, wrong.id) if wrong.kind else ""}


def _forms(found: Amendment, request: Request) -> list[dict[str, Any]]:
    """Every form that people fill in, with whether the amendment changes it."""
    rows = []
    for id in rules.ids_in_force("forms", region=found.region, at=request.at):
        content = rules.resolve("forms", id, region=found.region, at=request.at).content
        rows.append({
            "url": editor_of(found, "forms", id), "zh": str(content["zh"]),
            "is_changed": f"forms/{id}" in found.patches,
        })
    return rows


urlpatterns = [
    path("amendments/", amendment_list),
    path("amendments/begin/", begin),
    path("amendments/<uuid:amendment_id>/", amendment_page),
    path("amendments/<uuid:amendment_id>/try/", try_out),
    path("amendments/<uuid:amendment_id>/tried/", tried),
    path("amendments/<uuid:amendment_id>/<slug:deed>/", settle),
]
