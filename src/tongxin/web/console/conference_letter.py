"""A letter that asks somebody to a conference: when, where, who asks; never which child, nor what it is about."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse

from tongxin import ledger
from tongxin.documents import typesetting
from tongxin.documents.papers import PRINTED
from tongxin.documents.questions import paired
from tongxin.flows.conferring import MEMBERS, PART
from tongxin.web import words
from tongxin.web.console.conference_words import Sheets
from tongxin.web.console.file import read_file
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import brand_for

TITLE = "个案会商邀请函"
BEFORE = (
    "因一名儿童需要几个单位一起帮助，请派熟悉业务、能当场答复的人参加会商。孩子是谁、要商量什么，会上当面说明，不写在信里。",
)
AFTER = (
    "会上听到的情况只用于帮助这名儿童，不转述、不拍照、不录音，不带走材料。",
    "不能参加的，请在开会前一天告诉联系人，并说明派谁来。",
)
NOTES = ("本函不含儿童的姓名和情况，可以传真、邮寄或者当面送达。",)


@door("child.read", methods=("POST",))
def letter(request: Request, child_id: UUID, call_id: UUID, number: int) -> HttpResponse:
    """The letter to one of those who were called, as a PDF; that it was printed is a fact of the child's record."""
    child = child_for(request, child_id, part=PART)
    file = read_file(request, child.id, is_at_work=True)
    called = file.state.conferences.called.get(str(call_id))
    if called is None:
        raise Http404
    entry = next(each for each in file.entries if each.id == UUID(called[0].id))
    opened = ledger.open_entries(
        [entry], viewer=request.viewer, purpose="conferences", at=request.at, part=PART, route="conferences"
    )[0] or {}
    if not 1 <= number <= len(opened.get(MEMBERS) or ()):
        raise Http404
    coming = Sheets(file, {called[0].id: opened}, {}).call(*called)
    with transaction.atomic():
        ledger.record(
            kind=PRINTED, subject=child.key_owner, actor=request.viewer, at=request.at, entry=entry, is_fact=True,
            clear={"paper": "conference_letter", "number": number},
        )
    made = typesetting.pdf(_content(request, coming, str(coming["members"][number - 1]["who"])))
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="letter.pdf"'}
    )


def _content(request: Request, coming: dict[str, Any], to: str) -> dict[str, Any]:
    viewer = request.viewer
    names = open_names(request, people=[viewer.person_id], purpose="print", route="conference_letter", part="staff")
    who = f"{viewer.seat.title if viewer.seat else ''} {names.person(viewer.person_id)}".strip()
    day = coming["on"]
    when = f"{day.year}年{day.month}月{day.day}日 {coming['time_zh']}".strip() if day else ""
    head = [
        {"zh": "请", "value": to}, {"zh": "时间", "value": when}, {"zh": "地点", "value": coming["place"]},
        {"zh": "联系人", "value": f"{who}　电话："},
    ]
    answers = [{"zh": each, "on": False} for each in ("参加", "不能参加", "改派其他人")]
    return {
        "title": TITLE, "brand": brand_for(request), "file_no": "", "warning": "", "lead": "",
        "printed": f"打印：{who}　{words.moment_zh(request.at)}", "watermark": "", "head": paired(head),
        "before": list(BEFORE), "sections": [], "after": list(AFTER), "notes": list(NOTES),
        "signatures": [{"zh": "召集单位", "seal": True}],
        "slip": {
            "zh": "回执", "help": "", "signatures": [{"zh": "单位", "seal": True}],
            "lines": paired([
                {"zh": "答复", "options": answers}, {"zh": "来的人、岗位、电话", "blank": 1},
            ]),
        },
    }
