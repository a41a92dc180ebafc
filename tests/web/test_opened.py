"""A form belongs to who opened it: somebody else at the same browser records nothing with it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def _opened(client: Office, child: Child) -> tuple[str, str]:
    """The address and the body of a form that stands filled in an open page."""
    page = client.get(f"/children/{child.id}/forms/visit_record/")
    body = {
        "form_hash": page.context["definition"]["hash"], "answers": fill(child, "visit_record", MORNING),
        "entry_id": str(ids.new_id()),
    }
    return page.context["action"], json.dumps(body)


def _sent(client: Office, opened: tuple[str, str]) -> Any:
    return client.post(*opened, content_type="application/json", headers={"accept": "application/json"})


def _visits(child: Child) -> list[Entry]:
    return list(Entry.objects.filter(subject_id=child.id, kind="visit"))


def test_a_colleague_is_told_whose_form_it_is_and_nothing_is_kept(cast: world.World, office: SignedIn) -> None:
    child = cast.child()
    opened = _opened(office("周主任"), child)
    answer = _sent(office("王督导"), opened)
    assert answer.status_code == 409
    assert "这张表是“东升社区居民委员会儿童主任”打开的" in answer.json()["zh"]
    assert "周主任" not in answer.json()["zh"]
    assert _visits(child) == []
    assert _sent(office("周主任"), opened).status_code == 200


def test_an_outsider_learns_nothing_of_who_opened_it(cast: world.World, office: SignedIn) -> None:
    child = cast.child()
    opened = _opened(office("周主任"), child)
    answer = _sent(office("陈老师"), opened)
    assert answer.status_code == 409
    assert "另一个账号" in answer.json()["zh"]
    assert "东升" not in answer.json()["zh"]


def test_a_form_without_its_token_is_not_kept(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(), office("周主任")
    address, body = _opened(client, child)
    for forged in (address.split("?")[0], address.replace("shown=", "shown=x")):
        answer = _sent(client, (forged, body))
        assert (answer.status_code, "重新打开" in answer.json()["zh"]) == (400, True)
    assert _visits(child) == []


def test_is_recorded_from_the_post_that_opened_it(cast: world.World, office: SignedIn, time: Clock) -> None:
    hand_over(post=cast.posts["吴主任"], to=cast.people["周主任"], actor=WORKER, at=time.now)
    child, client = cast.child(), office("周主任")
    opened = _opened(client, child)
    client.post("/post/", {"post": str(cast.posts["吴主任"].id)})
    assert _sent(client, opened).status_code == 200
    assert [entry.post_id for entry in _visits(child)] == [cast.posts["周主任"].id]


def test_a_post_handed_over_meanwhile_records_nothing(cast: world.World, office: SignedIn, time: Clock) -> None:
    hand_over(post=cast.posts["王督导"], to=cast.people["周主任"], actor=WORKER, at=time.now)
    child, client = cast.child(), office("周主任")
    opened = _opened(client, child)
    hand_over(post=cast.posts["周主任"], to=cast.people["吴主任"], actor=WORKER, at=time.now)
    time.now += timedelta(minutes=1)
    answer = _sent(client, opened)
    assert (answer.status_code, "已交接给别人" in answer.json()["zh"]) == (409, True)
    assert _visits(child) == []


def test_a_new_file_belongs_to_who_opened_it_too(cast: world.World, office: SignedIn) -> None:
    page = office("周主任").get("/children/new/file/")
    body = {"form_hash": page.context["definition"]["hash"], "answers": {}, "entry_id": str(ids.new_id())}
    answer = _sent(office("王督导"), (page.context["action"], json.dumps(body)))
    assert (answer.status_code, "打开的" in answer.json()["zh"]) == (409, True)
