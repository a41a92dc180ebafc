"""People who work here: added, reached, handed over, let go; what they do before their first page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.web.conftest import Clock, Office
from tongxin import vault
from tongxin.accounts.models import Holding, Introduction, Person
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Task
from tongxin.flows.sweep import sweep
from tongxin.ledger.models import Event
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
OWN = "three-quiet-rivers"
NEW = {"name": "孙新人", "login": "sun.2025", "phone": "0531-01234567"}


def _add(client: Office, post_id: object, **more: str) -> Any:
    return client.post("/staff/new/", {**NEW, "post": str(post_id), **more})


def _password(page: Any) -> str:
    return re.search(r"<code[^>]*>([a-z0-9-]{14})</code>", page.content.decode())[1]  # type: ignore[index]


def _signed_in(login: str, password: str) -> tuple[Office, Any]:
    client = Office()
    return client, client.post("/sign-in/", {"login": login, "password": password})


def _vacant(cast: world.World) -> Any:
    return cast.lines["370116"].at_place["370116104"]


class TestFirstSignIn:
    def test_asks_for_an_own_password_and_the_code_of_conduct(self, cast: world.World, office: SignedIn) -> None:
        password = _password(_add(office("郑管理"), _vacant(cast).id))
        client, _ = _signed_in(NEW["login"], password)
        for page in ("/", "/children/", "/tasks/", "/introductions/"):
            assert client.get(page).headers["Location"] == "/first/"
        assert client.get("/first/").headers["Location"] == "/password/"
        sent = {"current": password, "password": OWN, "again": OWN}
        assert client.post("/password/", sent).headers["Location"] == "/first/"
        assert client.get("/first/").headers["Location"] == "/conduct/"
        conduct = client.get("/conduct/")
        assert "不与孩子单独待在封闭的房间" in conduct.content.decode()
        assert client.post("/conduct/", {"hash": conduct.context["hash"]}).headers["Location"] == "/first/"
        assert client.get("/", follow=True).status_code == 200
        person = Person.objects.get(login=NEW["login"])
        accepted = Event.objects.get(kind="conduct.accepted")
        assert (accepted.subject_id, accepted.clear["hash"]) == (person.id, conduct.context["hash"])
        assert _signed_in(NEW["login"], password)[1].status_code == 422
        again, _ = _signed_in(NEW["login"], OWN)
        assert again.get("/").status_code == 200

    def test_asks_again_when_the_words_changed(self, cast: world.World, office: SignedIn) -> None:
        person = cast.people["周主任"]
        person.set_password(OWN)
        person.conduct_hash = "0" * 64
        person.save()
        client, _ = _signed_in(person.login, OWN)
        assert client.get("/").headers["Location"] == "/first/"
        assert client.post("/conduct/", {"hash": "0" * 64}).status_code == 200
        assert client.get("/").headers["Location"] == "/first/"

    @pytest.mark.parametrize(("sent", "said"), [
        ({"current": "wrong"}, "现在的密码不对"), ({"again": "another-quiet-one"}, "两次输入"),
        ({"password": "short", "again": "short"}, "太短或太常见"),
        ({"password": "password1234", "again": "password1234"}, "泄露过"),
        ({"password": "WoAiNi1314", "again": "WoAiNi1314"}, "泄露过"),
        ({"password": "83920175640218", "again": "83920175640218"}, "只有数字"),
        ({"password": "cast0-cast0-cast0", "again": "cast0-cast0-cast0"}, "不能含有登录名"),
        ({"password": "x" * 200, "again": "x" * 200}, "最多 128"),
    ])
    def test_refuses_a_password_that_is_none(
        self, cast: world.World, office: SignedIn, sent: dict[str, str], said: str
    ) -> None:
        person = cast.people["周主任"]
        person.set_password(OWN)
        person.save()
        client = office("周主任")
        whole = {"current": OWN, "password": "a-new-long-one", "again": "a-new-long-one"} | sent
        answer = client.post("/password/", whole)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
        person.refresh_from_db()
        assert person.check_password(OWN)

    def test_a_form_sent_before_says_what_to_do(self, cast: world.World, office: SignedIn) -> None:
        client, child = office("周主任"), cast.child()
        session = client.session
        session["first"] = ["conduct"]
        session.save()
        answer = client.post(f"/children/{child.id}/forms/visit_record/", headers={"accept": "application/json"})
        assert (answer.status_code, "首次登录" in answer.json()["zh"]) == (409, True)


class TestStaff:
    def test_are_added_to_a_vacant_post_with_a_password_shown_once(
        self, cast: world.World, office: SignedIn
    ) -> None:
        client, post = office("郑管理"), _vacant(cast)
        page = _add(client, post.id)
        person = Person.objects.get(login=NEW["login"])
        assert person.check_password(_password(page))
        assert Holding.objects.get(post=post).person_id == person.id
        assert Event.objects.filter(kind="person.added", subject_id=person.id).exists()
        shown = client.get(f"/staff/{person.id}/").content.decode()
        assert "孙新人" in shown and NEW["phone"] in shown and _password(page) not in shown

    def test_get_their_post_by_a_hand_over_where_somebody_holds_it(self, cast: world.World, office: SignedIn) -> None:
        post = cast.posts["周主任"]
        page = _add(office("郑管理"), post.id)
        assert f"/posts/{post.id}/?login={NEW['login']}" in page.content.decode()
        assert not Holding.objects.filter(person__login=NEW["login"]).exists()

    @pytest.mark.parametrize(("sent", "said"), [
        ({"login": "cast0"}, "已有人使用"), ({"login": "Sun 新"}, "小写字母"), ({"name": ""}, "请写姓名"),
        ({"name": "x" * 10_000}, "请写姓名"), ({"phone": "abc"}, "电话写"), ({"post": ""}, "请选择岗位"),
    ])
    def test_are_refused_at_the_place(
        self, cast: world.World, office: SignedIn, sent: dict[str, str], said: str
    ) -> None:
        before = Person.objects.count()
        answer = office("郑管理").post("/staff/new/", {**NEW, "post": str(_vacant(cast).id), **sent})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
        assert Person.objects.count() == before

    def test_are_reached_only_from_the_desk_of_their_county(self, cast: world.World, office: SignedIn) -> None:
        person = cast.people["周主任"]
        for who in ("周主任", "王督导", "林社工", "陈管理"):
            client = office(who)
            assert client.get(f"/staff/{person.id}/").status_code == 404
            assert client.post(f"/staff/{person.id}/password/").status_code == 404
            assert client.post(f"/staff/{person.id}/deactivate/").status_code == 404
        abroad = office("陈管理").post("/staff/new/", {**NEW, "post": str(_vacant(cast).id)})
        assert abroad.status_code == 422
        assert "周主任" not in office("陈管理").get("/staff/").content.decode()
        assert office("郑管理").get(f"/staff/{cast.people['郑管理'].id}/").status_code == 404

    def test_get_a_new_password_and_lose_the_old_session(self, cast: world.World, office: SignedIn) -> None:
        person, old = cast.people["周主任"], office("周主任")
        assert old.get("/").status_code == 200
        page = office("郑管理").post(f"/staff/{person.id}/password/")
        person.refresh_from_db()
        assert person.check_password(_password(page)) and person.must_change_password
        assert old.get("/").headers["Location"] == "/sign-in/"

    def test_are_let_go_only_after_their_posts_and_at_once(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        person, leaver, desk = cast.people["何老师"], office("何老师"), office("郑管理")
        assert leaver.get("/").status_code == 200
        early = desk.post(f"/staff/{person.id}/deactivate/")
        assert (early.status_code, "请先办理交接" in early.content.decode()) == (422, True)
        post = cast.posts["何老师"]
        desk.post(f"/staff/{person.id}/hand-over/", {"kind": "holder", f"vacant-{post.id}": "yes"})
        time.now += timedelta(seconds=1)
        assert desk.post(f"/staff/{person.id}/deactivate/").status_code == 302
        assert leaver.get("/").headers["Location"] == "/sign-in/"

    def test_keep_their_number_sealed(self, cast: world.World, office: SignedIn) -> None:
        person = cast.people["周主任"]
        office("郑管理").post(f"/staff/{person.id}/phone/", {"phone": "0531-07654321"})
        person.refresh_from_db()
        assert b"07654321" not in person.phone.blob
        assert vault.open([person.phone], viewer=WORKER, purpose="test", at=world.START) == ["0531-07654321"]


class TestHandOver:
    def test_moves_everything_of_a_person_in_one_action(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        calm, danger = cast.child("小雨"), cast.child("小山")
        office("周主任").fill(danger, "identification_form", wish_to_die="yes")
        person, post, desk = cast.people["周主任"], cast.posts["周主任"], office("郑管理")
        page = desk.get(f"/staff/{person.id}/hand-over/").content.decode()
        assert "小雨" in page and "小山" in page and "危机处置中" in page
        sent = {"kind": "holder", f"login-{post.id}": cast.people["吴主任"].login}
        missing = desk.post(f"/staff/{person.id}/hand-over/", sent)
        assert (missing.status_code, "请写交接说明" in missing.content.decode()) == (422, True)
        assert not Introduction.objects.exists()
        note = {f"note-{post.id}-crisis": "先打给奶奶，下午她在家。", f"note-{post.id}-task": "周三约好。"}
        time.now += timedelta(minutes=1)
        assert desk.post(f"/staff/{person.id}/hand-over/", sent | note).headers["Location"] == f"/staff/{person.id}/"
        urgent = Task.objects.filter(case_id=danger.id, owner_post_id=post.id, state=Task.OPEN)
        assert {task.owner_person_id for task in urgent} == {cast.people["吴主任"].id}
        time.now += timedelta(seconds=1)
        sweep(time.now)
        resting = Task.objects.filter(case_id=calm.id, owner_post_id=post.id, state=Task.OPEN)
        assert {task.owner_person_id for task in resting} == {cast.people["吴主任"].id}
        successor = office("吴主任")
        assert "先打给奶奶，下午她在家。" in successor.get("/introductions/").content.decode()
        assert successor.get(f"/children/{calm.id}/").status_code == 200
        assert "先打给奶奶" not in desk.get("/introductions/").content.decode()
        assert office("周主任").get(f"/children/{calm.id}/").headers["Location"] == "/post/"

    def test_a_leave_gives_the_work_to_the_stand_in_and_back(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child, post, desk = cast.child(), cast.posts["周主任"], office("郑管理")
        sent = {"kind": "stand_in", f"login-{post.id}": cast.people["吴主任"].login, "from": "2025-09-04",
                "to": "2025-09-05"}
        assert desk.post(f"/posts/{post.id}/", sent).status_code == 302

        def owners() -> set[Any]:
            sweep(time.now)
            return set(Task.objects.filter(case_id=child.id, post_id=post.id).values_list("owner_person_id", flat=True))

        assert owners() == {cast.people["周主任"].id}
        assert office("吴主任").get(f"/children/{child.id}/").status_code == 404
        time.now = time.now.replace(day=4)
        assert owners() == {cast.people["吴主任"].id}
        assert office("吴主任").get(f"/children/{child.id}/").status_code == 200
        time.now = time.now.replace(day=6)
        assert owners() == {cast.people["周主任"].id}
        assert office("吴主任").get(f"/children/{child.id}/").status_code == 404

    def test_a_leave_can_end_early(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        child, post, desk = cast.child(), cast.posts["周主任"], office("郑管理")
        desk.post(f"/posts/{post.id}/", {
            "kind": "stand_in", f"login-{post.id}": cast.people["吴主任"].login, "to": "2025-09-20",
        })
        time.now += timedelta(minutes=10)
        leave = Holding.objects.get(post=post, kind=Holding.STAND_IN)
        assert office("陈管理").post(f"/posts/leaves/{leave.id}/end/").status_code == 404
        assert desk.post(f"/posts/leaves/{leave.id}/end/").headers["Location"] == f"/posts/{post.id}/"
        time.now += timedelta(seconds=1)
        assert office("吴主任").get(f"/children/{child.id}/").status_code == 404

    @pytest.mark.parametrize("sent", [
        {"to": ""}, {"to": "2025-08-01"}, {"from": "2025-09-09", "to": "2025-09-05"}, {"to": "昨天"},
    ])
    def test_a_leave_without_its_days_is_not_arranged(
        self, cast: world.World, office: SignedIn, sent: dict[str, str]
    ) -> None:
        post = cast.posts["周主任"]
        whole = {"kind": "stand_in", f"login-{post.id}": cast.people["吴主任"].login, **sent}
        answer = office("郑管理").post(f"/posts/{post.id}/", whole)
        assert (answer.status_code, "从哪天到哪天" in answer.content.decode()) == (422, True)
        assert not Holding.objects.filter(kind=Holding.STAND_IN).exists()

    def test_the_highest_post_is_never_left_vacant(self, cast: world.World, office: SignedIn) -> None:
        post = cast.posts["郑管理"]
        answer = office("郑管理").post(f"/posts/{post.id}/", {"kind": "holder", f"vacant-{post.id}": "yes"})
        assert (answer.status_code, "不能空缺" in answer.content.decode()) == (422, True)


class TestCrisisCard:
    def test_says_whom_to_ring_up_and_who_answers_for_a_vacant_post(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, child = office("郑管理"), cast.child()
        for who, number in (("周主任", "0531-00000001"), ("王督导", "0531-00000002")):
            desk.post(f"/staff/{cast.people[who].id}/phone/", {"phone": number})
        office("周主任").fill(child, "identification_form", wish_to_die="yes")
        page = office("苏咨询").get(f"/children/{child.id}/").content.decode()
        assert 'href="tel:0531-00000001"' in page and "0531-00000002" not in page
        post = cast.posts["周主任"]
        time.now += timedelta(minutes=1)
        note = {f"note-{post.id}-crisis": "请看档案。"}
        desk.post(f"/posts/{post.id}/", {"kind": "holder", f"vacant-{post.id}": "yes"} | note)
        time.now += timedelta(seconds=1)
        page = office("苏咨询").get(f"/children/{child.id}/").content.decode()
        assert 'href="tel:0531-00000002"' in page and "0531-00000001" not in page
        assert "东升社区居民委员会儿童主任无人可接，由上一级接听" in page


def test_the_code_of_conduct_is_in_force(cast: world.World) -> None:
    assert len(rules.resolve("conduct", "conduct", at=world.START).content["articles"]) == 9
