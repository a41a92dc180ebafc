"""Answers that come in as a table: shown as understood first; what is kept raises its alarms like any other sheet."""

import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import xlsxwriter
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.instruments import Instrument
from tongxin.flows import export_noting, screening
from tongxin.intake.reading import RosterError, read_workbook
from tongxin.intake.tables import OPTIONS
from tongxin.screening import identities, questions, selectors
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round, Sitting
from tongxin.screening.tables import CLASS, NAME, NUMBER, Answers, Known, understand
from tongxin.web.answer.asking import asking_in, span_in
from tongxin.web.answer.pupils import round_at_work
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ROUTE, SALT = "screening_table", "answers as understood"
SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOO_MANY = "这份表有 %(found)s 份可以导入的答卷，一次最多 %(most)s 份。请分成几个文件。没有保存。"
STALE = "这一页放得太久，或者不是您核对的那一份。没有保存，请重新上传。"
ALARMED = "有 %(many)s 份答卷里有需要马上关心的回答：已建档并通知值班的人，请现在就去看“今天”。"


@door("office.see_screening", methods=("GET", "POST"))
def take_in(request: Request, round_id: UUID) -> HttpResponse:
    """Upload, look at what was understood, and only then keep it."""
    round = round_at_work(request, round_id, way=Sitting.IMPORT)
    if request.method != "POST":
        return _page(request, round)
    if "ready" in request.POST:
        return _keep(request, round)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _page(request, round, problem=_("请先选择一个文件，再点“上传并核对”。"), status=422)
    try:
        told = understand(
            read_workbook(file.read(), _("这个文件")), questions.instrument_of(round), _known(request, round)
        )
    except (RosterError, NotTaken) as refused:
        zh = refused.zh if isinstance(refused, NotTaken) else _("没有接收：%(why)s") % {"why": refused}
        return _page(request, round, problem=zh, status=422)
    most = asking_in(at=request.at)["import_rows"]
    if len(told.ready) > most:
        return _page(request, round, problem=_(TOO_MANY) % {"found": len(told.ready), "most": most}, status=422)
    return _page(request, round, told=told)


def _keep(request: Request, round: Round) -> HttpResponse:
    life = span_in(asking_in(at=request.at), "seat")
    try:
        owner, ready = signing.loads(request.POST["ready"], salt=SALT, max_age=life)
    except signing.BadSignature:
        owner, ready = "", {}
    if owner != _owner(request, round):
        return _page(request, round, problem=_(STALE), status=422)
    kept, alarmed, failed = 0, 0, []
    numbers = {str(id): number for id, number in round.participants.values_list("id", "number")}
    for participant_id, answers in ready.items():
        try:
            sitting = screening.enter_sheet(
                participant_id=UUID(participant_id), answers=answers, way=Sitting.IMPORT, at=request.at,
                actor=request.viewer,
            )
        except NotTaken as refused:
            failed.append({"number": numbers.get(participant_id, ""), "zh": refused.zh})
            continue
        kept, alarmed = kept + 1, alarmed + bool(sitting.told)
    if alarmed:
        messages.warning(request, _(ALARMED) % {"many": alarmed})
    if not failed:
        messages.success(request, _("已导入 %(kept)s 份答卷。") % {"kept": kept})
        return HttpResponseRedirect(f"/rounds/{round.id}/answering/")
    return _page(request, round, kept=kept, failed=failed)


def _page(
    request: Request, round: Round, *, problem: str = "", told: Answers | None = None, kept: int | None = None,
    failed: Sequence[Mapping[str, Any]] = (), status: int = 200,
) -> HttpResponse:
    ready = {str(id): answers for id, answers in told.ready.items()} if told else {}
    return show(request, "answer/tables.html", {
        "round": round, "problem": problem, "told": told, "kept": kept, "failed": failed,
        "count": len(ready), "is_running": round.state == Round.RUNNING,
        "problems": told.problems[:SHOWN] if told else (), "more": max(0, len(told.problems) - SHOWN) if told else 0,
        "rows_wrong": len({each.row for each in told.problems if each.zh}) if told else 0,
        "ready": signing.dumps([_owner(request, round), ready], salt=SALT, compress=True) if ready else "",
    }, status=status)


def _owner(request: Request, round: Round) -> str:
    return f"{round.id} {request.viewer.person_id}"


def _known(request: Request, round: Round) -> list[Known]:
    rows = list(selectors.participants_of(round, viewer=request.viewer, at=request.at))
    names = dict(_classes(request, round))
    found = identities.rows_of(rows, viewer=request.viewer, at=request.at, route=ROUTE)
    return [
        Known(
            participant_id=each.id, number=each.number, school_class=names.get(each.school_class_id, ""),
            name=(row.name or "") if row else "", id_no=(row.id_no or "") if row else "",
            may_answer=screening.may_answer(each, at=request.at),
            has_answered=each.state == Participant.ANSWERED,
        )
        for each, row in zip(rows, found, strict=True)
    ]


def _classes(request: Request, round: Round) -> list[tuple[UUID | None, str]]:
    found = selectors.class_names(round, at=request.at, viewer=request.viewer)
    return [(each.id, name) for each, name in found]


@door("office.see_screening", methods=("POST",))
def empty(request: Request, round_id: UUID) -> HttpResponse:
    """A workbook with the children who may still answer and a column a question, to be filled in."""
    round = round_at_work(request, round_id, way=Sitting.IMPORT)
    instrument, known = questions.instrument_of(round), _known(request, round)
    listed = [each for each in known if each.may_answer]
    content = _workbook(instrument, listed)
    export_noting.note(way="answer_table", content=content, rows=len(listed), actor=request.viewer, at=request.at)
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="answers.xlsx"'}
    )


def _workbook(instrument: Instrument, known: Sequence[Known]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        sheet, means = book.add_worksheet("答卷"), book.add_worksheet("选项说明")
        heads = [NUMBER, CLASS, NAME, *(item.number for item in instrument.items)]
        for at, cells in enumerate([heads, *([str(each.number), each.school_class, each.name] for each in known)]):
            for column, text in enumerate(cells):
                sheet.write_string(at, column, text)
        sheet.freeze_panes(1, 3)
        sheet.set_column(3, len(heads) - 1, 5)
        for at, item in enumerate(instrument.items):
            codes = "　".join(f"{each.code} {each.text.get('zh', '')}".strip() for each in item.options)
            for column, text in enumerate((item.number, item.text.get("zh", ""), codes)):
                means.write_string(at, column, text)
        means.set_column(1, 2, 50)
    return content.getvalue()
