"""The page of one's own notices, and the one of the ways out."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import world
from tests.notices.receivers import MailServer, running
from tests.web.conftest import MORNING, Clock, Office
from tongxin.accounts.models import Post
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.commands import worker
from tongxin.ledger.models import Event

pytestmark = pytest.mark.django_db
PAGE, WAYS = "/notifications/", "/notifications/ways/"


def test_an_address_is_added_confirmed_tried_and_given_up(
    cast: world.World, office: Callable[[str], Office], time: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "outbound.json"
    monkeypatch.setenv("TONGXIN_OUTBOUND", str(file))
    desk = office("周主任")
    assert "系统管理员还没有设好往外发的方式" in desk.get(PAGE).content.decode()
    with running(MailServer()) as server:
        file.write_text(json.dumps({"link": "https://t.example/sign-in/", "email": {
            "host": "127.0.0.1", "port": server.server_address[1], "tls": "none", "sender": "t@example.cn",
        }}))
        file.chmod(0o600)
        assert desk.post(f"{PAGE}add/", {"channel": "email", "address": "no"}).status_code == 422
        assert desk.post(f"{PAGE}add/", {"channel": "email", "address": "zhou@example.cn"}).status_code == 302
        while worker.notify("w", now=MORNING):
            continue
        (code,) = re.findall(r"确认码 ([0-9]{6})", server.mails[0].get_content())
        page = desk.get(PAGE)
        (row,) = (each["row"] for each in page.context["rows"])
        one = f"{PAGE}addresses/{row.id}/"
        assert "zhou@example.cn" in page.content.decode() and "等您填确认码" in page.content.decode()
        assert office("王督导").post(f"{one}confirm/", {"code": code}).status_code == 404
        assert desk.post(f"{one}try/").status_code == 422
        assert desk.post(f"{one}confirm/", {"code": "1"}).status_code == 422
        assert desk.post(f"{one}confirm/", {"code": f" {code} "}).status_code == 302
        assert desk.post(f"{one}try/").status_code == 302
        while worker.notify("w", now=MORNING):
            continue
        assert "试发" in server.mails[1].get_content()
    assert "已发出" in desk.get(PAGE).content.decode()
    assert desk.post(f"{one}remove/").status_code == 302
    assert "zhou@example.cn" not in desk.get(PAGE).content.decode()
    kinds = Event.objects.filter(subject_id=cast.people["周主任"].id, kind__startswith="address.")
    assert set(kinds.values_list("kind", flat=True)) == {"address.confirmed", "address.removed"}


def test_quiet_hours_are_kept_and_refused_in_words(office: Callable[[str], Office]) -> None:
    desk = office("周主任")
    bad = desk.post(f"{PAGE}hours/", {"quiet_from": "08:00", "quiet_until": "07:00", "digest": "07:30"})
    assert bad.status_code == 422 and "至少留 8 小时" in bad.content.decode()
    fine = {"quiet_from": "20:00", "quiet_until": "08:00", "digest": "08:10"}
    assert desk.post(f"{PAGE}hours/", fine).status_code == 302
    assert desk.get(PAGE).context["quiet_from"] == "20:00"


def test_whoever_runs_the_system_sees_what_failed_and_nobodys_address(
    cast: world.World, office: Callable[[str], Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "outbound.json"
    file.write_text(json.dumps({"link": "https://t.example/", "email": {
        "host": "127.0.0.1", "port": 1, "tls": "none", "sender": "t@example.cn",
    }}))
    file.chmod(0o600)
    monkeypatch.setenv("TONGXIN_OUTBOUND", str(file))
    office("周主任").post(f"{PAGE}add/", {"channel": "email", "address": "zhou@example.cn"})
    worker.notify("w", now=MORNING)
    assert office("周主任").get(WAYS).status_code == 404
    other = cast.posts["秦医生"]
    post = Post.objects.create(
        role="system_administrator", title="系统管理员", organisation=other.organisation, division=other.division
    )
    hand_over(post=post, to=cast.people["秦医生"], at=MORNING, actor=WORKER)
    desk = office("秦医生")
    desk.post("/post/", {"post": str(post.id)})
    shown = desk.get(WAYS).content.decode()
    assert "连不上对方的服务器" in shown and "zhou" not in shown
    file.chmod(0o644)
    assert "可被其他账户读取" in desk.get(WAYS).content.decode()
