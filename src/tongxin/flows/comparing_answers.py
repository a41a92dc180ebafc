"""The answer to a list as its sender may know it, row by row, and as a workbook; never somebody else's child."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import xlsxwriter
from django.db.models import Q, QuerySet

from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Answer, Comparison, Settling
from tongxin.flows import comparing
from tongxin.flows.comparing_review import Said, said_by
from tongxin.intake.tables import LONGEST, OPTIONS
from tongxin.people.models import Child

HERE, ABSENT, WAITING, TAKEN = "在册", "不在册", "待核", "已处理"
VERDICTS = {
    Answer.SAME: "同一名儿童", Answer.PROBABLE: "可能是同一名", Answer.CONTRADICTORY: "互相矛盾",
    Answer.NEW: "没有档案", Answer.MISSING: "名单里没有",
}
TOLD = ("工作表", "行号", "姓名", "身份证号码", "答复")
KNOWN = (*TOLD, "结果", "理由", "档案编号", "处理")
DECISIONS = {
    "same": "同一名儿童", "different": "不是同一名", "ask": "请村里核实", "opened": "已建档", "clue": "已交村里核实",
    "moved": "已搬走或转学", "grown": "已满十八周岁", "not_in_scope": "本来不在这种名单里", "list_wrong": "名单漏了",
    "file_wrong": "档案写错了", "other": "其他原因，已弄清", "expired": "名单到期，没有处理完", "": "",
}
PAGE = 500


class Told(NamedTuple):
    """One row as shown: where it stands, what its sender is told, and beyond that only for whoever settles."""

    answer: Answer
    said: Said
    told: str
    file_no: str = ""


def told(answer: Answer, *, tells_whether: bool) -> str:
    """What the sender of a list learns of one of their own rows."""
    if not tells_whether:
        return TAKEN
    if answer.verdict == Answer.SAME or answer.decision in {"same", "opened"}:
        return HERE
    if answer.verdict == Answer.NEW:
        return ABSENT
    return WAITING


def rows_told(
    comparison: Comparison, *, viewer: Viewer, at: datetime, limit: int | None = None, verdict: str = ""
) -> Iterator[Told]:
    """The rows of a list with their answers, page by page; who only sent it gets no file number and no reason."""
    tells = comparing.kind_of(comparison, at=at).tells_whether
    is_all = comparing.sees_all(comparison, viewer=viewer, at=at)
    found = shown_to(comparison, viewer=viewer, at=at).filter(row__gt=0).order_by("sheet", "row")
    kept_back = relations.barred_children(people=viewer.people, at=at)
    found = found.filter(verdict=verdict) if verdict and is_all else found
    some = list(found[:limit] if limit else found)
    for start in range(0, len(some), PAGE):
        page = some[start : start + PAGE]
        numbers = _numbers(page, viewer, at) if is_all else {}
        silent = set() if is_all or not tells else _told_nothing(comparison, page, viewer, at)
        for answer, said in zip(page, said_by(page, viewer=viewer, at=at, route="comparisons/rows"), strict=True):
            shown = said if is_all else Said(said.row, ())
            says = TAKEN if answer.id in silent else told(answer, tells_whether=tells)
            says = WAITING if tells and answer.child_id in kept_back else says
            yield Told(answer, shown, says, numbers.get(answer.child_id, ""))


def shown_to(comparison: Comparison, *, viewer: Viewer, at: datetime) -> QuerySet[Answer]:
    """The answers that a viewer may read: who settles, none about a child whose record would refuse them."""
    if not comparing.sees_all(comparison, viewer=viewer, at=at):
        return comparison.answers.all()
    seen = access.visible(Child.objects.all(), viewer=viewer, part="roster", at=at)
    found = comparison.answers.filter(Q(child_id__isnull=True) | Q(child_id__in=seen.values("id")))
    # What was said not to be a child still tells what that child's file says.
    kept_back = relations.barred_children(people=viewer.people, at=at)
    return found.exclude(id__in=Settling.objects.filter(child_id__in=kept_back).values("answer_id"))


def _told_nothing(comparison: Comparison, page: list[Answer], viewer: Viewer, at: datetime) -> set[UUID]:
    """The rows that the same body brought in a list of which it is told nothing: another heading tells no more."""
    kinds = comparing.rules_of(comparison, at=at).kinds.values()
    silent = [each.id for each in kinds if not each.tells_whether]
    posts = Post.objects.filter(organisation_id__in=viewer.organisation_ids)
    marks = [bytes(each.mark) for each in page if each.mark is not None]
    others = Answer.objects.filter(
        mark__in=marks, comparison__kind__in=silent, comparison__county_id=comparison.county_id,
        comparison__post_id__in=posts.values("id"),
    )
    found = {bytes(mark) for mark in others.values_list("mark", flat=True) if mark is not None}
    return {each.id for each in page if each.mark is not None and bytes(each.mark) in found}


def _numbers(answers: list[Answer], viewer: Viewer, at: datetime) -> dict[object, str]:
    """The file numbers of those children whom the viewer may see."""
    children = Child.objects.filter(id__in=[each.child_id for each in answers if each.child_id])
    return dict(access.visible(children, viewer=viewer, part="roster", at=at).values_list("id", "file_no"))


def workbook(comparison: Comparison, *, viewer: Viewer, at: datetime) -> tuple[bytes, int]:
    """An xlsx file of the answer and how many rows it has."""
    is_all = comparing.sees_all(comparison, viewer=viewer, at=at)
    content, rows = io.BytesIO(), 0
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        sheet = book.add_worksheet("比对结果")
        sheet.set_column(2, 8, 20)
        sheet.freeze_panes(1, 0)
        heads = KNOWN if is_all else TOLD
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head)
        for rows, each in enumerate(rows_told(comparison, viewer=viewer, at=at), start=1):
            for column, text in enumerate(_cells(each)[: len(heads)]):
                sheet.write_string(rows, column, text[:LONGEST])
    return content.getvalue(), rows


def _cells(each: Told) -> list[str]:
    row = each.said.row
    return [
        row.sheet if row else "", str(each.answer.row), (row and row.name) or "", (row and row.id_no) or "",
        each.told, VERDICTS[each.answer.verdict], "；".join(each.said.reasons), each.file_no,
        DECISIONS.get(each.answer.decision, ""),
    ]
