"""What of a list waits for a person: the queue, and one answer side by side with the file it may be about."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.comparisons.models import Answer
from tongxin.flows import comparing, comparing_review, comparing_taking, comparing_together, comparing_undoing
from tongxin.flows.comparing_answers import DECISIONS, VERDICTS
from tongxin.flows.comparing_files import OnFile
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.intake.reading import Row
from tongxin.people.models import Child
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show
from tongxin.web.words import late_zh

SHOWN = 50
SEX = dict(Child.SEX)
FIELDS = {
    "name": "姓名", "id_no": "证件号码", "birth": "出生日期", "sex": "性别", "phone": "联系电话",
    "residence_address": "居住地址（连同村、社区）",
}
OPTIONS = {
    "same": "是同一名儿童", "different": "不是同一名，以后不再问", "ask": "定不了，请村里核实后再判断",
    "clue": "交给村里上门核实（登记为线索）",
    **{code: DECISIONS[code] for code in comparing_review.WHY_MISSING},
}


@door("office.settle_comparisons")
def queue(request: Request) -> HttpResponse:
    """The answers that the viewer may settle, what contradicts itself first."""
    found = comparing_review.queue(viewer=request.viewer, at=request.at)
    total, rows = found.count(), list(found[:SHOWN])
    said = comparing_review.said_by(rows, viewer=request.viewer, at=request.at, route="comparisons/review")
    children = {each.id: each for each in Child.objects.filter(id__in=[row.child_id for row in rows if row.row == 0])}
    names = open_names(
        request, listed=list(children.values()), purpose=comparing.PURPOSE, route="comparisons/review"
    )
    return show(request, "comparisons/review.html", {
        "total": total, "shown": len(rows),
        "missing": comparing_together.open_to(viewer=request.viewer, at=request.at).count(),
        "rows": [
            {
                "id": each.id, "verdict": VERDICTS[each.verdict], "code": each.verdict,
                "who": _who(each, words.row, names.children), "why": "；".join(words.reasons[:3]),
                "kind": comparing.kind_of(each.comparison, at=request.at).zh, "row": each.row,
                "due": each.due_at, "late": late_zh(each.due_at, at=request.at) if each.due_at else "",
                "is_asked": each.state == Answer.ASKED,
            }
            for each, words in zip(rows, said, strict=True)
        ],
    })


def _who(answer: Answer, row: Row | None, names: Any) -> str:
    if answer.row == 0:
        return str(names.get(answer.child_id, ""))
    return (row.name if row else "") or "（没有姓名）"


@door("office.settle_comparisons", methods=("GET", "POST"))
def answer(request: Request, answer_id: UUID) -> HttpResponse:
    """One answer: what the list says beside what the file says, with the differences marked, and the decision."""
    try:
        found = comparing_review.answer_for(
            answer_id=answer_id, viewer=request.viewer, at=request.at, settled=True
        )
    except NotAllowed:
        raise Http404 from None
    if request.method == "POST":
        return _settle(request, found)
    return _shown(request, found)


def _undo(request: Request, found: Answer) -> HttpResponse:
    try:
        comparing_undoing.undo(
            answer=found, reason=request.POST.get("why", ""), actor=request.viewer, at=request.at
        )
    except Refused as refused:
        return _shown(request, found, problem=refused.zh)
    messages.success(request, _("已撤销，原来的处理留有痕迹。请重新核对这一行。"))
    return HttpResponseRedirect(f"/comparisons/review/{found.id}/")


def _take(request: Request, found: Answer) -> HttpResponse:
    try:
        comparing_taking.take(
            answer_id=found.id, fields=request.POST.getlist("field"), actor=request.viewer, at=request.at
        )
    except (Refused, Held) as refused:
        return _shown(request, found, problem=refused.zh)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已采用到档案里，是一次补正。采用错了的，在档案里收回那条补正。"))
    return HttpResponseRedirect(f"/comparisons/review/{found.id}/")


def _settle(request: Request, found: Answer) -> HttpResponse:
    decision = request.POST.get("decision", "")
    if decision == "undo":
        return _undo(request, found)
    if decision == "take":
        return _take(request, found)
    try:
        settled = comparing_review.settle(
            answer_id=found.id, decision=decision, actor=request.viewer, at=request.at
        )
    except Refused as refused:
        return _shown(request, found, problem=refused.zh)
    except NotAllowed:
        raise Http404 from None
    if decision == comparing_review.DIFFERENT:
        messages.success(request, _("已记下：不是同一名儿童，以后不再问。这一行没有档案，请接着处理。"))
        return HttpResponseRedirect(f"/comparisons/review/{settled.id}/")
    messages.success(request, _("已处理。"))
    return HttpResponseRedirect("/comparisons/review/")


def _shown(request: Request, found: Answer, problem: str = "") -> HttpResponse:
    (said,) = comparing_review.said_by([found], viewer=request.viewer, at=request.at, route="comparisons/review/row")
    file = comparing_review.file_of(found, viewer=request.viewer, at=request.at)
    places = _places(said.row, file)
    is_settled = found.state == Answer.SETTLED
    decisions = () if is_settled else comparing_review.OPEN_TO.get(found.verdict, ())
    return show(request, "comparisons/answer.html", {
        "answer": found, "kind": comparing.kind_of(found.comparison, at=request.at), "problem": problem,
        "verdict": VERDICTS[found.verdict], "reasons": said.reasons, "is_missing": found.row == 0,
        "lines": lines(said.row, file, places), "has_row": said.row is not None, "likely": found.likely,
        "file": file and {"id": file.id, "file_no": file.child.file_no, "name": file.name},
        "decisions": [(code, OPTIONS[code]) for code in decisions],
        "taken": [
            {"field": each.field, "zh": FIELDS[each.field], "listed": shown_word(each.field, each.listed),
             "filed": shown_word(each.field, each.filed)}
            for each in comparing_taking.offered(said.row, file)
        ] if comparing_taking.may_take(found, viewer=request.viewer, at=request.at) else [],
        "is_settled": is_settled, "past": _past(request, found), "may_undo": comparing_undoing.may_undo(found),
        "may_open": not is_settled and found.verdict == Answer.NEW and may_do_any(request, "open_file"),
    }, status=422 if problem else 200)


def _past(request: Request, found: Answer) -> list[dict[str, Any]]:
    """What was made of the answer so far, and what of it was taken back, the newest first."""
    rows = list(found.settlings.order_by("-at", "-id"))
    said = comparing_undoing.words_of(rows, viewer=request.viewer, at=request.at)
    titles = post_titles(each.post_id for each in rows if each.post_id)
    return [
        {
            "zh": DECISIONS.get(each.decision, ""), "at": each.at, "why": why,
            "by": titles.get(each.post_id, "") if each.post_id else "",
            "undone_at": each.undone_at, "undone_why": undone,
        }
        for each, (why, undone) in zip(rows, said, strict=True)
    ]


def _places(row: Row | None, file: OnFile | None) -> dict[str, str]:
    codes = [row.division_code, row.town_code] if row else []
    codes += [file.place_code] if file else []
    return dict(Division.objects.filter(code__in=[each for each in codes if each]).values_list("code", "name"))


def lines(row: Row | None, file: OnFile | None, places: dict[str, str]) -> list[dict[str, Any]]:
    """Field by field: what the list says, what the file says, and whether the two differ."""
    carers = [f"{name or ''} {phone or ''}".strip() for name, phone in file.carers] if file else []
    pairs = [
        ("姓名", row and row.name, file and file.name), ("身份证号码", row and row.id_no, file and file.id_no),
        ("性别", SEX.get(row.sex or "", "") if row else "", file.child.get_sex_display() if file else ""),
        ("出生日期", day_zh(row.birth or row.birth_month) if row else "",
         day_zh(file.birth or file.birth_month) if file else ""),
        ("村（居）", places.get((row.division_code or row.town_code or "") if row else "", ""),
         places.get((file.place_code or "") if file else "", "")),
        ("照料人和电话", f"{row.carer or ''} {row.phone or ''}".strip() if row else "", "；".join(carers)),
    ]
    return [
        {"zh": zh, "left": left or "", "right": right or "", "differs": bool(left and right and left != right)}
        for zh, left, right in pairs
    ]


def day_zh(value: Any) -> str:
    """A day or a month as the file writes it, in the words of a page."""
    if value is None:
        return ""
    parts = str(value).split("-")
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def shown_word(name: str, word: str | None) -> str:
    """A field's word as it stands on the page."""
    if name == "sex":
        return SEX.get(word or "", "")
    return day_zh(word) if name == "birth" else word or ""
