"""What tests of training do through the pages: answer lessons, sit exams, arrange sessions, bring lists."""

import io
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.conftest import MORNING, Office
from tongxin.lib import ids
from tongxin.training.models import Session, Sitting
from tongxin.training.rules import Lesson, lesson_in

LESSONS = ("finding", "talking", "danger", "reporting", "secrecy", "identification", "referral", "self_care")
HEADS = ("姓名", "岗位", "乡镇", "村居", "内容", "日期", "学时")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def lesson(name: str) -> Lesson:
    found = lesson_in(name, region="370116", at=MORNING)
    assert found is not None
    return found


def learn(client: Office, name: str = "danger", *, wrong: int = 0, try_id: Any = None) -> Any:
    """Answer a lesson's questions, so many of them wrongly."""
    body = {"try": str(try_id or ids.new_id())}
    for number, each in enumerate(lesson(name).questions):
        body[f"q-{each.id}"] = next(id for id in each.options if (id == each.right) == (number >= wrong))
    return client.post(f"/training/lessons/{name}/", body)


def learn_all(client: Office) -> None:
    for name in LESSONS:
        assert learn(client, name).status_code == 302


def begin(client: Office) -> Sitting:
    answer = client.post("/training/exams/child_director/begin/", {"sitting": str(ids.new_id())})
    assert answer.status_code == 302, text(answer)
    return Sitting.objects.latest("begun_at")


def hand_in(client: Office, sitting: Sitting, *, wrong: int = 0) -> Any:
    body = {}
    for number, (name, id) in enumerate(sitting.drawn):
        question = next(each for each in lesson(name).questions if each.id == id)
        body[f"q-{name}-{id}"] = next(
            option for option in question.options if (option == question.right) == (number >= wrong)
        )
    return client.post(f"/training/sittings/{sitting.id}/", body)


def arrange(client: Office, *, held_at: Any = MORNING, **more: Any) -> Session:
    body = {
        "session": str(ids.new_id()), "held_at": f"{held_at:%Y-%m-%dT%H:%M}", "minutes": "90", "subject": "talking",
        "audiences": ["child_director"], "way": "online", "topic": "怎样和孩子谈话", "place": "会议号 123",
        "teacher": "李老师", **more,
    }
    answer = client.post("/training/sessions/new/", body)
    assert answer.status_code == 302, text(answer)
    return Session.objects.get(id=body["session"])


def workbook(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> SimpleUploadedFile:
    """A sheet as an office would write it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("名单")
        for at, cells in enumerate((heads, *rows)):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)
    return SimpleUploadedFile("list.xlsx", content.getvalue())


def bring(client: Office, file: SimpleUploadedFile, **more: str) -> str:
    """Upload; the address of what came of it."""
    answer = client.post("/training/lists/", {"file": file, **more})
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"])


