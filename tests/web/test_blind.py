"""The pages of blind comparison: two offices, each with its list, approval, letters, the result, its end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.flows.sharing import in_force
from tests.web.conftest import Clock
from tests.web.test_comparisons import officer
from tests.web.test_moves import upload
from tests.web.test_rosters import number
from tests.world import World
from tongxin import vault
from tongxin.flows import blind_sessions, stripping
from tongxin.flows.blind_sessions import Wish
from tongxin.flows.refusals import Refused
from tongxin.instances.models import BlindSession
from tongxin.ledger.models import Event
from tongxin.people.models import Child

__all__ = ["officer"]
pytestmark = pytest.mark.django_db
NUMBERS = [number(f"370116201203{day:02d}{order:03d}") for day in range(1, 26) for order in (101,)]
TERMS = {
    "deed": "ask", "other_name": "莱芜区教育局", "purpose": "核对控辍保学", "kind": "id",
    "own_name": "莱芜区民政局",
}


def sheet(numbers: list[str]) -> SimpleUploadedFile:
    rows = [f"孩子{at},{number}" for at, number in enumerate(numbers)]
    return SimpleUploadedFile("名单.csv", "\n".join(["姓名,身份证号", *rows]).encode())


def files(cast: World, count: int = 22) -> list[Child]:
    return [
        cast.child(f"孩子{at}", id_kind="resident_id", id_no=NUMBERS[at], birth=f"2012-03-{at + 1:02d}")
        for at in range(count)
    ]


def offered(desk: Any) -> str:
    """The agreement that stands in the register first."""
    return next((reference for reference, _ in desk.get("/blind/").context["agreements"]), "")


def opened(desk: Any, **more: Any) -> str:
    answer = desk.post("/blind/", TERMS | {"source": "on_file", "agreement": offered(desk)} | more)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def approved(office: Any, page: str, by: str = "评估核对人370116") -> None:
    answer = office(by).post(page, {"deed": "approve"})
    assert answer.status_code == 302, answer.content.decode()


@pytest.fixture
def desk(cast: World, office: Any) -> Any:
    """The case manager, with a second person in the county who may approve."""
    in_force(cast)
    return office("郑管理")


def test_two_offices_learn_what_both_have_and_no_more(
    cast: World, office: Any, desk: Any, officer: Any, time: Clock
) -> None:
    children = files(cast)
    page = opened(desk)
    assert desk.get(f"{page}letter/").status_code == 404
    assert "等另一位有权批准的同事" in desk.get(page).content.decode()
    approved(office, page)
    first = desk.get(f"{page}letter/").content
    assert NUMBERS[0].encode() not in first and "孩子".encode() not in first
    theirs = opened(officer, **{
        "deed": "answer", "source": "uploaded", "letter": SimpleUploadedFile("1.json", first),
        "list": sheet(NUMBERS[3:]), "own_name": "莱芜区教育局",
    })
    assert "核对控辍保学" in officer.get(theirs).content.decode()
    approved(office, theirs, by="郑管理")
    second = officer.get(f"{theirs}letter/").content
    assert "结果" in desk.post(f"{page}bring/", upload(second), follow=True).content.decode()
    shown = desk.get(page).content.decode()
    assert "双方都有 19 行" in shown and children[5].file_no in shown and children[0].file_no not in shown
    assert BlindSession.objects.get(is_asker=True).kept is None
    third = desk.get(f"{page}letter/").content
    told = officer.post(f"{theirs}bring/", upload(third), follow=True).content.decode()
    assert "双方都有 19 行" in told and children[5].file_no not in told and "第 2 行" in told
    assert "第 2 行" in officer.get(f"{theirs}result/").content.decode("utf-8-sig")
    kinds = ["blind.opened", "blind.decided", "blind.learned"]
    assert [Event.objects.filter(kind=kind).count() for kind in kinds] == [2, 2, 2]
    again = desk.post(f"{page}bring/", upload(second), follow=True)
    assert "双方都有 19 行" in again.content.decode() and Event.objects.filter(kind="blind.learned").count() == 2
    assert "哪几行只有发起的岗位看得到" in desk.get(theirs).content.decode()


def test_at_the_end_of_the_term_all_of_it_goes(cast: World, office: Any, desk: Any, time: Clock) -> None:
    files(cast)
    page = opened(desk)
    row = BlindSession.objects.get()
    assert blind_sessions.dispose_due(at=time.now) == 0
    with_term = row.keep_until + timedelta(minutes=1)
    assert blind_sessions.dispose_due(at=with_term) == 1 == Event.objects.filter(kind="blind.disposed").count()
    row.refresh_from_db()
    assert row.kept is None and row.purpose is None and row.state == BlindSession.DISPOSED
    assert blind_sessions.dispose_due(at=with_term) == 0
    assert "已销毁" in desk.get(page).content.decode()
    assert office("郑管理").post(page, {"deed": "approve"}).status_code == 422


def test_one_person_alone_makes_no_letter(cast: World, office: Any, desk: Any) -> None:
    files(cast)
    page = opened(desk)
    alone = desk.post(page, {"deed": "approve"})
    assert alone.status_code == 422 and "不能是同一个人" in alone.content.decode()
    assert office("评估核对人370116").post(page, {"deed": "refuse"}).status_code == 302
    assert BlindSession.objects.get().kept is None and desk.get(f"{page}letter/").status_code == 404
    late = office("评估核对人370116").post(page, {"deed": "approve"})
    assert late.status_code == 422 and "答复过" in late.content.decode()
    assert desk.post(page, {"deed": "dance"}).status_code == 422


@pytest.mark.parametrize(("more", "said"), [
    ({"source": "uploaded"}, "请先选择本方的名单"), ({"purpose": " "}, "请写明对方单位"),
    ({"kind": "x"}, "请选择按什么比对"), ({"agreement": "示协3号"}, "请选一份现在有效的协议"),
    ({"source": "uploaded", "list": SimpleUploadedFile("a.csv", b"")}, "没有读取"),
    ({"source": "uploaded", "list": SimpleUploadedFile("a.csv", "姓名,身份证号\n甲,1".encode())}, "少于"),
    ({"deed": "answer"}, "第一封"),
    ({"deed": "answer", "letter": SimpleUploadedFile("a", b"[]")}, "不是隐私比对的文件"),
])
def test_what_is_missing_is_told_and_nothing_kept(cast: World, desk: Any, more: dict[str, Any], said: str) -> None:
    files(cast, 21)
    answer = desk.post("/blind/", TERMS | {"source": "on_file", "agreement": offered(desk)} | more)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not BlindSession.objects.exists()


def test_sent_twice_it_is_one(cast: World, desk: Any) -> None:
    files(cast)
    same = str(desk.get("/blind/").context["new_id"])
    assert opened(desk, id=same) == opened(desk, id=same) and BlindSession.objects.count() == 1


def test_the_agreement_is_chosen_below_the_door_too(cast: World, desk: Any, time: Clock) -> None:
    files(cast, 21)
    actor = cast.viewer("郑管理", time.now)
    rows = blind_sessions.on_file(actor=actor, at=time.now)
    wish = Wish("id", "莱芜区民政局", "莱芜区教育局", "核对控辍保学", "示协3号")
    more: dict[str, Any] = {"rows": rows, "source": BlindSession.ON_FILE, "actor": actor, "at": time.now}
    with pytest.raises(Refused, match="1 problems"):
        blind_sessions.ask(wish=wish, **more)
    row = blind_sessions.ask(wish=replace(wish, agreement=offered(desk)), **more)
    assert row.agreement.startswith("共享 2025-")


def test_a_wrong_letter_changes_nothing(cast: World, office: Any, desk: Any) -> None:
    files(cast)
    page = opened(desk)
    early = desk.post(f"{page}bring/", upload(b"{}"))
    assert early.status_code == 422
    approved(office, page)
    own = desk.get(f"{page}letter/").content
    broken = "不是隐私比对的文件"
    for content, said in ((b"{}", broken), (own, "不属于这次比对"), (own[:-30] + own[-29:], broken)):
        answer = desk.post(f"{page}bring/", upload(content))
        assert answer.status_code == 422 and said in answer.content.decode()
    assert desk.post(f"{page}bring/", {}).status_code == 422
    assert BlindSession.objects.get().state == BlindSession.SENT


def test_others_find_no_such_page(cast: World, office: Any, desk: Any, officer: Any) -> None:
    files(cast)
    page = opened(desk)
    for url in (page, f"{page}letter/", f"{page}result/"):
        assert officer.get(url).status_code == 404 and office("陈管理").get(url).status_code == 404
    assert office("林社工").get("/blind/").status_code == 404
    assert officer.post("/blind/", TERMS | {"source": "on_file"}).status_code == 404


def test_an_erased_child_leaves_what_was_made_of_all_files(cast: World, desk: Any, time: Clock) -> None:
    child = files(cast)[0]
    opened(desk)
    stripping.strip(child, at=time.now)
    row = BlindSession.objects.get()
    assert row.state == BlindSession.DISPOSED and row.kept is None


def test_the_key_goes_with_the_term(
    cast: World, desk: Any, time: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    files(cast)
    opened(desk)
    row = BlindSession.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        blind_sessions.dispose_due(at=row.keep_until)
    assert vault.destroyed([row.key_owner])
