"""The whole file as a book: an index that holds, nothing its printer may not read, and a fact for each copy."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from tests import world
from tests.web.conftest import Office
from tongxin.documents import typesetting
from tongxin.ledger.models import Access, Entry, Event
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def pages_of(answer: Any) -> list[str]:
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return ["".join(page.extract_text().replace(typesetting.MAY_BREAK, "").split()) for page in pages]


def printed(client: Office, child: Child, *, purpose: str = "archive") -> list[str]:
    return pages_of(client.post(f"/children/{child.id}/book/", {"purpose": purpose}))


def newest(child: Child, kind: str) -> Entry:
    return Entry.objects.filter(subject_id=child.id, kind=kind).latest("subject_seq")


def test_has_cover_index_and_every_paper_where_the_index_says(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(), office("王督导")
    for form in ("visit_record", "identification_form", "consent", "interview_record", "case_note"):
        told = client.fill(child, form)
        assert told.status_code == 200, told.content.decode()
    shown = client.get(f"/children/{child.id}/book/").content.decode()
    assert "打印成一册" in shown and "走访、观察与访谈" in shown and "交监护人" not in shown
    pages = printed(client, child)
    assert "困境儿童心理健康关爱档案" in pages[0] and child.file_no in pages[0] and "立卷人" in pages[0]
    assert all(f"第{at}页共{len(pages)}页" in page for at, page in enumerate(pages, start=1))
    assert all("第1份" in page and "王督导" in page for page in pages)
    index = pages[1]
    order = ["一、档案表", "二、识别", "三、知情同意", "四、走访、观察与访谈"]
    assert [index.index(each) for each in order] == sorted(index.index(each) for each in order)
    for title in ("走访记录", "访谈记录"):
        starts = [at for at, page in enumerate(pages, start=1) if at > 2 and title in page[:200]]
        assert starts and re.search(rf"{title}2025年9月2日\D+{starts[0]}(?!\d{{3}})", index), (title, starts, index)
    assert "（盖章处）" in "".join(pages[2:])


def test_is_without_what_its_printer_may_not_read_and_says_so(cast: world.World, office: SignedIn) -> None:
    child = cast.child()
    told = office("林社工").fill(child, "assessment_form", emotion="只给专业人员看的话")
    assert told.status_code == 200, told.content.decode()
    pages = printed(office("周主任"), child)
    text = "".join(pages)
    assert "打印人无权查看，本份没有打印：心理评估" in pages[1]
    assert "只给专业人员看的话" not in text and "评估表" not in pages[1] and "三、" not in pages[1]
    assert "只给专业人员看的话" in "".join(printed(office("林社工"), child))
    assert office("陈老师").get(f"/children/{child.id}/book/").status_code == 404
    assert office("陈老师").post(f"/children/{child.id}/book/", {"purpose": "archive"}).status_code == 404


def test_every_paper_says_the_age_of_its_own_day(
    cast: world.World, office: SignedIn, time: Any
) -> None:
    child, client = cast.child(birth="2012-01-05"), office("王督导")
    client.fill(child, "identification_form")
    time.now += timedelta(days=3 * 365)
    text = "".join(printed(office("王督导"), child))
    assert text.count("年龄13岁") == 1 and text.count("年龄16岁") == 1, "of its day; the cover as of today"


def test_prints_the_corrected_with_its_correction_and_nothing_of_another_child(
    cast: world.World, office: SignedIn
) -> None:
    child, other, client = cast.child(), cast.child("小雪"), office("周主任")
    client.fill(child, "visit_record", child_words="写错了孩子")
    entry = newest(child, "visit")
    client.fill(child, "observation_record")
    wrong = newest(child, "observation")
    client.post(f"/children/{child.id}/entries/{wrong.id}/retract/", {"reason": "twice"})
    client.post(f"/children/{child.id}/entries/{entry.id}/move/", {"to": str(other.id)})
    pages = printed(client, child)
    text = "".join(pages)
    assert "这条记录已被撤回，此处是原文。" in text
    assert "写错了孩子" not in text and "移至另一名儿童的记录" in pages[1]


def test_each_copy_is_a_fact_with_a_look_and_none_goes_to_a_family(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(), office("王督导")
    for purpose in ("", "family", "curiosity"):
        answer = client.post(f"/children/{child.id}/book/", {"purpose": purpose}, follow=True)
        assert "没有打印：请先选用途。整份档案不交监护人。" in answer.content.decode()
    assert not Event.objects.filter(kind="paper.printed").exists()
    printed(client, child)
    event = Event.objects.get(kind="paper.printed")
    assert event.clear == {"paper": "whole_file", "number": 1, "purpose": "archive"} and event.is_fact
    assert Access.objects.filter(purpose="print", subjects__owner_id=child.id).exists()
