"""Two people: a companion's number is read twice from the paper, a need is read by another before a body sees it."""

import pytest

from tests import world
from tests.pairings.test_pairings import SignedIn, checked, companion, paired, social, text
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tests.web.test_rosters import number
from tongxin.ledger.models import Event
from tongxin.notices.models import Notice
from tongxin.pairings.models import Companion, Wanted

pytestmark = pytest.mark.django_db
PAPER = number("37011619800101002")
NEED = {"kind": "study", "ages": "from_6", "what": "一名小学生每周要人辅导两次作业", "until_on": "2025-12-31"}


def fresh(client: object) -> Companion:
    row = companion(client)  # type: ignore[arg-type]
    Companion.objects.filter(id=row.id).update(confirmed_at=None)
    return row


def test_no_child_is_met_before_two_people_read_the_same_number(cast: world.World, office: SignedIn) -> None:
    first, second, child = office("王督导"), office("林社工"), cast.child("童小雨")
    row = fresh(first)
    here = f"/companions/{row.id}/identity/"
    assert first.post(here, {"id_no": "370116198013010021"}).status_code == 422
    assert first.post(here, {"id_no": PAPER}).status_code == 302
    checked(first, row)
    assert row.checked_until is None and paired(first, child, row).status_code == 422
    assert "请另一位同事" in text(first.post(here, {"id_no": PAPER}))
    assert PAPER not in text(second.get(f"/companions/{row.id}/"))
    assert "不一样" in text(second.post(here, {"id_no": number("37011619800101010")}))
    for _ in range(2):
        assert second.post(here, {"id_no": PAPER.lower()}).status_code == 302
    row.refresh_from_db()
    assert str(row.checked_until) == "2026-09-01" and paired(first, child, row).status_code == 302
    page = text(first.get(f"/companions/{row.id}/"))
    assert PAPER not in page and f"3701**********{PAPER[-4:]}" in page
    assert "不能再改" in text(first.post(here, {"id_no": number("37011619800101010")}))
    assert Event.objects.filter(kind="companion.confirmed").count() == 1
    assert PAPER not in str(list(Event.objects.values_list("clear", flat=True)))


def test_who_failed_is_known_by_the_number_under_another_name(cast: world.World, office: SignedIn) -> None:
    first, second = office("王督导"), office("林社工")
    row = fresh(first)
    for client in (first, second):
        assert client.post(f"/companions/{row.id}/identity/", {"id_no": PAPER}).status_code == 302
    checked(first, row, "record", result="failed")
    first.post(f"/companions/{row.id}/leave/", {"reason": "failed"})
    other = {"kind": "mentor", "name": "晶丝鹊", "phone": "13922220000", "sex": "female", "skills": ["talk"]}
    assert first.post("/companions/new/", other).status_code == 302
    again = Companion.objects.latest("number")
    assert "那一次是您办的" in text(first.post(f"/companions/{again.id}/identity/", {"id_no": PAPER}))
    assert second.post(f"/companions/{again.id}/identity/", {"id_no": PAPER}).status_code == 302
    assert "以前登记过，已退出" in text(second.get(f"/companions/{again.id}/"))
    second.post("/companions/new/", {**other, "name": "又一人"})
    third = Companion.objects.latest("number")
    assert "已经登记给第 2 号" in text(second.post(f"/companions/{third.id}/identity/", {"id_no": PAPER}))


def test_a_need_is_read_by_another_before_any_body_sees_it(cast: world.World, office: SignedIn) -> None:
    social(cast)
    writer, reader, body = office("林社工"), office("王督导"), office("联络员")
    child = cast.child("童小雨")
    writer.post(f"/children/{child.id}/wanted/", NEED)
    row = Wanted.objects.get()
    here = f"/wanted/{row.id}/read/"
    assert Notice.objects.filter(kind="wanted.written", post_id=cast.posts["王督导"].id).count() == 1
    assert not Notice.objects.filter(kind="wanted.written", post_id=cast.posts["林社工"].id).exists()
    assert "眼下没有可以接的需求" in text(body.get("/wanted/"))
    assert body.post(f"/wanted/{row.id}/offer/", {"how": "我们来"}).status_code == 404
    assert "写的人不能自己看过" in text(writer.post(here, {"answer": "yes"}))
    for stranger in ("联络员", "陈督导", "周主任"):
        assert office(stranger).post(here, {"answer": "yes"}).status_code == 404
    assert "请选原因" in text(reader.post(here, {"answer": "no"}))
    assert reader.post(here, {"answer": "no", "reason": "tells"}).status_code == 302
    assert "还能让人认出孩子" in text(writer.get("/wanted/")) and "眼下没有" in text(body.get("/wanted/"))
    assert Notice.objects.filter(kind="wanted.returned", post_id=cast.posts["林社工"].id).count() == 1
    writer.post(f"/children/{child.id}/wanted/", NEED)
    here = f"/wanted/{Wanted.objects.latest('number').id}/read/"
    for _ in range(2):
        assert reader.post(here, {"answer": "yes"}).status_code == 302
    assert "辅导两次作业" in text(body.get("/wanted/"))
    assert Event.objects.filter(kind="wanted.published").count() == 1
