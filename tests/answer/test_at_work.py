"""The pages around answering: links on paper, a class, paper sheets, a table of answers, and who may open them."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from tests.answer.conftest import Phone
from tests.screening.school import School, row_of
from tests.web.conftest import Clock, Office
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.flows import screening
from tongxin.screening import identities
from tongxin.screening.models import Answer, Link, Participant, Sitting
from tongxin.web.answer.links import drawn as drawn_of

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
CLEAN = dict.fromkeys(("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "s1", "s2", "s3", "s4"), "0")


def home(school: School) -> str:
    return f"/rounds/{school.round.id}/"


def paper(school: School, number: int) -> str:
    return f"{home(school)}paper/{school.pupil(number).id}/"


def typed(answers: dict[str, str], **more: str) -> dict[str, str]:
    return {**{f"item_{item}": code for item, code in answers.items()}, "on": "2025-09-01", **more}


def answers_of(school: School, number: int) -> dict[str, str]:
    sitting = Sitting.objects.select_related("participant").get(participant=school.pupil(number))
    return identities.answers_of(sitting, viewer=WORKER, at=school.at)


def test_only_those_who_work_with_the_round_open_its_pages(school: School, office: SignedIn) -> None:
    pages = [f"{home(school)}{page}/" for page in ("answering", "kiosk", "answers")] + [paper(school, 1)]
    assert [office("何老师").get(page).status_code for page in pages] == [200] * 4
    for outsider in ("周主任", "王督导", "林社工", "陈老师", "方经办"):
        assert {office(outsider).get(page).status_code for page in pages} == {404}, outsider
    stranger = School(school.world)
    mixed = f"{home(school)}paper/{stranger.pupil(1).id}/"
    assert office("何老师").get(mixed).status_code == 404


def test_a_way_that_the_round_does_not_offer_has_no_page(school: School, office: SignedIn) -> None:
    school.round.ways = ["link"]
    school.round.save(update_fields=["ways"])
    teacher = office("何老师")
    closed = [f"{home(school)}kiosk/", f"{home(school)}answers/", paper(school, 1)]
    assert {teacher.get(page).status_code for page in closed} == {404}
    page = teacher.get(f"{home(school)}answering/").content.decode()
    assert "发链接" in page and not [word for word in ("公用平板", "表格导入", "录纸质<") if word in page]


def test_a_class_is_shown_without_a_single_answer(school: School, office: SignedIn) -> None:
    school.tap(school.sit(2), "q9", 3)
    page = office("何老师").get(f"{home(school)}answering/").content.decode().partition("<main")[2]
    assert "钱小1" in page and "2号" in page and "答到一半" in page
    assert not [word for word in ("危机", "警报", "alarm", "crisis", "危险") if word in page]


def test_links_are_printed_once_for_whoever_may_answer(school: School, office: SignedIn) -> None:
    former = school.token(1)
    group = str(school.pupil(1).school_class_id)
    screening.put_down(
        participant_ids=[school.pupil(6).id], state=Participant.EXCLUDED, reason="moved", actor=school.teacher,
        at=school.at,
    )
    printed = office("何老师").post(f"{home(school)}answering/links/", {"group": group})
    assert printed.content.startswith(b"%PDF") and printed["Cache-Control"] == "no-store, private"
    assert Link.objects.filter(revoked_at__isnull=True).count() == 5
    assert Phone().open(former).status_code == 404


def test_a_code_is_drawn_square_by_square() -> None:
    url = "https://tongxin.example.gov.cn/a/#abcdefghijklmnopqrstuv"
    drawn = drawn_of(url)
    squares = {(row, column + step) for row, column, length in drawn["runs"] for step in range(length)}
    rows = segno.make_qr(url, error="m").matrix
    assert squares == {(at, place) for at, row in enumerate(rows) for place, dark in enumerate(row) if dark}
    assert drawn["size"] == len(rows)


def test_one_link_is_shown_once_and_can_be_taken_back(school: School, office: SignedIn) -> None:
    teacher, pupil = office("何老师"), school.pupil(1)
    page = teacher.post(f"{home(school)}answering/{pupil.id}/link/").content.decode()
    found = re.search(r'value="http://testserver/a/#([\w-]+)"', page)
    assert found and "<svg" in page and " style=" not in page
    assert Phone().open(found[1]).status_code == 200
    assert found[1] not in teacher.get(f"{home(school)}answering/").content.decode()
    teacher.post(f"{home(school)}answering/{pupil.id}/mark/", {"mark": "revoke"})
    assert Phone().open(found[1]).status_code == 404


def test_absent_unwilling_and_back(school: School, office: SignedIn) -> None:
    teacher = office("何老师")
    for what, state in (("absent", "absent"), ("back", "listed"), ("refused", "refused")):
        teacher.post(f"{home(school)}answering/{school.pupil(3).id}/mark/", {"mark": what})
        assert school.pupil(3).state == state
    assert teacher.post(f"{home(school)}answering/{school.pupil(3).id}/mark/", {"mark": "x"}).status_code == 404


def test_a_paper_sheet_is_typed_in_with_its_blanks_and_its_alarm(school: School, office: SignedIn) -> None:
    teacher = office("何老师")
    answer = teacher.post(paper(school, 1), typed({**CLEAN, "q2": "", "q9": "2"}))
    assert answer.status_code == 302 and answer["Location"] == paper(school, 2)
    assert answers_of(school, 1) == {item: code for item, code in {**CLEAN, "q9": "2"}.items() if item != "q2"}
    assert Case.objects.get().in_crisis
    assert "需要马上关心" in teacher.get(paper(school, 2)).content.decode()
    assert teacher.post(paper(school, 1), typed(CLEAN)).status_code == 422


def test_impossible_codes_are_named_at_their_place_and_nothing_is_kept(school: School, office: SignedIn) -> None:
    answer = office("何老师").post(paper(school, 1), typed({**CLEAN, "q3": "7", "s1": "2"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 3 题只能填 0、1、2、3" in page and "第 S1 题只能填 0、1" in page and 'value="7"' in page
    blank = office("何老师").post(paper(school, 1), typed({}))
    assert blank.status_code == 422 and "缺席" in blank.content.decode()
    future = office("何老师").post(paper(school, 1), typed(CLEAN, on="2025-09-02"))
    assert future.status_code == 422 and "作答日期" in future.content.decode()
    assert Answer.objects.count() == 0


def test_typed_twice_the_differences_are_shown_and_settled(school: School, office: SignedIn) -> None:
    teacher, page = office("何老师"), paper(school, 1)
    teacher.post(page, {"twice": "1"})
    first = teacher.post(page, typed(CLEAN))
    kept = first.context["first"]
    assert first.status_code == 200 and kept and Answer.objects.count() == 0
    second = teacher.post(page, typed({**CLEAN, "q4": "3"}, first=kept))
    assert second.status_code == 422 and "第一遍 0，这一遍 3" in second.content.decode()
    assert Answer.objects.count() == 0
    assert teacher.post(page, typed({**CLEAN, "q4": "3"}, settled="1")).status_code == 302
    assert answers_of(school, 1)["q4"] == "3"
    assert teacher.get(paper(school, 2)).context["is_twice"]


def table(rows: list[list[object]]) -> SimpleUploadedFile:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(content)
    return SimpleUploadedFile("answers.xlsx", content.getvalue())


HEADS: list[object] = ["编号", "姓名", *range(1, 10), "S1", "S2", "S3", "S4", "备注"]


def name(number: int) -> str:
    return str(row_of(number).name)


def test_a_table_is_shown_as_understood_before_anything_is_kept(school: School, office: SignedIn) -> None:
    rows: list[list[object]] = [
        ["某校答卷"], HEADS,
        [1, name(1), 0, 1, "好几天", 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, "好"],
        [2, name(3), *[0] * 13],
        [3, name(3), 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0],
        [4, name(4), *[""] * 13],
        [99, "某人", *[0] * 13],
        [5, name(5), *[0] * 8, "", 0, 0, 0, 0],
        [5, name(5), *[1] * 13],
    ]
    teacher = office("何老师")
    page = teacher.post(f"{home(school)}answers/", {"file": table(rows)})
    text = page.content.decode()
    assert page.status_code == 200 and "可以导入 2 份" in text and "没有用到的列：备注" in text
    found = [(each.row, each.column) for each in page.context["told"].problems]
    assert found == [(4, ""), (5, "6"), (6, ""), (7, ""), (9, "")]
    assert "编号与姓名" in text and "写的是“9”" in text
    assert Answer.objects.count() == 0
    done = teacher.post(f"{home(school)}answers/", {"ready": page.context["ready"]})
    assert done.status_code == 302
    assert answers_of(school, 1)["q3"] == "1" and "q9" not in answers_of(school, 5)
    assert Case.objects.get().in_crisis and school.pupil(1).alarm == "crisis"
    again = teacher.post(f"{home(school)}answers/", {"file": table(rows)})
    assert "可以导入 0 份" in again.content.decode() and "2 份以前已经答完" in again.content.decode()


def test_what_was_understood_can_not_be_forged_lent_or_kept_too_long(
    school: School, office: SignedIn, time: Clock
) -> None:
    rows: list[list[object]] = [HEADS, [1, name(1), *[0] * 13]]
    ready = office("何老师").post(f"{home(school)}answers/", {"file": table(rows)}).context["ready"]
    for who, sent in (("何老师", ready[:-3] + "abc"), ("苏咨询", ready), ("何老师", "")):
        answer = office(who).post(f"{home(school)}answers/", {"ready": sent})
        assert answer.status_code == 422 and "没有保存" in answer.content.decode()
    screening.close(round_id=school.round.id, actor=school.teacher, at=time.now + timedelta(hours=1))
    late = office("何老师").post(f"{home(school)}answers/", {"ready": ready}).content.decode()
    assert "没有保存" in late and Answer.objects.count() == 0


def test_files_that_are_none_are_refused_in_words(school: School, office: SignedIn) -> None:
    files = [
        SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken"), SimpleUploadedFile("a.csv", "姓名,年龄\n甲,3\n".encode()),
        SimpleUploadedFile("a.pdf", b"%PDF-1.4"),
    ]
    for file in files:
        answer = office("何老师").post(f"{home(school)}answers/", {"file": file})
        assert answer.status_code == 422 and re.search("没有保存|没有接收", answer.content.decode())
    assert "请先选择" in office("何老师").post(f"{home(school)}answers/").content.decode()


def test_the_empty_table_comes_back_filled(school: School, office: SignedIn) -> None:
    teacher = office("何老师")
    content = teacher.post(f"{home(school)}answers/empty/").content
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    lines = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert len(lines) == 7
    filled = "\n".join(",".join([*map(str, line[:3]), *["1"] * 13]) for line in lines[1:])
    csv = ",".join(map(str, lines[0])) + "\n" + filled
    page = teacher.post(f"{home(school)}answers/", {"file": SimpleUploadedFile("a.csv", csv.encode("gb18030"))})
    assert page.context["count"] == 6 and page.context["told"].problems == []
