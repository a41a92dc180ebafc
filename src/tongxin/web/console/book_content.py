"""The complete file of one child as a book: cover, index, every paper that the viewer may read, in order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404

from tongxin import ledger
from tongxin.assessments.forms import Asked, form_in
from tongxin.documents.papers import Paper, Papers, Purpose, record_copy
from tongxin.documents.questions import paired
from tongxin.flows import links, lists, prefill
from tongxin.ledger.models import Entry
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.book_holdings import WHOLE, Held, held
from tongxin.web.console.book_index import index_of
from tongxin.web.console.book_scans import Bound, bound
from tongxin.web.console.consent_paper import notice_signed, notice_words
from tongxin.web.console.family import carers_of, sealed_of
from tongxin.web.console.file import File
from tongxin.web.console.names import open_names
from tongxin.web.console.paper_content import NOT_A_DIAGNOSIS, Copy, about, cells_of, filled, left_out_of, mark
from tongxin.web.console.timeline import CORRECTIONS
from tongxin.web.doors import Request
from tongxin.web.pages import brand_for

PAPER, PURPOSE, ROUTE = "whole_file", "print", "paper"
CONSENT = "consent"
SINGLY = "辅导、调解、转介里的单条记录另有限制的，本册只印打印人可以看的。"
MOVED = "移至另一名儿童的记录，本册只在目录里列出，不印内容。"
COVER = ("file_no", "name", "sex", "birth", "age", "place")


def book_of(
    file: File, found: Papers, purpose: Purpose, *, batch: str = "", withheld: Collection[str] = (),
    left_out: Iterable[str] = (),
) -> tuple[int, dict[str, Any]]:
    """The number of the copy and what `book.typ` draws; that it was printed is written down before anything opens."""
    request, child, of = file.request, file.child, held(file, found)
    number = record_copy(
        child=child, paper=PAPER, purpose=purpose.id, actor=request.viewer, at=request.at, batch=batch
    )
    carers = carers_of(file)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part="file", children=[child],
        people=[request.viewer.person_id, *(each.person_id for each in (*of.entries, *of.moved))],
        more=[*sealed_of(file, carers), *(each.title for each in of.attachments)],
    )
    copy = Copy(purpose=purpose, number=number, names=names, carers=carers, batch=batch)
    copy = replace(copy, about=about(file, copy))
    scanned = bound(
        file, of, names.more[len(names.more) - len(of.attachments) :],
        most=found.book.in_batches if batch else found.book.attachments,
    )
    papers = _papers(file, found, of, copy, scanned)
    return number, {
        "title": found.book.zh, "brand": brand_for(request), "file_no": f"档案编号：{child.file_no}",
        **mark(request, copy), "warning": "", "signatures": found.book.signatures,
        "cover": paired([*cells_of(copy.about, COVER), *_counted(of, papers, copy, request, scanned)]),
        "index": index_of(file, found, of, papers, names, scanned),
        "left_out": [*left_out_of(file, withheld=withheld), *left_out, SINGLY, *([MOVED] if of.moved else [])],
        "notes": [NOT_A_DIAGNOSIS],
        "papers": [{name: each[name] for name in ("key", "starts", "sheet", "scans")} for each in papers],
        "loose": scanned.loose, "scans": scanned.scans,
    }


def _counted(
    of: Held, papers: list[dict[str, Any]], copy: Copy, request: Request, scanned: Bound
) -> list[dict[str, Any]]:
    days = [each.occurred_at for each in of.entries]
    span = f"{words.day_zh(min(days))}—{words.day_zh(max(days))}" if days else ""
    return [
        {"zh": "册内件数", "value": f"{len(papers)} 件，附件 {len(of.attachments)} 个，印了 {len(scanned.scans)} 个"},
        {"zh": "装订日期", "value": words.day_zh(request.at)},
        {"zh": "起止日期", "value": span or "没有记录", "is_wide": True},
        {"zh": "用途", "value": copy.purpose.zh, "is_wide": True},
    ]


def _papers(file: File, found: Papers, of: Held, copy: Copy, scanned: Bound) -> list[dict[str, Any]]:
    """Every paper with its number in the book, the day, and whether it begins a page of its own."""
    answers = _opened(file, of.entries)
    wanted = [(found.book.chapter_of(each.form_id), each) for each in of.entries]
    made: list[dict[str, Any]] = []
    if of.whole is not None:
        first = found.book.chapter_of(of.whole.forms[0])
        sheet = _whole(file, found, of.whole, copy)
        made.append({"chapter": first, "entry": None, "starts": True, "sheet": sheet, "zh": of.whole.zh})
    for chapter, entry in wanted:
        asked = _asked(file, entry)
        is_first = not made or made[-1]["chapter"] != chapter
        sheet = filled(file, asked, answers[entry.id], copy=copy, rules=found, paper=None, entry=entry)
        if entry.form_id == CONSENT:
            sheet["before"] = notice_words(notice_signed(file, entry))
        kind = f"（{CORRECTIONS[entry.correction_kind]}）" if entry.correction_kind in CORRECTIONS else ""
        made.append({
            "chapter": chapter, "entry": entry, "starts": is_first or entry.form_id in found.layouts,
            "sheet": {**sheet, "title": f"{asked.form.zh}{kind}", "notes": []}, "zh": f"{asked.form.zh}{kind}",
        })
    # The chapter of the whole comes first whatever it is called; within a chapter the order stands.
    made.sort(key=lambda each: each["chapter"])
    told, is_after = [], False
    for at, each in enumerate(made, start=1):
        behind = scanned.behind.get(each["entry"].id if each["entry"] else WHOLE, [])
        # Nothing goes on below a scan.
        told.append({**each, "number": at, "key": f"p{at}", "scans": behind, "starts": each["starts"] or is_after})
        is_after = bool(behind)
    return told


def _whole(file: File, found: Papers, paper: Paper, copy: Copy) -> dict[str, Any]:
    request, (region, choices) = file.request, lists.choices_for(file.child)
    asked = form_in(form_id=paper.forms[0], region=region, at=request.at, lists=choices)
    answers = prefill.values_for(
        child=file.child, asked=asked, viewer=request.viewer, at=request.at, parts=file.parts
    )
    sheet = filled(file, asked, answers, copy=copy, rules=found, paper=paper, lists_records=False)
    return {**sheet, "notes": []}


def _asked(file: File, entry: Entry) -> Asked:
    region, choices = lists.choices_for(file.child)
    try:
        return form_in(form_id=entry.form_id, region=region, at=entry.recorded_at, lists=choices)
    except rules.NotAdopted:
        raise Http404 from None


def _opened(file: File, entries: Iterable[Entry]) -> Mapping[UUID, dict[str, Any]]:
    """What each record says, part by part opened as one look."""
    viewer, at = file.request.viewer, file.request.at
    by_part: dict[str, list[Entry]] = {}
    for each in entries:
        by_part.setdefault(file.access.part_of(each.form_id), []).append(each)
    found = {}
    for part, some in by_part.items():
        opened = ledger.open_entries(some, viewer=viewer, purpose=PURPOSE, at=at, part=part, route=ROUTE)
        for entry, said in zip(some, opened, strict=True):
            found[entry.id] = links.veiled(said or {}, entry=entry, viewer=viewer, at=at)
    return found
