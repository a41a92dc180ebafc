"""Certificates: the county's list, one on paper, revoking one, and the page where anybody may ask about one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.accounts.models import Division
from tongxin.documents import certificates as papers
from tongxin.documents.papers import PRINTED
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import certificates
from tongxin.flows.training.certificates import EXPIRED, REVOKED, VALID, number_of, state_of
from tongxin.flows.training.scope import rules_for, today
from tongxin.training.models import Certificate
from tongxin.vault import Owner
from tongxin.web.answer import address
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems
from tongxin.web.console.training.home import HOME, PART, PURPOSE, ROUTE
from tongxin.web.doors import Request, door
from tongxin.web.pages import brand_for, show, show_plain
from tongxin.web.words import day_zh

SHOWN, LONGEST = 200, 40
ASKED = "certificates"
STATES = {VALID: "有效", EXPIRED: "已过有效期", REVOKED: "已撤销"}
TOO_MANY = "试了太多次，请等 {minutes} 分钟再试。"
UNKNOWN = "没有查到。请核对证书上的核验码和姓名，两样都要和证书上的一样。"


@door("office.keep_training")
def certificate_list(request: Request) -> HttpResponse:
    """The county's certificates."""
    return _list(request)


def _list(request: Request, problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        rows = list(certificates.issued_for(request.viewer, at=request.at)[:SHOWN])
        found = rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    names = open_names(request, people=[each.person_id for each in rows], purpose=PURPOSE, route=ROUTE, part=PART)
    day = today(request.at)
    return show(request, "training/certificates.html", {
        "problems": told_problems(problems), "revokes": list(found.revokes.items()), "rows": [
            {"row": each, "number": number_of(each), "name": names.person(each.person_id),
             "zh": found.exams[each.exam].zh if each.exam in found.exams else each.exam,
             "state": STATES[state_of(each, on=day)], "is_valid": state_of(each, on=day) == VALID,
             "reason": found.revokes.get(each.reason, ""), "is_own": each.person_id == request.viewer.person_id}
            for each in rows
        ],
    }, status=status)


@door("office.keep_training", methods=("POST",))
def revoke(request: Request, certificate_id: UUID) -> HttpResponse:
    """It holds no more."""
    try:
        certificates.revoke(
            certificate_id=certificate_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _list(request, refused.problems, status=422)
    messages.success(request, _("已撤销。核验时会写明已撤销。"))
    return HttpResponseRedirect(f"{HOME}certificates/")


@door("work")
def own_paper(request: Request, certificate_id: UUID) -> HttpResponse:
    """One's own certificate as a PDF."""
    return _paper(request, certificates.own(request.viewer).filter(id=certificate_id).first())


@door("office.keep_training")
def certificate_paper(request: Request, certificate_id: UUID) -> HttpResponse:
    """A certificate of the county as a PDF."""
    try:
        rows = certificates.issued_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return _paper(request, rows.filter(id=certificate_id).first())


def _paper(request: Request, row: Certificate | None) -> HttpResponse:
    """The certificate; that it was printed is on record."""
    if row is None or row.revoked_at is not None:
        raise Http404
    with transaction.atomic():
        ledger.record(
            kind=PRINTED, subject=Owner("staff", row.person_id), actor=request.viewer, at=request.at, is_fact=True,
            clear={"paper": "training_certificate", "number": row.number},
        )
    made = papers.pdf(_content(request, row), template="training_certificate.typ")
    name = f"certificate-{row.year}-{row.number}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _content(request: Request, row: Certificate) -> dict[str, Any]:
    found = rules_for(request.viewer, at=request.at)
    exam = found.exams.get(row.exam)
    name = open_names(request, people=[row.person_id], purpose="print", route=ROUTE, part=PART).person(row.person_id)
    place = Division.objects.filter(id=row.county_id or 0).values_list("name", flat=True).first() or ""
    issued = today(row.issued_at)
    return {
        "title": _("培训合格证书"), "brand": brand_for(request), "number": number_of(row), "code": row.code,
        "name": name, "text": _("参加“{exam}”，{asked} 题答对 {right} 题，考试合格，特发此证。").format(
            exam=exam.zh if exam else row.exam, asked=row.attempt.asked, right=row.attempt.right
        ),
        "facts": [
            [_("内容"), found.subjects.get(row.subject, "")], [_("发证日期"), day_zh(issued)],
            [_("有效到"), day_zh(row.valid_until)], [_("证书编号"), number_of(row)], [_("核验码"), row.code],
        ],
        "issuer": place,
        "foot": _("核验：打开本系统的 /training/verify/，填核验码和姓名，只显示是否有效。不是学历或职业资格证书。"),
    }


@door("public", methods=("GET", "POST"))
def verify(request: Request) -> HttpResponse:
    """Whether a certificate holds, for who has its code and the name on it; nothing else is told."""
    if request.method == "GET":
        return show_plain(request, "training/verify.html")
    code, name = (request.POST.get(each, "").replace("\x00", "")[:LONGEST] for each in ("code", "name"))
    found = certificates.verify(code=code, name=name, at=request.at)
    if found is None:
        minutes = address.minutes_to_wait(request, what=ASKED)
        problem = _(TOO_MANY).format(minutes=minutes) if minutes else _(UNKNOWN)
        return show_plain(
            request, "training/verify.html", {"problem": problem}, status=429 if minutes else 404
        )
    return show_plain(request, "training/verify.html", {
        "found": found, "state": STATES[found.state], "is_valid": found.state == VALID,
    })
