"""The sample rosters with random faults: never a fault of ours, and every row is in a file, listed or waiting."""

import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.intake.reading.files import SAMPLES, TODAY, workbook
from tests.soak.conftest import Part
from tongxin.intake.models import Upload
from tongxin.intake.reading import RosterError, open_roster, read_workbook
from tongxin.intake.reading.text import shown

pytestmark = pytest.mark.soak
FILES = ("roster-a-7.xlsx", "roster-b-8.xlsx", "small.et", "small.ods", "small.xls")
ODD = (
    "", " ", "\x00", "无", "/", "合计", "=1+1", "雨" * 10_000, "2015-02-30", "3.70116E+17", "男女", "𠮷", "1", "√",
    "填表人：", "姓名", "身份证号", "37011620150304002X", "一、雪野街道（2人）", "<script>", "'; drop table", "9" * 400,
)
ROWS = 40


def test_broken_files(part: Part) -> None:
    contents = [(name, (SAMPLES / name).read_bytes()) for name in FILES]
    for number in part.turns():
        chance = random.Random(number)
        name, content = chance.choice(contents)
        try:
            rows = list(open_roster(_broken(content, chance), name=name, county="370116").rows(today=TODAY))
            part.counts["read"] += 1
            assert all(row.as_json() for row in rows)
        except RosterError as refused:
            part.counts["refused"] += 1
            assert refused.zh


def _broken(content: bytes, chance: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(max(len(found), 1))
        kind = chance.randrange(4)
        if kind == 0:
            found[at : at + 1] = bytes(byte ^ 1 << chance.randrange(8) for byte in found[at : at + 1])
        elif kind == 1:
            del found[at : at + chance.randrange(1, 200)]
        elif kind == 2:
            found[at:at] = chance.randbytes(chance.randrange(1, 50))
        else:
            found = found[: max(at, 1)] if chance.random() < 0.2 else found
    return bytes(found or b"x")


@pytest.mark.django_db
def test_rosters_with_random_faults(office: Any, part: Part) -> None:
    browser = office("郑管理")
    sheets = [read_workbook((SAMPLES / name).read_bytes(), name).sheets[0].rows for name in FILES[:2]]
    for number in part.turns():
        with transaction.atomic():
            chance = random.Random(number)
            content = workbook({"花名册": _mutated(chance.choice(sheets), chance)})
            _bring_in(browser, content, part)
            transaction.set_rollback(True)


def _mutated(rows: Any, chance: random.Random) -> list[list[str]]:
    head, body = [list(map(shown, row)) for row in rows[:4]], [list(map(shown, row)) for row in rows[4:]]
    start = chance.randrange(max(1, len(body) - ROWS))
    body = body[start : start + ROWS]
    for _ in range(chance.randrange(1, 60)):
        row = chance.choice(body)
        if row:
            row[chance.randrange(len(row))] = chance.choice(ODD)
    if chance.random() < 0.3:
        chance.shuffle(body)
    if chance.random() < 0.3:
        body.insert(chance.randrange(len(body)), list(chance.choice(body)))
    if chance.random() < 0.2:
        body.insert(chance.randrange(len(body)), [chance.choice(ODD)])
    if chance.random() < 0.15:
        head = head[: chance.randrange(len(head))]
    return [*head, *body]


def _bring_in(browser: Any, content: bytes, part: Part) -> None:
    answer = browser.post("/rosters/", {"file": SimpleUploadedFile("a.xlsx", content)})
    assert answer.status_code in {302, 422}, answer.status_code
    if answer.status_code == 422:
        part.counts["refused"] += 1
        assert "没有接收" in answer.content.decode()
        return
    page = browser.get(answer.url)
    assert page.status_code == 200
    chosen = {each["name"]: each["field"] for table in page.context["parts"] for each in table["columns"]}
    sent = browser.post(answer.url, {**chosen, "go": "yes", "here": "yes"})
    assert sent.status_code in {302, 422}
    upload = Upload.objects.get()
    if upload.state != Upload.DONE:
        part.counts["left unimported"] += 1
        return
    came = upload.summary
    assert came["new"] + came["same"] + came["changed"] + came["held"] == upload.rows_done
    for path in (answer.url, f"{answer.url}changes/", "/rosters/held/", "/"):
        assert browser.get(path).status_code == 200
    part.counts["rows"] += upload.rows_done
    part.counts["files opened"] += came["new"]
    part.counts["rows held"] += came["held"]

