"""What is kept of files that went to others or came: their bytes only as long as they are needed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import taken_back
from tests.flows.story import Story
from tests.instances.test_moving import (
    FAR,
    GIVEN,
    HERE,
    accepted,
    answered_by_the_other,
    befriend,
    leaving,
    refused,
    sent_by,
)
from tests.web.conftest import Clock, office, time
from tests.world import World
from tongxin.flows import file_sending, file_taking, stripping
from tongxin.instances import letters
from tongxin.instances.models import Arrival, ForeignEntry, Sending

__all__ = ["office", "time"]
pytestmark = pytest.mark.django_db


def test_an_answered_file_keeps_its_digest_and_loses_its_bytes(cast: World) -> None:
    story = leaving(cast)
    sent = sent_by(story, to=FAR)
    digest = Sending.objects.get().digest
    receipt = answered_by_the_other(sent, sent.content)
    done = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    done.refresh_from_db()
    assert (bytes(done.content), done.digest) == (b"", digest)


def test_one_made_anew_leaves_no_bytes_of_the_earlier(cast: World) -> None:
    story = leaving(cast)
    sent_by(story, to=FAR)
    first = Sending.objects.get()
    file_sending.make(
        child_id=story.child.id, peer_id=first.peer_id, actor=cast.viewer("郑管理", story.at), at=story.at
    )
    first.refresh_from_db()
    assert (first.state, bytes(first.content)) == (Sending.REPLACED, b"")


def test_a_file_without_bytes_is_not_downloaded(cast: World, office: Any, time: Clock) -> None:
    story = leaving(cast)
    sent_by(story, to=FAR)
    time.now = story.at + timedelta(hours=1)
    made, desk = Sending.objects.get(), office("郑管理")
    assert desk.get(f"/moves/sendings/{made.id}/").status_code == 200
    Sending.objects.update(content=b"")
    assert desk.get(f"/moves/sendings/{made.id}/").status_code == 404


def test_erasing_takes_what_is_sealed_for_others_and_who_wrote_elsewhere(
    cast: World, office: Any, time: Clock
) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    story = accepted(cast, sent)
    waiting = Arrival.objects.get()
    waiting.id, waiting.state, waiting.content = story.child.id, Arrival.WAITING, b"a supplement"
    waiting.save(force_insert=True)
    assert ForeignEntry.objects.exclude(office="").exists()
    stripping.strip(story.child, at=story.at)
    assert not ForeignEntry.objects.exclude(office="").exists()
    assert not Arrival.objects.exclude(content=b"").exists()
    time.now = story.at + timedelta(hours=1)
    page = office("陈管理").get(f"/moves/arrivals/{waiting.id}/")
    assert page.status_code == 200 and "档案已依法删除" in page.content.decode()


def test_a_file_that_nobody_answers_goes_back_by_itself(cast: World, office: Any, time: Clock) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    befriend(cast, sent.at, region=HERE)
    came = sent.at + timedelta(days=1)
    arrival = file_taking.receive(content=sent.content, actor=cast.viewer("陈管理", came), at=came)
    desk, page = office("陈管理"), f"/moves/arrivals/{arrival.id}/"
    assert file_taking.return_unanswered(at=came + timedelta(days=29)) == 0
    time.now = came + timedelta(days=29)
    assert "系统自动退回" in desk.get(page).content.decode()
    time.now = came + timedelta(days=30)
    assert file_taking.return_unanswered(at=time.now) == 1
    assert file_taking.return_unanswered(at=time.now) == 0
    arrival.refresh_from_db()
    assert (arrival.state, bytes(arrival.content)) == (Arrival.RETURNED, b"")
    said = letters.read_plain(arrival.receipt.encode(), format=letters.RECEIPT).content
    assert said["outcome"] == "returned" and "30 天" in said["reason_zh"]
    with refused("答复过"):
        file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=cast.viewer("陈管理", time.now), at=time.now)
    assert "下载回执" in office("陈管理").get(page).content.decode()


def test_a_supplement_to_a_child_who_is_here_waits_on(cast: World) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    story = accepted(cast, sent)
    waiting = Arrival.objects.get()
    waiting.id, waiting.state, waiting.content = story.child.id, Arrival.WAITING, b"a supplement"
    waiting.save(force_insert=True)
    assert file_taking.return_unanswered(at=story.at + timedelta(days=90)) == 0
