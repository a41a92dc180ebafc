"""What came to a child: the signed paper picked, a paid need answered by a person, the copy for whom it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import png
from tests.flows.story import Story
from tests.funds.story import agreed, fund
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tests.web.test_rights import ask, made
from tests.web.test_rights import told as told
from tongxin.cases.models import Task
from tongxin.documents.models import Attachment
from tongxin.flows.funds import paying, results
from tongxin.flows.funds.paying import Row
from tongxin.funds.models import Grant, Payout
from tongxin.lib import ids
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
ILL = [{"category": "severe_illness"}]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def paid(cast: world.World, time: Clock, child: Child, source: str) -> Grant:
    """Medical help that came."""
    at = time.now
    row = paying.create(
        fund_id=fund(cast, source=source, at=at).id, payout_id=ids.new_id(), actor=cast.viewer("王督导", at), at=at,
        given={"purpose": ["medical"], "way": ["cash"]},
    )
    paying.add(payout_id=row.id, rows=[Row(child, 80_000)], actor=cast.viewer("王督导", at), at=at)
    agreed(cast, row, at=at)
    paying.send(payout_id=row.id, actor=cast.viewer("郑管理", at), at=at)
    results.settle_rest(payout_id=row.id, on=at.date().isoformat(), actor=cast.viewer("王督导", at), at=at)
    return Grant.objects.get(payout=row)


def test_a_receipt_is_picked_from_the_childs_own_papers(
    cast: world.World, office: SignedIn, time: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGXIN_ATTACHMENTS", str(tmp_path))
    one, other, asker = cast.child("童小雨", at=time.now), cast.child("童小雪", at=time.now), office("王督导")
    grant = paid(cast, time, one, "donation")
    page = f"/funds/payouts/{grant.payout_id}/"
    assert "1 人收到了还没有签收" in text(asker.get(page))
    for child, kind in ((one, "payout_receipt"), (one, "identity"), (other, "payout_receipt")):
        sent = {"id": str(ids.new_id()), "kind": kind, "file": SimpleUploadedFile("a.png", png())}
        assert asker.post(f"/children/{child.id}/attachments/", sent).status_code == 302
    scan, identity, strange = Attachment.objects.order_by("added_at", "id")
    shown = text(asker.get(page))
    assert str(scan.id) in shown and str(identity.id) not in shown and str(strange.id) not in shown
    body = {"by": "guardian", "on": time.now.date().isoformat()}
    for wrong in (identity, strange):
        url = f"{page}grants/{grant.id}/receive/"
        assert asker.post(url, body | {"attachment": str(wrong.id)}).status_code == 404
    assert asker.post(f"{page}grants/{grant.id}/receive/", body | {"attachment": str(scan.id)}).status_code == 302
    grant.refresh_from_db()
    assert grant.attachment_id == scan.id and f"/children/{one.id}/attachments/{scan.id}/" in text(asker.get(page))


@pytest.mark.parametrize(("source", "is_said"), [("relief", True), ("donation", False)])
def test_a_need_paid_out_of_public_money_is_answered_by_a_person_and_a_gift_never_stands_in(
    cast: world.World, office: SignedIn, time: Clock, source: str, is_said: bool
) -> None:
    story = Story(cast, at=time.now)
    story.record("case_file", "王督导", categories=ILL, benefits=[])
    time.now = story.at
    (task,) = story.tasks("need")
    grant = paid(cast, time, story.child, source)
    asker, here = office("王督导"), f"/children/{story.child.id}/helped/"
    for page in (text(asker.get(here)), text(asker.get(f"/funds/payouts/{grant.payout_id}/"))):
        assert ("还没有写办理结果" in page) is is_said
    first = text(asker.get(here))
    assert first.index("需要先办") < first.index("钱和物资")
    assert Task.objects.get(id=task.id).state == task.state
    if is_said:
        for _ in range(2):
            assert asker.post(f"{here}grants/{grant.id}/met/").status_code == 302
        assert "应享的待遇已办结" in text(asker.get(here)) and Task.objects.get(id=task.id).state == "done"
        (met,) = grant.settlements.filter(kind="need")
        assert (met.said, met.person_id) == ("medical", cast.people["王督导"].id)
    else:
        assert asker.post(f"{here}grants/{grant.id}/met/").status_code == 302
        assert Task.objects.get(id=task.id).state == task.state
        story.record("need_answer", "王督导", about=task.key.partition(":")[2], outcome="received")
        time.now = story.at
    assert "还没有写办理结果" not in text(asker.get(here)) and "需要先办" not in text(asker.get(here))


def test_the_copy_for_whom_it_is_says_what_came_and_nothing_that_is_only_being_listed(
    told: Story, cast: world.World, office: SignedIn, time: Clock
) -> None:
    grant = paid(cast, time, told.child, "relief")
    draft = paying.create(
        fund_id=grant.payout.fund_id, payout_id=ids.new_id(), actor=cast.viewer("王督导", time.now), at=time.now,
        given={"purpose": ["study"], "way": ["cash"]},
    )
    paying.add(
        payout_id=draft.id, rows=[Row(told.child, 12_300)], actor=cast.viewer("王督导", time.now), at=time.now
    )
    assert Payout.objects.count() == 2
    told.at = time.now
    parts = made(office, told, ask(told, "copy", time))
    (line,) = json.loads(parts["个人信息副本.json"])["收到的帮助"]
    assert "医疗救助" in line and "800.00 元" in line and "已收到" in line
    assert "123.00" not in parts["个人信息副本.json"].decode()
