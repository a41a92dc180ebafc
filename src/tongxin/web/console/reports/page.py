"""One report: its figures, what is written under them, the second person's word, and the file that leaves."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.core.forms import Problem
from tongxin.documents import typesetting
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.reporting import book, content, making, templates, word
from tongxin.reports.models import Report, Words
from tongxin.web.console.attempts import tried
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.register_forms import told_problems
from tongxin.web.console.reports.listing import HOME
from tongxin.web.doors import Request, door
from tongxin.web.pages import brand_for, show
from tongxin.web.words import day_zh, moment_zh

PURPOSE = "report"
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@door("office.see_reports")
def report_page(request: Request, report_id: UUID) -> HttpResponse:
    """The report as it stands."""
    return _page(request, _row(request, report_id))


@door("office.make_reports", methods=("POST",))
def write(request: Request, report_id: UUID) -> HttpResponse:
    """The words under the figures."""
    row = _row(request, report_id)
    texts = {each["id"]: request.POST.get(f"text_{each['id']}", "") for each in row.figures}
    try:
        making.write(
            report_id=row.id, texts=texts, hands_in=request.POST.get("deed") == "hand_in", actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, row, refused.problems, 422, texts)
    return HttpResponseRedirect(f"{HOME}{row.id}/")


@door("office.issue_reports", methods=("POST",))
def settle(request: Request, report_id: UUID) -> HttpResponse:
    """The second person's word."""
    agrees = request.POST.get("agrees") == "yes"
    return tried(request, lambda: making.settle(
        report_id=report_id, agrees=agrees, reason=request.POST.get("reason", ""), actor=request.viewer,
        at=request.at,
    ), done=_("报告已发出。") if agrees else _("已退回，写的人可以再改。"), to=f"{HOME}{report_id}/")


@door("office.see_reports")
def file(request: Request, report_id: UUID, shape: str) -> HttpResponse:
    """The report as a file; that it left is on record."""
    row = _row(request, report_id)
    if shape not in TYPES:
        raise Http404
    told = _told(request, row)
    said = content.content(
        row, texts=told["texts"], maker=told["maker"], checker=told["checker"], day=day_zh(row.made_at)
    )
    if shape == "docx":
        made = word.filled(templates.layout(kind=row.kind, division=row.division), said)
    elif shape == "pdf":
        printed = f"{_('打印：')}{told['viewer']}　{moment_zh(request.at)}"
        made = typesetting.pdf(content.sheet(said, brand=brand_for(request), printed=printed))
    else:
        made = book.workbook(row, said=said)
    with transaction.atomic():
        ledger.record(kind="paper.printed", subject=row.key_owner, actor=request.viewer, at=request.at, is_fact=True,
                      clear={"paper": "report", "shape": shape})
    name = f"report-{row.kind}-{row.first:%Y%m}.{shape}"
    return HttpResponse(made, content_type=TYPES[shape],
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _row(request: Request, report_id: UUID) -> Report:
    seen = making.seen_by(request.viewer, at=request.at)
    row = seen.filter(id=report_id).select_related("division", "post").first()
    if row is None:
        raise Http404
    return row


def _told(request: Request, row: Report) -> dict[str, Any]:
    """The words and names of a report, by one look."""
    written, returned = making.newest(row, Words.WRITTEN), making.newest(row, Words.RETURNED)
    people = [row.person_id, row.issued_by_id, request.viewer.person_id]
    opened = open_names(
        request, people=people, more=[each.said if each else None for each in (written, returned)], purpose=PURPOSE,
        route=PURPOSE, part="staff",
    )
    title = post_titles([row.post_id]).get(row.post_id, "")
    seat = request.viewer.seat
    return {
        "texts": making.texts_in(opened.more[0]), "reason": opened.more[1] if returned else "",
        "maker": f"{title} {opened.person(row.person_id)}".strip(),
        "checker": opened.person(row.issued_by_id) if row.issued_by_id else "",
        "viewer": f"{seat.title if seat else ''} {opened.person(request.viewer.person_id)}".strip(),
    }


def _page(
    request: Request, row: Report, problems: Iterable[Problem] = (), status: int = 200,
    given: dict[str, str] | None = None,
) -> HttpResponse:
    told, viewer = _told(request, row), request.viewer
    wrong = {each.path: each.zh for each in problems}
    texts = told["texts"] | (given or {})
    is_writer = viewer.person_id in making.writers(row)
    return show(request, "reports/report.html", {
        "row": row, "told": told, "problems": told_problems(
            Problem(f"text_{each.path}" if each.path else "", each.zh, each.kept) for each in problems
        ),
        "sections": [
            each | {"text": texts.get(each["id"], ""), "problem": wrong.get(each["id"], "")} for each in row.figures
        ],
        "shapes": content.SHAPES, "note": content.NOTE,
        "may_write": row.state == Report.DRAFT
        and access.may_do(viewer=viewer, action=making.MAKE, at=request.at),
        "may_issue": row.state == Report.WAITING and not is_writer
        and access.may_do(viewer=viewer, action=making.ISSUE, at=request.at),
        "waits": row.state == Report.WAITING,
    }, status=status)
