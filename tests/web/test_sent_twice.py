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
from tests.pairings.test_pairings import checked, companion, log, paired, social
from tests.places.county import school
from tests.places.test_boxes import hung
from tests.web.conftest import Clock, Office
from tests.web.test_sharing import body
from tests.web.test_standards import POLICY, draft, entered
from tests.web.together import LATER, TABLE, decided, do, officers, text
from tongxin.coordination.models import JointMeeting, Member, Step
from tongxin.exchange.models import Client, Hook
from tongxin.ledger.models import Access
from tongxin.lib import ids
from tongxin.pairings.models import Companion, Pairing, Wanted
from tongxin.places.models import Box, Inspection
from tongxin.sharing.models import Agreement, Duty, Request, Version
from tongxin.workforce.models import Team

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


def test_an_opening_and_a_contact_of_another_one_are_refused(cast: world.World, office: SignedIn) -> None:
    keeper, desk = office("郑管理"), office("王督导")
    for name in ("一中", "二中"):
        hung(keeper, school(cast, name))
    same = str(ids.new_id())
    found = {"opening": same, "opened_on": "2025-09-02", "one": "何老师", "two": "王督导", "found": "0"}
    answers = [keeper.post(f"/places/boxes/{each.id}/", found) for each in Box.objects.order_by("id")]
    assert [each.status_code for each in answers] == [302, 404]
    sites = [each.site_id for each in Box.objects.order_by("id")]
    seen = {"inspection": same, "done_on": "2025-09-02", "one": "何老师"}
    Inspection.objects.create(
        id=same, site_id=sites[0], done_on="2025-09-02", clear={}, at=NOW, person_id=cast.people["郑管理"].id,
        post_id=cast.posts["郑管理"].id,
    )
    assert keeper.post(f"/places/{sites[1]}/inspect/", seen).status_code == 404
    row = companion(desk)
    checked(desk, row)
    for name in ("童甲", "童乙"):
        paired(desk, cast.child(name), row)
    logged = [log(desk, each, "2025-09-02", contact=same) for each in Pairing.objects.order_by("begun_at", "id")]
    assert [each.status_code for each in logged] == [302, 404]


def test_what_no_database_keeps_never_comes_in(cast: world.World, office: SignedIn) -> None:
    officers(cast)
    url = f"{TABLE}members/education/set/"
    answer = office("郑管理").post(url, {"new_name": "新单位\x00", "posts": [str(cast.posts["教联络"].id)]})
    assert answer.status_code == 302, text(answer)
    assert Member.objects.get().organisation.name == "新单位"


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


def once(browser: Office, url: str, given: dict[str, Any], rows: Any, *, page: str) -> None:
    """One form with the id its page carries, sent twice, adds one row."""
    ids_there, before = re.findall(r'name="id" value="([0-9a-f-]{36})"', text(browser.get(page))), rows.count()
    assert ids_there
    for _ in range(2):
        answer = browser.post(url, {**given, "id": ids_there[0]})
        assert answer.status_code == 302, text(answer)
    assert rows.count() == before + 1


def test_what_departments_write_together(cast: world.World, office: SignedIn, time: Clock) -> None:
    officers(cast)
    decided(cast, office, time)
    lead, meeting = office("郑管理"), JointMeeting.objects.get()
    here = f"{TABLE}meetings/{meeting.id}/"
    minutes = {"held_at": LATER, "chaired": "郑局", "said": "又议了转介"}
    once(lead, f"{here}hold/", minutes, Step.objects.filter(kind="held"), page=here)
    standard = draft(office)
    assert do(lead, standard, "ask", until="2025-10-20").status_code == 302
    here = f"{TABLE}standards/{standard.id}/"
    said = {"agrees": "changes", "said": "三天太短"}
    once(office("教联络"), f"{here}comment/", said, Step.objects.filter(kind="commented"), page=here)
    policy = entered(office)
    here, listed = f"{TABLE}policies/{policy.id}/correct/", Step.objects.filter(about_id=policy.id, kind="listed")
    once(lead, here, {**POLICY, "says": "畅通转介"}, listed, page=here)


def test_a_team(cast: world.World, office: SignedIn) -> None:
    team = {"kind": "service", "town": str(cast.place("370116001").id)}
    once(office("郑管理"), "/workforce/teams/", team, Team.objects, page="/workforce/teams/")
