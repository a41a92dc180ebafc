"""The pages of other installations: adding one, making a file, taking one, the receipt back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.conftest import taken_back
from tests.flows.story import Story
from tests.instances.test_moving import FAR, HERE, Sent, answered_by_the_other, befriend, leaving, sent_by
from tests.web.conftest import Clock
from tests.world import World
from tongxin.instances import keys
from tongxin.instances.models import Arrival, Peer, Sending
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str = "file.json") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, content)}


@pytest.fixture
def story(cast: World, time: Clock) -> Story:
    """A child who leaves for a county that nobody here serves."""
    found = leaving(cast)
    time.now = found.at + timedelta(days=2)
    return found


def test_a_file_is_made_carried_and_answered(story: Story, office: Any, time: Clock) -> None:
    desk = office("郑管理")
    here = f"/children/{story.child.id}/moves/"
    assert "没有在办的迁出" in desk.get(here).content.decode()
    story.record("transfer_out", "郑管理", to_division=FAR, file_consent="yes")
    assert "交到外地系统" in desk.get(f"/children/{story.child.id}/").content.decode()
    assert "还没有核对过的外地系统" in desk.get(here).content.decode()
    peer = befriend(story.world, story.at, region=FAR)
    assert desk.post(here, {"peer": "nonsense"}).status_code == 422
    assert desk.post(here, {"peer": str(peer.id)}).status_code == 302
    page = desk.get(here).content.decode()
    assert "等对方答复" in page and "下载，交给对方" in page
    made = Sending.objects.get()
    file = desk.get(f"/moves/sendings/{made.id}/")
    assert file.content == bytes(made.content) and "小雨".encode() not in file.content
    sent = Sent(file.content, story.child, [], story.at, "")
    receipt = answered_by_the_other(sent, sent.content)
    answer = desk.post("/moves/bring/", upload(receipt), follow=True)
    assert "对方已接收" in answer.content.decode()
    assert not story.case.is_open


def test_a_file_that_comes_is_looked_at_then_accepted(cast: World, office: Any, time: Clock) -> None:
    with taken_back():
        first = Story(cast)
        first.graded("mid_low", 2, 0, 0, 0, 0)
        sent = sent_by(first)
    time.now = sent.at + timedelta(days=1)
    desk = office("陈管理")
    befriend(cast, sent.at, region=HERE)
    page = desk.post("/moves/bring/", upload(sent.content), follow=True).content.decode()
    assert "摘要" in page and "条记录" in page and "小雨" not in page
    (arrival,) = Arrival.objects.all()
    at = f"/moves/arrivals/{arrival.id}/"
    missing = desk.post(at, {"outcome": "accepted", "arrived_on": "2025-09-01"})
    assert missing.status_code == 422 and "是否当面见到孩子" in missing.content.decode()
    done = desk.post(at, {
        "outcome": "accepted", "arrived_on": "2025-09-01", "seen_in_person": "yes", "signature": "陈管理",
    }, follow=True)
    assert done.status_code == 200 and "下载回执" in done.content.decode()
    assert json.loads(desk.get(f"{at}receipt/").content)["signature"]
    assert Child.objects.filter(id=sent.child.id, county_id=cast.posts["陈管理"].division.county_id).exists()
    assert desk.get(f"/children/{sent.child.id}/").status_code == 200
    again = desk.post(at, {"outcome": "returned", "reason": "not_here"})
    assert again.status_code == 422 and "答复过" in again.content.decode()


def test_a_file_can_be_returned_with_a_reason(cast: World, office: Any, time: Clock) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    time.now = sent.at + timedelta(days=1)
    desk = office("陈管理")
    befriend(cast, sent.at, region=HERE)
    desk.post("/moves/bring/", upload(sent.content))
    at = f"/moves/arrivals/{Arrival.objects.get().id}/"
    assert desk.post(at, {"outcome": "returned", "reason": "because"}).status_code == 422
    assert desk.post(at, {"outcome": "returned", "reason": "not_here"}).status_code == 302
    page = desk.get(at).content.decode()
    assert "已退回" in page and "下载回执" in page and not Child.objects.exists()


BROKEN = [b"", b"{}", b"[]", b'{"sealed": 3}', b'{"sealed":"AAAA"}', b"\xff\xfe", b"1" * 999]


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("url", ["/moves/bring/", "/moves/peers/"])
def test_what_is_no_letter_is_told_in_words(office: Any, url: str, content: bytes) -> None:
    answer = office("郑管理").post(url, upload(content))
    assert answer.status_code == 422 and "没有" in answer.content.decode()
    assert not Arrival.objects.exists() and not Peer.objects.exists()


def test_another_installation_needs_two_people(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(keys, "_seed", lambda purpose: (purpose.encode() * 9)[:32])
        card = keys.written(keys.own_card(name="荔湾区", region=FAR))
    one, two = office("郑管理"), office("陈管理")
    assert one.post("/moves/peers/", {}).status_code == 422
    assert "等另一个人核对" in one.post("/moves/peers/", upload(card), follow=True).content.decode()
    peer = Peer.objects.get()
    alone = one.post(f"/moves/peers/{peer.id}/", {"deed": "confirm"})
    assert alone.status_code == 422 and "不能是同一个人" in alone.content.decode()
    assert "电话里核对过，一致" in two.get("/moves/").content.decode()
    assert "已核对" in two.post(f"/moves/peers/{peer.id}/", {"deed": "confirm"}, follow=True).content.decode()
    assert "已停用" in one.post(f"/moves/peers/{peer.id}/", {"deed": "revoke"}, follow=True).content.decode()
    assert one.get("/moves/card/").json()["region"] == HERE


@pytest.mark.parametrize("by", ["林社工", "王督导", "何老师", "方经办"])
def test_others_find_no_such_page(story: Story, office: Any, by: str) -> None:
    desk = office(by)
    for url in ("/moves/", "/moves/card/", f"/children/{story.child.id}/moves/"):
        assert desk.get(url).status_code == 404
    assert "交到外地系统" not in desk.get(f"/children/{story.child.id}/").content.decode()


def test_figures_are_made_carried_and_shown(cast: World, office: Any, time: Clock) -> None:
    peer = befriend(cast, time.now, region=HERE)
    below, above = office("郑管理"), office("陈管理")
    assert "还没有报来过" in above.get("/moves/figures/").content.decode()
    letter = below.post("/moves/figures/", {"peer": str(peer.id)})
    assert letter.status_code == 200 and letter["Content-Disposition"].startswith("attachment")
    page = above.post("/moves/figures/bring/", upload(letter.content), follow=True).content.decode()
    assert "第 1 版" in page and "怎么数的" in page
    assert "第 1 版" in above.post("/moves/bring/", upload(letter.content), follow=True).content.decode()
    broken = above.post("/moves/figures/bring/", upload(b"{}"), follow=True).content.decode()
    assert "没有处理" in broken
    assert below.post("/moves/figures/", {"peer": "x"}).status_code == 302
    assert above.post("/moves/figures/bring/", {}).status_code == 302
