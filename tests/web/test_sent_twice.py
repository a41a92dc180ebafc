"""A form that is sent twice (a double click, a retry) makes one thing; another form like it makes another."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model

from tests import world
from tests.assessed import assess
from tests.exchange import systems
from tests.exchange.test_calls import said as told
from tests.flows.sharing import NOW, OFFICER, in_force, officer
from tests.pairings.test_pairings import social
from tests.web.conftest import Office
from tests.web.test_sharing import body
from tongxin.exchange.models import Client, Hook
from tongxin.ledger.models import Access
from tongxin.lib import ids
from tongxin.pairings.models import Companion, Wanted
from tongxin.sharing.models import Agreement, Duty, Request, Version

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
WHO = {"kind": "mentor", "name": "金丝雀", "phone": "13911110000", "sex": "female", "skills": ["talk"]}
CLIENT = {"name": "院内系统", "scopes": ["referrals_read"], "networks": "127.0.0.1", "expires_on": "2026-01-31"}


def id_on(browser: Office, url: str) -> str:
    """The id that the page's form carries."""
    (found,) = set(re.findall(r'name="id" value="([0-9a-f-]{36})"', browser.get(url).content.decode()))
    return str(found)


def sent(
    browser: Office, page: str, given: dict[str, Any], model: type[Model], *, to: str = "", status: int = 302
) -> list[Any]:
    """One form sent twice, then a fresh one: what came of each."""
    manager, first, answers = model._default_manager, id_on(browser, page), []
    before = manager.count()
    for each in (first, first):
        answers.append(browser.post(to or page, {**given, "id": each}))
        assert answers[-1].status_code == status, answers[-1].content.decode()
        assert manager.count() == before + 1
    assert id_on(browser, page) != first
    browser.post(to or page, {**given, "id": id_on(browser, page)})
    assert manager.count() == before + 2
    return answers


def test_an_agreement_and_a_request_under_it(cast: world.World, office: SignedIn) -> None:
    assess(cast, "sharing")
    officer(cast)
    of_body = f"/sharing/new/?organisation={cast.posts[OFFICER].organisation_id}"
    desk, page = office("郑管理"), f"{of_body}&purpose=schooling"
    one, two = sent(desk, page, body(cast), Agreement, to="/sharing/new/")
    assert one["Location"] == two["Location"]
    wrong = desk.post("/sharing/new/", {**body(cast, why=""), "id": (kept := str(ids.new_id()))})
    assert wrong.status_code == 422 and kept in wrong.content.decode()
    row = in_force(cast, assessed=False, flow=Version.ASKED)
    asked = {"fields": ["name", "sex"], "whom": "童小雨、小雪", "why": "补学籍", "until": "2025-09-04"}
    one, two = sent(office(OFFICER), f"/sharing/{row.id}/ask/", asked, Request)
    assert one["Location"] == two["Location"] and Duty.objects.filter(kind=Duty.ANSWER).count() == 2


def test_nobody_takes_an_id_that_is_somebody_elses(cast: world.World, office: SignedIn) -> None:
    row = in_force(cast)
    officer(cast)
    answer = office("陈管理").post("/sharing/new/", {**body(cast), "id": str(row.id)})
    assert answer.status_code == 404
    strange = {**WHO, "id": "²" * 36}
    assert office("王督导").post("/companions/new/", strange).status_code == 302


def test_a_need_and_a_companion(cast: world.World, office: SignedIn) -> None:
    social(cast)
    child = cast.child("童小雨")
    need = {"kind": "study", "ages": "from_6", "what": "一名小学生每周要人辅导两次作业", "until_on": "2025-12-31"}
    sent(office("林社工"), f"/children/{child.id}/wanted/", need, Wanted)
    one, two = sent(office("王督导"), "/companions/new/", WHO, Companion)
    assert one["Location"] == two["Location"]


def test_a_client_and_where_it_is_told(cast: world.World, office: SignedIn) -> None:
    systems.administer(cast)
    keeper, post = office("系统员"), cast.posts["秦医生"]
    sent(keeper, "/clients/new/", {**CLIENT, "post": str(post.id)}, Client)
    systems.agree_with(cast, post.organisation.name, at=NOW)
    system = systems.registered(cast, post)
    assert told(system.get("referrals")) is not None
    url, looks = f"/clients/{system.client.id}/", Access.objects.filter(purpose="clients").count()
    hook = {"url": "https://his.example.cn/news", "kinds": ["referral_sent"], "algorithm": "hmac"}
    one, two = sent(keeper, url, hook, Hook, to=f"{url}hooks/", status=200)
    # Whoever clicked twice sees the second answer only: it tells the same secret, and that it was opened again.
    secrets = [re.findall(r'"tx-code">([^<]{20,})<', each.content.decode()) for each in (one, two)]
    assert secrets[0] == secrets[1] and secrets[0]
    assert Access.objects.filter(purpose="clients").count() > looks
