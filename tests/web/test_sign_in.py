"""Signing in: five wrong tries pause a login, idle browsers lock, leavers see nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import world
from tests.web.conftest import Clock, Office
from tongxin.accounts.models import Holding, OpenSession, Throttle
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.flows import handing_over
from tongxin.ledger.models import Event
from tongxin.rulebook import rules
from tongxin.rulebook.models import DefinitionVersion

pytestmark = pytest.mark.django_db
PASSWORD = "keep-it-quiet-42"
SignedIn = Callable[[str], Office]


def _with_password(cast: world.World) -> str:
    person = cast.people["周主任"]
    person.set_password(PASSWORD)
    person.conduct_hash = rules.resolve("conduct", "conduct", at=world.START).hash
    person.save()
    return person.login


def _try(client: Client, login: str, password: str = "") -> Any:
    return client.post("/sign-in/", {"login": login, "password": password or "wrong"})


class TestSignIn:
    def test_opens_the_first_screen(self, cast: world.World, office: SignedIn) -> None:
        login, client = _with_password(cast), Office()
        answer = client.post("/sign-in/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302
        assert client.get("/").context["post_zh"] == "东升社区居民委员会儿童主任"

    def test_keeps_a_login_closed_after_five_wrong_tries(self, cast: world.World, office: SignedIn) -> None:
        login, client = _with_password(cast), Office()
        answers = [client.post("/sign-in/", {"login": login, "password": "wrong"}).status_code for _ in range(5)]
        assert answers == [422] * 5
        paused = client.post("/sign-in/", {"login": login, "password": PASSWORD})
        assert paused.status_code == 429
        assert "15 分钟" in paused.content.decode()

    def test_pauses_as_the_rules_in_force_say(self, cast: world.World, office: SignedIn) -> None:
        stricter = dict(rules.resolve("sign_in", "sign_in", at=world.START).content) | {
            "tries": 2, "pause": {"minutes": 40},
        }
        DefinitionVersion.objects.filter(kind="sign_in").update(content=stricter, hash="0" * 64)
        rules._index.cache_clear()
        login, client = _with_password(cast), Office()
        assert "连续 2 次不对会暂停登录 40 分钟" in _try(client, login).content.decode()
        assert [_try(client, login).status_code for _ in range(2)] == [422, 429]
        rules._index.cache_clear()

    def test_works_before_new_rules_are_adopted(self, cast: world.World, office: SignedIn) -> None:
        DefinitionVersion.objects.filter(kind="sign_in").delete()
        rules._index.cache_clear()
        login, client = _with_password(cast), Office()
        assert "连续 5 次" in _try(client, login).content.decode()
        assert _try(client, login, PASSWORD).status_code == 302
        rules._index.cache_clear()

    def test_counts_wrong_tries_in_the_database_and_keeps_no_login_there(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        login = _with_password(cast)
        for _ in range(5):
            _try(Office(), login)
        cache.clear()  # Another process knows nothing of this one's memory.
        time.now += timedelta(minutes=3, seconds=10)
        paused = _try(Office(), login, PASSWORD)
        assert paused.status_code == 429
        assert "请在 12 分钟后（09:15）再试" in paused.content.decode()
        row = Throttle.objects.get()
        assert login not in str(vars(row))
        time.now += timedelta(minutes=12)
        assert _try(Office(), login, PASSWORD).status_code == 302
        assert not Throttle.objects.exists()

    def test_strangers_cannot_lock_out_a_browser_that_is_known(
        self, cast: world.World, office: SignedIn
    ) -> None:
        login, own = _with_password(cast), Office()
        assert _try(own, login, PASSWORD).status_code == 302
        own.post("/sign-out/")
        for _ in range(6):
            stranger = _try(Office(), login)
        assert stranger.status_code == 429
        assert _try(own, login, PASSWORD).status_code == 302

    def test_the_mark_of_a_browser_counts_for_its_own_login_only(self, cast: world.World, office: SignedIn) -> None:
        login, own = _with_password(cast), Office()
        _try(own, login, PASSWORD)
        own.post("/sign-out/")
        answers = [_try(own, cast.people["王督导"].login).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
        assert _try(Office(), cast.people["王督导"].login).status_code == 429

    def test_wrong_tries_from_a_known_browser_pause_it_too(self, cast: world.World, office: SignedIn) -> None:
        login, own = _with_password(cast), Office()
        _try(own, login, PASSWORD)
        own.post("/sign-out/")
        assert [_try(own, login).status_code for _ in range(6)] == [422] * 5 + [429]
        assert _try(Office(), login, PASSWORD).status_code == 302

    def test_says_the_same_of_an_unknown_login(self, cast: world.World, office: SignedIn) -> None:
        login, client = _with_password(cast), Office()
        known = client.post("/sign-in/", {"login": login, "password": "wrong"})
        unknown = client.post("/sign-in/", {"login": "nobody", "password": "wrong"})
        assert known.context["problem"] == unknown.context["problem"]

    def test_sends_whoever_is_not_signed_in_to_the_door(self, cast: world.World, office: SignedIn) -> None:
        for page in ("/", "/children/", "/tasks/", "/crises/", "/referrals/", "/posts/", "/children/new/"):
            answer = Office().get(page)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/")

    def test_tells_a_form_that_the_session_has_ended(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        answer = Office().post(f"/children/{child.id}/forms/visit_record/", headers={"accept": "application/json"})
        assert answer.status_code == 401
        assert "没有保存" in answer.json()["zh"]


class TestLock:
    def test_a_browser_that_rested_half_an_hour_opens_for_the_password_only(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, client = cast.child("小雨"), Office()
        _try(client, _with_password(cast), PASSWORD)
        page = f"/children/{child.id}/"
        time.now += timedelta(minutes=29)
        assert client.get(page).status_code == 200
        time.now += timedelta(minutes=31)
        shut = client.get(page, follow=True)
        assert shut.redirect_chain == [(f"/lock/?next=%2Fchildren%2F{child.id}%2F", 302)]
        assert "小雨" not in shut.content.decode()
        assert client.post("/lock/open/", {"password": "wrong"}).status_code == 422
        assert client.get(page).status_code == 302
        opened = client.post("/lock/open/", {"password": PASSWORD, "next": page})
        assert opened.headers["Location"] == page
        assert client.get(page).status_code == 200

    def test_tells_a_script_in_words_and_a_part_of_a_page_to_go_there(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, client = cast.child(), office("周主任")
        client.get("/")
        client.post("/lock/")
        form = client.post(f"/children/{child.id}/forms/visit_record/", headers={"accept": "application/json"})
        assert (form.status_code, form.json()["is_locked"]) == (401, True)
        assert "已锁定" in form.json()["zh"]
        part = client.get("/children/count/", headers={"HX-Request": "true"})
        assert (part.status_code, part.content, part.headers["HX-Redirect"]) == (401, b"", "/lock/?next=%2F")

    def test_leads_nowhere_else(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        client = Office()
        _try(client, _with_password(cast), PASSWORD)
        client.post("/lock/")
        for away in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
            answer = client.post("/lock/open/", {"password": PASSWORD, "next": away})
            assert answer.headers["Location"] == "/"
            client.post("/lock/")

    def test_is_sooner_for_some_posts_and_ends_in_the_end(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, director = office("郑管理"), office("周主任")
        assert [desk.get("/").status_code, director.get("/").status_code] == [200, 200]
        time.now += timedelta(minutes=16)
        assert desk.get("/").headers["Location"].startswith("/lock/")
        assert director.get("/").status_code == 200
        time.now += timedelta(hours=5)
        assert desk.get("/").headers["Location"] == "/sign-in/"

    def test_wrong_passwords_pause_it(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        _with_password(cast)
        client = office("周主任")
        client.get("/")
        client.post("/lock/")
        answers = [client.post("/lock/open/", {"password": "wrong"}).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]

    def test_somebody_who_reads_for_long_is_not_resting(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        client = office("周主任")
        for _ in range(4):
            assert client.post("/lock/stay/").status_code == 200
            time.now += timedelta(minutes=20)
        assert client.get("/").status_code == 200


class TestSessions:
    def test_are_listed_and_ended_one_by_one(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        login = _with_password(cast)
        here, there = Office(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130 Edg/130"}), Office()
        assert [_try(each, login, PASSWORD).status_code for each in (here, there)] == [302, 302]
        page = here.get("/security/")
        assert "Edge · Windows" in page.content.decode()
        other = next(each["row"] for each in page.context["sessions"] if not each["is_here"])
        here.post("/security/sessions/end/", {"which": str(other.number)})
        assert there.get("/").headers["Location"] == "/sign-in/"
        assert here.get("/").status_code == 200

    def test_of_others_are_not_there(self, cast: world.World, office: SignedIn) -> None:
        office("王督导").get("/")
        number = OpenSession.objects.exclude(person_id=None).get().number
        assert office("周主任").post("/security/sessions/end/", {"which": str(number)}).status_code == 404

    def test_end_with_a_new_password(self, cast: world.World, office: SignedIn) -> None:
        login = _with_password(cast)
        here, there = Office(), Office()
        for each in (here, there):
            _try(each, login, PASSWORD)
        new = "four-quiet-rivers-7"
        here.post("/password/", {"current": PASSWORD, "password": new, "again": new})
        assert here.get("/").status_code == 200
        assert there.get("/").headers["Location"] == "/sign-in/"
        assert OpenSession.objects.filter(person_id=cast.people["周主任"].id).count() == 1

    def test_end_when_a_post_is_handed_over(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        leaver = office("周主任")
        assert leaver.get("/").status_code == 200
        change = handing_over.Change(post=cast.posts["周主任"], to=None)
        handing_over.carry_out(changes=[change], actor=cast.viewer("郑管理"), at=time.now)
        assert leaver.get("/").headers["Location"] == "/sign-in/"
        ended = Event.objects.get(kind="session.ended")
        assert (ended.subject_id, ended.clear["why"]) == (cast.people["周主任"].id, "handed_over")

    def test_end_when_a_leave_begins(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        away = office("周主任")
        assert away.get("/").status_code == 200
        change = handing_over.Change(
            post=cast.posts["周主任"], to=cast.people["吴主任"], kind=Holding.STAND_IN,
            from_at=time.now + timedelta(hours=1), to_at=time.now + timedelta(days=3),
        )
        handing_over.carry_out(changes=[change], actor=cast.viewer("郑管理"), at=time.now)
        assert away.get("/").status_code == 200
        handing_over.follow_holdings(time.now + timedelta(hours=2))
        assert away.get("/").headers["Location"] == "/sign-in/"

    def test_are_ended_by_the_desk(self, cast: world.World, office: SignedIn) -> None:
        colleague, person = office("周主任"), cast.people["周主任"]
        assert colleague.get("/").status_code == 200
        assert office("郑管理").post(f"/staff/{person.id}/sessions/end/").status_code == 302
        assert colleague.get("/").headers["Location"] == "/sign-in/"


class TestPost:
    def test_a_leaver_sees_nothing_at_the_next_click(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, client = cast.child(), office("周主任")
        assert client.get(f"/children/{child.id}/").status_code == 200
        hand_over(post=cast.posts["周主任"], to=None, actor=WORKER, at=time.now)
        time.now += timedelta(seconds=1)
        assert client.get(f"/children/{child.id}/").headers["Location"] == "/post/"
        assert "您现在没有岗位" in client.get("/post/").content.decode()

    def test_can_be_chosen_by_who_holds_several(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        hand_over(post=cast.posts["吴主任"], to=cast.people["周主任"], actor=WORKER, at=time.now)
        client, second = office("周主任"), cast.posts["吴主任"]
        assert client.post("/post/", {"post": str(second.id)}).status_code == 302
        assert client.get("/").context["post_zh"] == second.title

    def test_of_somebody_else_cannot_be_chosen(self, cast: world.World, office: SignedIn) -> None:
        other = cast.posts["郑管理"]
        assert office("周主任").post("/post/", {"post": str(other.id)}).status_code == 404


def test_a_look_at_the_head_of_the_page_is_no_wrong_password(client: Client) -> None:
    assert client.head("/sign-in/").status_code == 200
