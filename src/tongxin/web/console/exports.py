"""Exports as decisions: what is one's own, what waits for a word, the register, a new request, one export."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.exports import selectors
from tongxin.exports.models import BOOKS, BY_REQUEST, FHIR, WAYS, Export, Text
from tongxin.exports.rules import BOOK_FORM, FORMS, Purpose, Rules, rules_at
from tongxin.flows import export_asking, export_ending, export_making, export_recipients, recalls
from tongxin.flows.export_asking import Wish, fields_for
from tongxin.flows.export_rows import LEFT_OUT
from tongxin.flows.exporting import PURPOSES
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.rulebook import rules
from tongxin.web import jobs
from tongxin.web.console import book_progress
from tongxin.web.console.gates import gate_shown
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import county_of_viewer, region_of_viewer
from tongxin.web.console.roster_filters import Filters
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh

HOME, ROUTE, PURPOSE = "/exports/", "exports", "exports"
SHOWN = 100
NAMED, COARSE = "named", "coarse"
KINDS = {COARSE: "去标识（没有姓名，内容放粗，看不出是谁）", NAMED: "具名（能看出是谁）"}


@door("office.open_exports")
def exports(request: Request) -> HttpResponse:
    """One's own requests, those that wait for one's word, and the register where one keeps it."""
    viewer, at, found = request.viewer, request.at, _rules(request)
    own = list(selectors.own(viewer=viewer)[:SHOWN])
    waiting = selectors.to_decide(found, viewer=viewer, at=at)
    keeps = access.may_do(viewer=viewer, action=selectors.REGISTER, at=at)
    listed = list(selectors.register(viewer=viewer, at=at)[:SHOWN]) if keeps else []
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part="staff", people=[row.person_id for row in (*waiting, *listed)]
    )
    titles = post_titles(row.post_id for row in (*waiting, *listed))

    def line(row: Export) -> dict[str, Any]:
        who = f"{titles.get(row.post_id, '')}　{names.person(row.person_id)}".strip()
        return {"row": row, "who": who, "purpose": _purpose_zh(found, row), "kind": _kind(row)}

    return show(request, "exports/list.html", {
        "recalls": recalls.open_of(viewer=viewer).count(),
        "own": [{"row": row, "purpose": _purpose_zh(found, row), "kind": _kind(row)} for row in own],
        "waiting": [line(row) for row in waiting], "listed": [line(row) for row in listed], "keeps": keeps,
        "may_ask": access.may_do(viewer=viewer, action=selectors.ASK, at=at), "gate": _gate(request),
    })


def _gate(request: Request) -> dict[str, Any] | None:
    """What is lacking before anything is exported from the viewer's county."""
    return gate_shown(request, export_asking.GATE, county_id=county_of_viewer(request))


def _rules(request: Request) -> Rules:
    return rules_at(request.at, region=region_of_viewer(request))


def _purpose_zh(found: Rules, row: Export) -> str:
    if row.way == FHIR:
        return f"{WAYS[FHIR]}：{PURPOSES.get(row.purpose, row.purpose)}"
    purpose = found.purposes.get(row.purpose)
    return WAYS.get(row.way) or (purpose.zh if purpose else row.purpose)


def _kind(row: Export) -> str:
    return _("具名") if row.is_named else _("去标识")


@door("office.ask_export", methods=("GET", "POST"))
def new(request: Request) -> HttpResponse:
    """A request: first for what and of which kind, then which fields, for whom, until when."""
    if request.method == "GET":
        return _new_page(request, request.GET)
    sent, filters = request.POST, Filters(request, request.POST)
    wish = Wish(
        purpose=sent.get("purpose", ""), words=sent.get("words", ""), recipient=sent.get("recipient", ""),
        fields=tuple(sent.getlist("fields")), form=sent.get("form", ""), is_named=sent.get("kind") == NAMED,
        until_on=day_in(sent.get("until_on", "")), filters=filters.query, filters_zh=filters.words,
        to=sent.get("to", ""), basis=sent.get("basis", ""),
    )
    try:
        row = export_asking.ask(
            wish=wish, cases=filters.narrowed().order_by(), parts=filters.parts, actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _new_page(request, sent, problem="".join(each.zh for each in refused.problems), status=422)
    if row.state == Export.AGREED:
        begin(row, request)
    else:
        messages.success(request, _("已提交，等批准。有决定会出现在“新消息”。"))
    return HttpResponseRedirect(f"{HOME}{row.id}/")


def begin(row: Export, request: Request) -> None:
    """Make an agreed export: a small one at once, a large one while people go on working; whoever asked for
    results writes them."""
    if row.way == BOOKS:
        jobs.bind_books.enqueue(str(row.id))
    if row.way != "archive":
        return
    if row.children <= export_asking.rules_of(row, request.at).at_once:
        export_making.make(export_id=row.id, at=request.at)
    else:
        jobs.make_export.enqueue(str(row.id))


def _new_page(request: Request, sent: QueryDict, *, problem: str = "", status: int = 200) -> HttpResponse:
    found, filters = _rules(request), Filters(request, sent.dict())  # type: ignore[arg-type]
    purpose, kind = found.purposes.get(sent.get("purpose", "")), sent.get("kind", "")
    is_clear = purpose is not None and kind in KINDS and (kind == COARSE or purpose.may_name)
    cases = access.visible(
        filters.narrowed().order_by(), viewer=request.viewer, part=filters.parts[0], at=request.at
    )
    context: dict[str, Any] = {
        "problem": problem, "sent": sent.dict(), "filters": filters.query, "filters_zh": filters.words,
        "children": cases.count(), "purposes": found.purposes.values(), "kinds": KINDS, "is_second": is_clear,
        "asked_kind": kind, "wrong_kind": purpose is not None and kind == NAMED and not purpose.may_name,
        "gate": _gate(request),
    }
    if is_clear and purpose is not None:
        context |= _second(request, found, purpose, kind, sent)
    return show(request, "exports/new.html", context, status=status)


def _second(request: Request, found: Rules, purpose: Purpose, kind: str, sent: QueryDict) -> dict[str, Any]:
    is_named = kind == NAMED
    offered = [] if purpose.is_books else fields_for(
        purpose, found, is_named=is_named, viewer=request.viewer, at=request.at
    )
    chosen = set(sent.getlist("fields"))
    return {
        "purpose": purpose, "kind_zh": KINDS[kind], "is_named": kind == NAMED, "k": found.k, "days": found.days,
        "fields": [
            {"id": each.id, "zh": each.zh if kind == NAMED else each.coarse_zh, "is_chosen": each.id in chosen,
             "is_text": each.is_text}
            for each in offered if each.source != "file_no"
        ],
        **_recipients(request, found, purpose, kind == NAMED),
        "forms": BOOK_FORM if purpose.is_books else FORMS,
        "most_books": found.most_books, "today": request.at.astimezone(CHINA).date(), "needs": found.approvers,
    }


def _recipients(request: Request, found: Rules, purpose: Purpose, is_named: bool) -> dict[str, Any]:
    """Who may be chosen: posts of this office, whoever has an agreement, or other bodies; else it is written."""
    if not export_recipients.must_choose(purpose, is_named=is_named):
        return {}
    viewer, at = request.viewer, request.at
    if not purpose.leaves:
        posts = export_recipients.inside(found, viewer=viewer, at=at)
        return {"to_posts": [(f"{export_recipients.POST}:{each.id}", each.title) for each in posts]}
    if purpose.needs_agreement:
        county = Division.objects.filter(id=viewer.seat.division_id).first() if viewer.seat else None
        return {"is_entrusted": True,
                "parties": export_recipients.parties(county_id=county.county_id if county else None, at=at)}
    bodies = [(f"{export_recipients.BODY}:{each.id}", each.name) for each in export_recipients.bodies(viewer=viewer)]
    return {"to_bodies": bodies, "bases": found.bases.items()}


@door("office.open_exports")
def export(request: Request, export_id: UUID) -> HttpResponse:
    """One export: what was asked, what became of it, and what comes next."""
    return show(request, "exports/export.html", page_of(request, export_for(request, export_id)))


def export_for(request: Request, export_id: UUID) -> Export:
    """The export, if the viewer may see it; else there is no such page."""
    row = selectors.seen(export_id, _rules(request), viewer=request.viewer, at=request.at)
    if row is None:
        raise Http404
    return row


def page_of(request: Request, row: Export) -> dict[str, Any]:
    """Everything the page of one export says."""
    found, viewer = export_asking.rules_of(row, request.at), request.viewer
    copies = list(row.copies.order_by("number"))
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part="export",
        people=[row.person_id, row.decided_by, row.ended_by], more=[row.words, row.recipient, row.answer],
    )
    titles = post_titles([row.post_id, row.decided_post_id])
    is_own = viewer.person_id == row.person_id
    may_decide = selectors.may_decide(row, found, viewer=viewer, at=request.at)
    is_over = row.until_on < request.at.astimezone(CHINA).date()
    overtaken = export_ending.overtaken(row, at=request.at) if is_own and row.has_content and not is_over else ""
    return {
        "row": row, "purpose": _purpose_zh(found, row), "kind": _kind(row), "is_own": is_own, "is_over": is_over,
        "who": f"{titles.get(row.post_id, '')}　{names.person(row.person_id)}",
        "form_zh": {**FORMS, **BOOK_FORM}.get(row.form, row.form), "books": book_progress.told(request, row),
        "decided_who": _decider(row, titles, names.person(row.decided_by)), "words": names.more[0] or "",
        "recipient": names.more[1] or "", "answer": names.more[2] or "", "ended_who": names.person(row.ended_by),
        "fields": "、".join(_fields_zh(found, row, request.at)), "left_out": _left_out(row), "copies": copies,
        "may_decide": may_decide and row.state == Export.ASKED and not is_over,
        "overtaken": export_ending.told(overtaken) if overtaken else "",
        "may_download": is_own and row.state == Export.MADE and not is_over and not overtaken,
        "left": max((1 if row.way == BOOKS else found.copies) - len(copies), 0),
        "waits_password": any(each.password for each in copies),
        "may_revoke": (is_own or (may_decide and row.state != Export.ASKED)) and row.way in BY_REQUEST
        and row.state in {Export.ASKED, Export.AGREED, Export.READING, Export.MADE},
        "texts_left": row.texts.filter(state="waits").count() if row.state == Export.READING else 0,
        "texts_said": _texts_said(row), "asked_back": _asked_back(row, found),
        "unshared": row.report.get("unshared", 0), "basis": export_recipients.told(row, found),
        "gate": gate_shown(request, export_asking.GATE, county_id=row.county_id)
        if row.state == Export.ASKED else None,
        "report": row.report, "columns": _columns(row.report.get("columns", ())),
    }


def _decider(row: Export, titles: Mapping[UUID, str], name: str) -> str:
    if row.decided_at is None:
        return ""
    if row.decided_by is None:
        return _("人数在规定以内，不需要批准")
    return f"{titles.get(row.decided_post_id, '') if row.decided_post_id else ''}　{name}"


def _fields_zh(found: Rules, row: Export, at: datetime) -> list[str]:
    if row.way == FHIR:
        return [_("每次测评的选项、分数和分段"), _("档案编号"), *([_("姓名")] if row.filters.get("names") else [])]
    if row.way == BOOKS:
        parts = rules.access_rules(at=at).parts
        return [parts[each].partition("（")[0] for each in row.fields if each in parts]
    return [each.zh if row.is_named else each.coarse_zh for each in found.chosen(row.fields)]


def _asked_back(row: Export, found: Rules) -> str:
    """Where asking it back from whoever got it stands."""
    recall = row.recalls.order_by("at").last()
    if recall is None:
        return ""
    if recall.answered_at is None:
        return _("%s 要求退回或销毁，还没有登记结果") % day_zh(recall.at)
    outcome = found.recall_outcomes.get(recall.outcome)
    return f"{day_zh(recall.answered_at)} {outcome.zh if outcome else ''}"


def _texts_said(row: Export) -> str:
    """How many texts go along and how many don't; those that were left behind in one decision told apart."""
    counted = Counter(row.texts.values_list("state", flat=True))
    if not counted or row.state == Export.READING:
        return ""
    said = _("带出 %(along)d 条，不带 %(out)d 条") % {"along": counted[Text.CONFIRMED], "out": counted[Text.LEFT_OUT]}
    at_once = row.report.get("texts_left_out", 0)
    return said + (_("（其中 %d 条没有逐条看，一次决定都不带）") % at_once if at_once else "")


def _left_out(row: Export) -> list[str]:
    return [f"{LEFT_OUT.get(reason, reason)}：{number} 人" for reason, number in row.left_out.items()]


def _columns(columns: Iterable[Mapping[str, Any]]) -> list[str]:
    words = []
    for each in columns:
        level, most = each["level"], each["most"]
        how = _("没有再放粗") if level == 0 else _("不显示") if level == most else _("放粗了 %d 级") % level
        words.append(f"{each['zh']}：{how}")
    return words


