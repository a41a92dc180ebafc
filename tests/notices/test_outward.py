"""What leaves the house: by real servers on this machine, to whom it should, once, and without a word about anybody."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.notices.receivers import CallServer, MailServer, running
from tongxin.commands import worker
from tongxin.flows import notifying
from tongxin.flows.health import examine
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.notices import queueing, sending, services
from tongxin.notices.models import Address, Attempt, Delivery, Notice
from tongxin.notices.rules import rules_at

pytestmark = pytest.mark.django_db
LINK = "https://tongxin.example/sign-in/"
HERE = {"host": "127.0.0.1", "tls": "none", "sender": "t@example.cn"}
AT = world.START + timedelta(days=1)
NAME, MAIL, PHONE = "canarychild金丝雀", "wang@example.cn", "13800000000"


@dataclass
class Outside:
    mail: MailServer
    http: CallServer
    file: Path


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Every way out, set up to lead to servers of this test."""
    with running(MailServer()) as mail, running(CallServer()) as http:
        file = tmp_path / "outbound.json"
        shown = Outside(mail, http, file)
        write(shown)
        monkeypatch.setenv("TONGXIN_OUTBOUND", str(file))
        http.answer = lambda path: (201 if path == "/bell" else 200, {
            "code": "0", "errcode": 0, "access_token": "token", "expires_in": 7200,
        })
        yield shown


def write(outside: Outside, **more: Any) -> None:
    outside.file.write_text(json.dumps({
        "link": LINK,
        "email": {**HERE, "port": outside.mail.server_address[1]},
        "sms": {"url": outside.http.url("/sms"), "shape": "json_signed", "account": "us", "secret": "s"},
        "wecom": {"url": outside.http.url(), "corp": "c", "agent": 7, "secret": "s"},
        "robot": {"url": outside.http.url()}, "webpush": {"contact": "mailto:us@example.cn", "within": ["127.0.0.1"]},
        **more,
    }), encoding="utf-8")
    outside.file.chmod(0o600)


def work(at: datetime) -> None:
    while worker.turn("w", now=at) + worker.notify("w", now=at):
        continue


def settle(cast: world.World, at: datetime = AT) -> None:
    """What the beginning brought is done and read."""
    work(at)
    Notice.objects.update(read_at=at)


def added(cast: world.World, name: str, channel: str, address: str, at: datetime = AT) -> Address:
    row = notifying.add(channel=channel, address=address, actor=cast.viewer(name, at), at=at)
    if channel != "webpush":
        work(at)
        code = re.findall(r"确认码 ([0-9]{6})", last_said(channel))[-1]
        notifying.confirm(address_id=row.id, code=code, actor=cast.viewer(name, at), at=at)
    return row


def last_said(channel: str) -> str:
    """What the receiver of a channel got last; the tests' own servers are the only ones there are."""
    outside = last_said.outside  # type: ignore[attr-defined]
    if channel == "email":
        return str(outside.mail.mails[-1].get_content())
    return json.dumps(json.loads(outside.http.calls[-1][2]), ensure_ascii=False)


@pytest.fixture(autouse=True)
def _know(outside: Outside) -> None:
    last_said.outside = outside  # type: ignore[attr-defined]


def danger(cast: world.World, at: datetime = AT) -> Any:
    child = cast.child(NAME, at=at)
    event = Event.objects.filter(subject_id=child.id).order_by("at").first()
    assert event is not None
    told = Event.objects.create(
        id=ids.new_id(), kind="crisis.raised", subject=event.subject, at=at, clear={}, is_fact=False,
        person_id=None, post_id=None, digest=event.digest,
    )
    services.tell_posts(posts=[cast.posts["王督导"].id], event=told, at=at, child_id=child.id)
    return child


def test_every_way_out_carries_the_urgent_and_not_a_word_about_anybody(cast: world.World, outside: Outside) -> None:
    settle(cast)
    for channel, address in (
        ("email", MAIL), ("sms", PHONE), ("wecom", "wang"), ("robot", "12345678-abcd"),
    ):
        added(cast, "王督导", channel, address)
    added(cast, "王督导", "webpush", outside.http.url("/bell"))
    outside.mail.taken.clear()
    outside.http.calls.clear()
    child = danger(cast)
    work(AT)
    paths = sorted(path.partition("?")[0] for path, _, _ in outside.http.calls)
    assert paths == ["/bell", "/cgi-bin/message/send", "/cgi-bin/webhook/send", "/sms"]
    bell = next(call for call in outside.http.calls if call[0] == "/bell")
    assert bell[2] == b"" and bell[1]["Authorization"].startswith("vapid t=ey") and bell[1]["Urgency"] == "high"
    (mail,) = outside.mail.mails
    assert mail["To"] == MAIL and LINK in mail.get_content() and "急事" in mail.get_content()
    said = outside.mail.taken[0].decode() + mail.get_content() + mail["Subject"] + outside.http.everything
    said += json.dumps([json.loads(body) for _, _, body in outside.http.calls if body], ensure_ascii=False)
    for word in (NAME, "金丝雀", str(child.id), child.id.hex, "危机", "王督导", "东升社区", "儿童", "红色", "自伤"):
        assert word not in said, word


def test_rings_again_until_somebody_looked(cast: world.World, outside: Outside) -> None:
    settle(cast)
    added(cast, "王督导", "email", MAIL)
    outside.mail.taken.clear()
    night = AT.replace(hour=23)
    danger(cast, night)
    work(night)
    assert len(outside.mail.taken) == 1
    work(night + timedelta(minutes=10))
    assert len(outside.mail.taken) == 2
    services.mark_read(viewer=cast.viewer("王督导", night), at=night)
    work(night + timedelta(minutes=30))
    assert len(outside.mail.taken) == 2
    assert Delivery.objects.filter(kind="urgent", state=Delivery.SPARED).count() == 1


def test_what_can_wait_comes_once_a_day_after_the_quiet_hours(cast: world.World, outside: Outside) -> None:
    settle(cast)
    added(cast, "周主任", "email", MAIL)
    outside.mail.taken.clear()
    cast.child(NAME, at=AT)
    work(AT)
    assert outside.mail.taken == []
    notifying.prefer(
        quiet_from="20:00", quiet_until="09:30", digest_at="09:30", actor=cast.viewer("周主任", AT), at=AT
    )
    morning = (AT + timedelta(days=1)).replace(hour=9, minute=0)
    work(morning)
    assert outside.mail.taken == []
    for minutes in (30, 31, 400):
        work(morning + timedelta(minutes=minutes))
    (mail,) = outside.mail.mails
    unread = services.count_unread(viewer=cast.viewer("周主任", morning), at=morning)
    assert unread and f"您有 {unread} 条消息" in mail.get_content()
    # Nothing new came: nobody is told of the same lines a second day.
    work(morning + timedelta(days=1, hours=1))
    assert len(outside.mail.taken) == 1


def test_a_server_that_is_away_is_tried_again_and_given_up_in_words(cast: world.World, outside: Outside) -> None:
    settle(cast)
    added(cast, "王督导", "email", MAIL)
    write(outside, email={**HERE, "port": 1})
    danger(cast)
    work(AT)
    first = Delivery.objects.get(kind="urgent", attempts=1)
    assert (first.state, first.reason) == (Delivery.FAILED, "unreachable") and first.not_before > AT
    write(outside)
    outside.mail.taken.clear()
    work(first.not_before)
    first.refresh_from_db()
    assert (first.state, first.attempts, len(outside.mail.taken)) == (Delivery.SENT, 2, 1)
    assert [each.outcome for each in Attempt.objects.filter(delivery=first).order_by("id")] == ["failed", "sent"]
    outside.mail.refused = "550 nobody"
    work(AT + timedelta(minutes=10))
    (gone,) = Delivery.objects.filter(state=Delivery.GIVEN_UP)
    (said,) = [each for each in examine(at=AT + timedelta(minutes=11)) if each.what == "往外发的通知"]
    assert gone.reason == "address" and said.state == "warning" and "这个地址收不到" in said.zh


def test_a_stop_in_the_middle_loses_nothing_and_the_second_copy_has_the_same_number(
    cast: world.World, outside: Outside
) -> None:
    settle(cast)
    added(cast, "王督导", "email", MAIL)
    added(cast, "王督导", "sms", PHONE)
    outside.mail.taken.clear()
    outside.http.calls.clear()
    danger(cast)
    worker.turn("w", now=AT)
    # Stopped while the lines were weighed, after messages were claimed, and after a server took one.
    queueing.weigh(at=AT, limit=200)
    queueing.weigh(at=AT, limit=200)
    assert len(sending.claim(worker="gone", at=AT, limit=4)) == 2
    assert sending.send_due(worker="w", at=AT, limit=4) == 0
    sending._deal_with(Delivery.objects.filter(to__channel="email", state="sending").get(), worker="other", at=AT)
    later = AT + rules_at(AT).stale
    assert sending.send_due(worker="w", at=later, limit=4) == 2
    assert sending.send_due(worker="w", at=later, limit=4) == 0
    numbers = [each["Message-ID"] for each in outside.mail.mails]
    assert len(numbers) == 2 and len(set(numbers)) == 1
    (sms,) = outside.http.calls
    assert sms[1]["Idempotency-Key"] == json.loads(sms[2])["serial"]


def test_an_address_is_used_once_its_code_came_back_and_only_by_its_person(
    cast: world.World, outside: Outside
) -> None:
    settle(cast)
    own = cast.viewer("王督导", AT)
    row = notifying.add(channel="sms", address=PHONE, actor=own, at=AT)
    danger(cast)
    work(AT)
    assert len(outside.http.calls) == 1
    with pytest.raises(NotAllowed):
        notifying.confirm(address_id=row.id, code="000000", actor=cast.viewer("周主任", AT), at=AT)
    code = re.findall(r"确认码 ([0-9]{6})", last_said("sms"))[0]
    for _ in range(5):
        with pytest.raises(Refused):
            notifying.confirm(address_id=row.id, code="wrong", actor=own, at=AT)
    with pytest.raises(Refused):
        notifying.confirm(address_id=row.id, code=code, actor=own, at=AT)
    assert PHONE.encode() not in bytes(Address.objects.get().address.blob)
    for minute in range(1, 5):
        notifying.ask_again(address_id=row.id, actor=own, at=AT + timedelta(minutes=minute))
    with pytest.raises(Refused, match="1 problems"):
        notifying.ask_again(address_id=row.id, actor=own, at=AT + timedelta(minutes=6))


@pytest.mark.parametrize(("times", "is_fine"), [
    (("22:00", "07:00", "08:00"), True), (("12:00", "11:00", "11:30"), False), (("22:00", "07:00", "23:00"), False),
    (("late", "07:00", "08:00"), False),
])
def test_quiet_hours_leave_enough_of_the_day(cast: world.World, times: tuple[str, str, str], is_fine: bool) -> None:
    asked = dict(zip(("quiet_from", "quiet_until", "digest_at"), times, strict=True))
    if is_fine:
        return notifying.prefer(**asked, actor=cast.viewer("周主任", AT), at=AT)
    with pytest.raises(Refused):
        notifying.prefer(**asked, actor=cast.viewer("周主任", AT), at=AT)
    return None
