"""Certificates: one's own, those of people without an account, the paper itself, and what a second person says."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.core.forms import Problem
from tongxin.flows import pairing_companions
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances, qualifications, reach
from tongxin.flows.workforce.clearances import BARRED, STATES
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.register_forms import drawn, given_in, told_problems, words_in
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show
from tongxin.workforce.models import Evidence, Qualification
from tongxin.workforce.rules import Workforce

HOME, ROUTE, PURPOSE, PART = "/workforce/", "workforce", "workforce", "staff"
Given = dict[str, list[str]]


def file_in(request: Request) -> qualifications.File | None:
    """The file that was sent along, by its name and bytes."""
    sent = request.FILES.get("file")
    return (str(sent.name), sent.read()) if sent is not None and not isinstance(sent, list) else None


def verifiers(rows: Iterable[Qualification]) -> list[UUID]:
    """Who looked at these certificates."""
    return [each.verdict.person_id for each in rows if hasattr(each, "verdict")]


def certificate_lines(
    request: Request, rows: Sequence[Qualification], opened: Iterable[str | None], names: Names, found: Workforce
) -> list[dict[str, Any]]:
    """Certificates as a page shows them, with whether the viewer may look at them as the second person."""
    today, me = clearances.today_of(request.at), request.viewer.person_id
    lines = []
    for row, words in zip(rows, opened, strict=True):
        state, verdict = qualifications.state_of(row, on=today, at=request.at), getattr(row, "verdict", None)
        kind = found.certificates.get(row.kind)
        lines.append({
            "row": row, "zh": kind.zh if kind else row.kind, "state": state, "state_zh": qualifications.STATES[state],
            "is_good": state in qualifications.GOOD, "words": words_in(words), "by": names.person(row.person_id),
            "verdict": verdict, "checked_by": names.person(verdict.person_id) if verdict else "",
            "reason": found.refusals.get(verdict.reason, "") if verdict else "",
            "may_verify": verdict is None and me not in {row.person_id, row.about_id},
            "url": f"{HOME}qualifications/{row.id}/",
            "evidence": f"{HOME}{'mine' if row.about_id == me else 'qualifications'}/{row.id}/evidence/"
            if hasattr(row, "evidence") else "",
        })
    return lines


@door("work")
def mine(request: Request) -> HttpResponse:
    """One's own clearance and certificates."""
    return _mine(request)


def _mine(
    request: Request, given: Given | None = None, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    person_id, wrong = request.viewer.person_id, list(problems)
    if person_id is None:
        raise Http404
    county_id = reach.county_or_none(request.viewer)
    found = reach.rules_in(county_id, at=request.at)
    rows = list(qualifications.of_people([person_id]))
    names = open_names(
        request, people=[person_id, *(each.person_id for each in rows), *verifiers(rows)],
        more=[each.words for each in rows], purpose=PURPOSE, route="workforce.mine", part=PART,
    )
    last = clearances.newest([person_id], at=request.at).get(person_id)
    state = clearances.states([person_id], county_id, at=request.at)[person_id]
    return show(request, "workforce/mine.html", {
        "problems": told_problems(wrong), "state": state, "state_zh": STATES[state], "last": last,
        "is_asked": bool(request.viewer.roles & found.check.roles), "is_barred": state in BARRED,
        "is_required": clearances.is_required(county_id, at=request.at), "who": reach.keepers_zh(request.at),
        "begins": clearances.required_from(county_id, at=request.at), "may_keep": may_do_any(request, reach.KEEP),
        "certificates": certificate_lines(request, rows, names.more, names, found), "refusals": (),
        "fields": drawn(found.asked, given or {}, wrong, before="q-") if county_id else (),
        "action": f"{HOME}mine/declare/", "wants": "，或".join(
            found.certificates[each].zh
            for each in sorted(frozenset().union(*(found.wanted_of(role) for role in request.viewer.roles)))
        ),
    }, status=status)


@door("work", methods=("POST",))
def declare_own(request: Request) -> HttpResponse:
    """One's own certificate; somebody else looks at it."""
    given = given_in(request)
    try:
        qualifications.declare_own(given=given, file=file_in(request), actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _mine(request, given, refused.problems, status=422)
    messages.success(request, _("已登记。由另一位核对以后才算数。"))
    return HttpResponseRedirect(f"{HOME}mine/")


@door("office.keep_companions")
def outsider(request: Request, companion_id: UUID) -> HttpResponse:
    """The certificates of a companion, who has no account."""
    return _outsider(request, companion_id)


def _outsider(
    request: Request, companion_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    try:
        row = pairing_companions.companion_for(companion_id=companion_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    wrong, found = list(problems), reach.rules_in(row.county_id, at=request.at)
    kinds = pairing_companions.rules_in(row.county_id, at=request.at).kinds
    rows = list(qualifications.of_companions([row.id]))
    names = open_names(
        request, people=[*(each.person_id for each in rows), *verifiers(rows)],
        more=[row.words, *(each.words for each in rows)], purpose="companions", route="workforce.outsider",
        part="companions",
    )
    return show(request, "workforce/outsider.html", {
        "row": row, "name": words_in(names.more[0]).get("name", ""), "problems": told_problems(wrong),
        "kind": kinds[row.kind].zh if row.kind in kinds else "", "is_over": row.ended_at is not None,
        "is_checked": pairing_companions.is_checked(row, on=clearances.today_of(request.at)),
        "certificates": certificate_lines(request, rows, names.more[1:], names, found),
        "fields": drawn(found.asked, given or {}, wrong, before="q-"), "refusals": list(found.refusals.items()),
        "action": f"{HOME}companions/{row.id}/declare/",
    }, status=status)


@door("office.keep_companions", methods=("POST",))
def declare_outsider(request: Request, companion_id: UUID) -> HttpResponse:
    """A certificate of a companion."""
    given, file = given_in(request), file_in(request)
    try:
        qualifications.declare(
            companion_id=companion_id, given=given, file=file, actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _outsider(request, companion_id, given, refused.problems, status=422)
    messages.success(request, _("已登记。由另一位核对以后才算数。"))
    return HttpResponseRedirect(f"{HOME}companions/{companion_id}/")


@door("office.keep_workforce", methods=("POST",))
def verify(request: Request, qualification_id: UUID) -> HttpResponse:
    """What a second person found when they looked at a certificate."""
    return _verified(request, qualification_id, lambda: qualifications.verify(
        qualification_id=qualification_id, agrees=request.POST.get("agrees") == "yes",
        reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at,
    ))


def _verified(request: Request, qualification_id: UUID, act: Callable[[], object]) -> HttpResponse:
    try:
        row = qualifications.one_kept(qualification_id, viewer=request.viewer, at=request.at)
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    else:
        messages.success(request, _("已记下核对结果。"))
    about = f"people/{row.about_id}/" if row.about_id else f"companions/{row.companion_id}/"
    return HttpResponseRedirect(f"{HOME}mine/" if row.about_id == request.viewer.person_id else f"{HOME}{about}")


@door("work")
def own_evidence(request: Request, qualification_id: UUID) -> HttpResponse:
    """One's own certificate itself."""
    if not Qualification.objects.filter(id=qualification_id, about_id=request.viewer.person_id or qualification_id):
        raise Http404
    return _paper(request, qualification_id)


@door("office.keep_workforce|keep_companions")
def evidence(request: Request, qualification_id: UUID) -> HttpResponse:
    """The certificate itself, for those who write about whose it is."""
    return _paper(request, qualification_id)


def _paper(request: Request, qualification_id: UUID) -> HttpResponse:
    try:
        row = qualifications.one_kept(qualification_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    found = Evidence.objects.select_related("qualification").filter(qualification=row).first()
    if found is None:
        raise Http404
    (content,) = vault.open_bytes(
        [found.content], viewer=request.viewer, purpose=PURPOSE, part=PART, route="workforce.evidence", at=request.at
    )
    ending = found.media_type.partition("/")[2]
    return HttpResponse(content, content_type=found.media_type, headers={
        "Content-Disposition": f'attachment; filename="certificate-{found.sha256[:8]}.{ending}"',
        "Cache-Control": "no-store",
    })
