"""Sharing with other departments: what waits for somebody, the agreements, one of them with all that was done."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division, Organisation
from tongxin.comparisons.models import Comparison
from tongxin.core.forms import Problem
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_ending
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_duties import rules_of
from tongxin.lib.numbers import number_in
from tongxin.rulebook import rules
from tongxin.sharing import selectors
from tongxin.sharing.models import GIVER, RECEIVER, Agreement, Delivery, Duty, Version
from tongxin.sharing.rules import Rules
from tongxin.web import words
from tongxin.web.console.gates import gate_shown
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request as Asked
from tongxin.web.doors import door
from tongxin.web.pages import show

HOME, INBOX = "/sharing/", "/sharing/inbox/"
PURPOSE, PART, ROUTE = "sharing", "registers", "sharing"
SHOWN, LONGEST_WORDS = 100, 500
SIDES_ZH = {GIVER: "给出的一方", RECEIVER: "接收单位"}
BROUGHT_ZH = {GIVER: "接收的一方", RECEIVER: "给出单位"}


def sides_zh(row: Agreement) -> dict[str, str]:
    """What the two sides are to each other."""
    return BROUGHT_ZH if row.way == Agreement.IN else SIDES_ZH


def ends_of(row: Agreement) -> tuple[int, int]:
    """The body that gives, and the one that gets it."""
    both = row.from_organisation_id, row.to_organisation_id
    return both if row.way == Agreement.OUT else (both[1], both[0])


@door(f"office.{selectors.ANY}")
def overview(request: Asked) -> HttpResponse:
    """What waits, what is agreed, and where each side's boxes are."""
    mine = selectors.agreements_for(viewer=request.viewer, at=request.at).select_related("current")
    everything = request.GET.get("only") == "all"
    shown = mine if everything else mine.exclude(state__in=Agreement.OVER)
    found = list(shown.order_by("-year", "-number")[:SHOWN])
    waiting = list(selectors.duties_of(viewer=request.viewer, at=request.at)[:SHOWN])
    return show(request, "console/sharing/overview.html", {
        "duties": duty_rows(request, waiting), "agreements": agreement_rows(request, found), "everything": everything,
        "may_write": selectors.may(viewer=request.viewer, action=selectors.WRITE, at=request.at),
        "takes": bool(selectors.bodies_of(request.viewer, at=request.at)),
        "gate": _gate(request),
    })


def _gate(request: Asked) -> dict[str, Any] | None:
    """What the giving side lacks before it may agree to anything."""
    counties = selectors.counties_of(request.viewer, at=request.at)
    return gate_shown(request, agreements.GATE, county_id=counties[0]) if counties else None


def bodies_named(rows: Iterable[Agreement]) -> dict[int, str]:
    """Both sides of some agreements, by id."""
    ids = {side for row in rows for side in (row.from_organisation_id, row.to_organisation_id)}
    return dict(Organisation.objects.filter(id__in=ids).values_list("id", "name"))


def agreement_rows(request: Asked, rows: list[Agreement]) -> list[dict[str, Any]]:
    """Lines of a list: codes and numbers only."""
    bodies = bodies_named(rows)
    newest = {each.agreement_id: each for each in
              Version.objects.filter(agreement__in=rows).order_by("number")}
    return [
        {
            "url": f"{HOME}{row.id}/", "number": row.number_zh, "from": bodies.get(ends_of(row)[0], ""),
            "to": bodies.get(ends_of(row)[1], ""), "state": row.get_state_display(),
            "purpose": purpose_zh(rules_of(row, at=request.at), row.current or newest.get(row.id)),
            "until": (row.current or newest[row.id]).ends_on if row.id in newest else None,
        }
        for row in rows
    ]


def purpose_zh(found: Rules, version: Version | None) -> str:
    """What a version is for, in words."""
    purpose = found.purposes.get(version.purpose) if version else None
    return purpose.zh if purpose else ""


def duty_rows(request: Asked, rows: list[Duty]) -> list[dict[str, Any]]:
    """What waits, each with where it is done."""
    titles = post_titles([row.owner_post_id for row in rows])
    bodies = bodies_named([row.agreement for row in rows])
    theirs = set(selectors.bodies_of(request.viewer, at=request.at))
    return [
        {
            "url": _where(row, is_theirs=row.agreement.to_organisation_id in theirs),
            "zh": row.get_kind_display(), "number": row.agreement.number_zh,
            "why": Delivery.REASONS.get(row.reason, ""),
            "side": bodies.get(
                row.agreement.from_organisation_id if row.side == GIVER else row.agreement.to_organisation_id, ""
            ),
            "late": words.late_zh(row.due_at, at=request.at) if row.due_at < request.at else "",
            "due": words.due_zh(row.due_at, at=request.at),
            "owner": titles.get(row.owner_post_id, "") if row.owner_post_id else "",
        }
        for row in rows
    ]


def _where(row: Duty, *, is_theirs: bool) -> str:
    if row.kind == Duty.ANSWER and row.request_id:
        return f"{HOME}requests/{row.request_id}/"
    if row.kind == Duty.DISPOSE:
        return f"{HOME}duties/{row.id}/"
    # A late receipt climbs to people who take nothing: they are led to the agreement.
    return INBOX if row.kind == Duty.RECEIVE and is_theirs else f"{HOME}{row.agreement_id}/"


@door(f"office.{selectors.ANY}")
def agreement_page(request: Asked, agreement_id: UUID) -> HttpResponse:
    """One agreement: what it says, whose word is missing, what was given under it."""
    row = selectors.shown_to(viewer=request.viewer, at=request.at).select_related("current").filter(
        id=agreement_id
    ).first()
    if row is None:
        raise Http404
    return page_of(request, row)


def agreement_for(request: Asked, agreement_id: UUID) -> Agreement:
    """The agreement, for somebody on one of its sides; else there is no such page."""
    row = selectors.agreement_for(agreement_id, viewer=request.viewer, at=request.at)
    if row is None:
        raise Http404
    return row


def page_of(
    request: Asked, row: Agreement, problems: Iterable[Problem] = (), *, status: int = 200
) -> HttpResponse:
    """The page, with what was refused."""
    found, now = rules_of(row, at=request.at), agreements.standing(row, at=request.at)
    versions = list(row.versions.order_by("-number").prefetch_related("approvals"))
    said = [each for version in versions for each in sorted(version.approvals.all(), key=lambda each: each.at)]
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART,
        people=[*(each.person_id for each in versions), *(each.person_id for each in said), row.ended_by],
        more=[*(each.words for each in versions), *(each.words for each in said), row.words],
    )
    titles = post_titles([each.post_id for each in (*versions, *said)])
    texts = dict(zip([*(each.id for each in versions), *(each.id for each in said), row.id], names.more, strict=True))
    mine = agreements.sides_of(row, viewer=request.viewer, at=request.at)
    is_open = row.state not in Agreement.OVER
    is_side = selectors.agreement_for(row.id, viewer=request.viewer, at=request.at) is not None
    return show(request, "console/sharing/agreement.html", {
        "row": agreement_rows(request, [row])[0], "agreement": row, "problems": told_problems(problems),
        "versions": [_version(each, found, texts, names, titles, request) for each in versions],
        "pending": now.pending, "says": [
            {"side": side, "zh": sides_zh(row)[side]} for side in mine
            if side in now.missing and now.pending and now.pending.person_id != request.viewer.person_id
        ],
        "is_own": bool(now.pending and now.pending.person_id == request.viewer.person_id),
        "missing": [sides_zh(row)[side] for side in now.missing], "ends": found.ends.items(),
        "may_revise": agreements.may_write(row, viewer=request.viewer, at=request.at) and is_open and not now.pending,
        "may_ask": _may_ask(request, row), "may_end": is_open and is_side, "counts": counts_of(row),
        "ended": {"why": found.ends.get(row.reason, ""), "words": texts.get(row.id) or "",
                  "by": names.person(row.ended_by) if row.ended_by else ""},
        "requests": [
            {"url": f"{HOME}requests/{each.id}/", "at": each.at, "state": each.get_state_display()}
            for each in (row.requests.order_by("-at") if is_side else ())
        ],
        "duties": duty_rows(request, list(row.duties.filter(done_at__isnull=True).select_related("agreement"))),
        "done": _done(row, found), "gives": selectors.is_giver(row, viewer=request.viewer, at=request.at),
        "gate": _gate(request) if now.pending else None, "brought": _brought(row),
    }, status=status)


def _brought(row: Agreement) -> list[dict[str, Any]]:
    """The lists that came under it: days and numbers."""
    lists = Comparison.objects.filter(agreement_id=row.id).order_by("-received_at")[:SHOWN]
    return [
        {"at": each.received_at, "rows": each.rows_total, "until": each.keep_until, "disposed_at": each.disposed_at}
        for each in lists
    ]


def _may_ask(request: Asked, row: Agreement) -> bool:
    is_asked = row.state == Agreement.IN_FORCE and row.current is not None and row.current.flow == Version.ASKED
    return is_asked and selectors.is_receiver(row, viewer=request.viewer, at=request.at)


def _done(row: Agreement, found: Rules) -> list[dict[str, Any]]:
    """What the other side confirmed of what it had."""
    rows = row.duties.filter(kind=Duty.DISPOSE, done_at__isnull=False).annotate(count=Count("deliveries"))
    return [
        {"at": each.done_at, "count": each.count, "why": Delivery.REASONS.get(each.reason, ""),
         "zh": found.outcomes[each.outcome].zh if each.outcome in found.outcomes else ""}
        for each in rows.order_by("-done_at")
    ]


def counts_of(row: Agreement) -> list[tuple[str, int]]:
    """How many deliveries stand where."""
    counted = dict(row.deliveries.values_list("state").annotate(count=Count("id")).order_by())
    return [(zh, counted[state]) for state, zh in Delivery.STATES if counted.get(state)]


def _version(
    version: Version, found: Rules, texts: dict[UUID, str | None], names: Names, titles: dict[UUID, str],
    request: Asked,
) -> dict[str, Any]:
    purpose = found.purposes.get(version.purpose)
    is_brought = bool(purpose and purpose.brings)
    return {
        "number": version.number, "at": version.at, "by": f"{titles.get(version.post_id, '')}　"
        f"{names.person(version.person_id)}", "purpose": purpose.zh if purpose else "",
        "basis": purpose.basis if purpose else "", "why": texts.get(version.id) or "",
        "flow": version.get_flow_display(), "fields": "、".join(each.zh for each in found.chosen(version.fields)),
        "scope": _("名单里的孩子；逐行回答，不另给别的") if is_brought else scope_zh(version, request),
        "is_brought": is_brought, "begins_on": version.begins_on, "ends_on": version.ends_on,
        "approvals": [
            {"side": sides_zh(version.agreement)[each.side], "at": each.at,
             "zh": _("同意") if each.agrees else _("不同意"),
             "by": f"{titles.get(each.post_id, '')}　{names.person(each.person_id)}", "words": texts.get(each.id) or ""}
            for each in sorted(version.approvals.all(), key=lambda each: each.at)
        ],
    }


def scope_zh(version: Version, request: Asked) -> str:
    """Which children, in words."""
    scope = version.scope
    content = rules.resolve("categories", "categories", at=request.at).content["categories"]
    told = {each["id"]: str(each["zh"]) for each in content}
    low, high = scope.get("ages") or (0, 18)
    county = Division.objects.get(id=version.agreement.county_id)
    parts = [f"{county.name}在办的孩子", f"{low}到{high}周岁"]
    if categories := scope.get("categories"):
        parts.append("、".join(told.get(each, each) for each in categories))
    if towns := scope.get("towns"):
        parts.append("、".join(Division.objects.filter(id__in=towns).order_by("code").values_list("name", flat=True)))
    return "；".join(parts)


def acted(
    request: Asked, row: Agreement, act: Callable[[], object], done: str, *, to: str = ""
) -> HttpResponse:
    """What somebody did, or the page with why it was refused."""
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page_of(request, agreement_for(request, row.id), refused.problems, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(to or f"{HOME}{row.id}/")


@door("office.approve_sharing|receive_sharing", methods=("POST",))
def decide(request: Asked, agreement_id: UUID) -> HttpResponse:
    """One side's word on the version that waits."""
    row, agrees = agreement_for(request, agreement_id), request.POST.get("agrees", "")
    if agrees not in {"yes", "no"}:
        raise Http404
    return acted(request, row, lambda: agreements.decide(
        agreement_id=row.id, of=number_in(request.POST.get("of", "")) or 0, side=request.POST.get("side", ""),
        agrees=agrees == "yes", words=request.POST.get("words", "")[:LONGEST_WORDS], actor=request.viewer,
        at=request.at,
    ), _("已记下您的意见，双方都看得到。"))


@door(f"office.{selectors.ANY}", methods=("POST",))
def revoke(request: Asked, agreement_id: UUID) -> HttpResponse:
    """Either side ends the agreement; the flow stops at once."""
    row = agreement_for(request, agreement_id)
    return acted(request, row, lambda: agreements.revoke(
        agreement_id=row.id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at,
        words=request.POST.get("words", "")[:LONGEST_WORDS],
    ), _("已终止：不再给，没有打开的已关闭，打开过的请对方退回或销毁。"))


@door(f"office.{selectors.ANY}", methods=("GET", "POST"))
def duty_page(request: Asked, duty_id: UUID) -> HttpResponse:
    """What was opened and is to come back or be destroyed: confirmed by a person of the other side."""
    mine = sharing_ending.disposing_for(viewer=request.viewer, at=request.at)
    seen = selectors.agreements_for(viewer=request.viewer, at=request.at).values("id")
    duty = mine.select_related("agreement").filter(id=duty_id).first()
    may = duty is not None
    duty = duty or Duty.objects.select_related("agreement").filter(
        id=duty_id, kind=Duty.DISPOSE, agreement_id__in=seen
    ).first()
    if duty is None or (request.method == "POST" and not may):
        raise Http404
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            sharing_ending.dispose(
                duty_id=duty.id, outcome=request.POST.get("outcome", ""), actor=request.viewer, at=request.at,
                words=request.POST.get("words", "")[:LONGEST_WORDS],
            )
        except NotAllowed:
            raise Http404 from None
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("已确认，给出的单位看得到。"))
            return HttpResponseRedirect(HOME)
    found = rules_of(duty.agreement, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=[duty.done_by], more=[duty.words]
    )
    codes = list(duty.deliveries.order_by("code").values_list("code", flat=True))
    return show(request, "console/sharing/duty.html", {
        "duty": duty, "row": duty_rows(request, [duty])[0], "agreement": agreement_rows(request, [duty.agreement])[0],
        "codes": codes, "outcomes": found.outcomes.items(), "problems": told_problems(problems),
        "may": may and duty.done_at is None, "said": names.more[0] or "", "by": names.person(duty.done_by),
        "outcome": found.outcomes[duty.outcome].zh if duty.outcome in found.outcomes else "",
    }, status=422 if problems else 200)


