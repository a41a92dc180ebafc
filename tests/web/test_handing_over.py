"""Who may be given a post, what the page of a hand-over shows, and how long notes and one-time passwords last."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.web.conftest import Clock, Office
from tests.web.test_staff import NEW, OWN, _add, _password, _signed_in
from tongxin.accounts.models import Holding, Introduction, Person
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.flows import expiry, handing_over, recusal
from tongxin.flows.handing_over import Change
from tongxin.flows.refusals import NotAllowed
from tongxin.people.models import Child
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
NOTE = "每周三下午都在村委会。"


def _days(what: str) -> timedelta:
    return timedelta(**rules.resolve("accounts", "accounts", at=world.START).content[what])


def _give(client: Office, cast: world.World, whose: str, login: str, /, **more: str) -> Any:
    post = cast.posts[whose]
    sent = {f"note-{post.id}-task" if name == "note" else name: value for name, value in more.items()}
    return client.post(f"/posts/{post.id}/", {"kind": "holder", f"login-{post.id}": login, **sent})


def _recuse(cast: world.World, child: Child, who: str, time: Clock) -> None:
    desk = cast.viewer("郑管理", time.now)
    recusal.recuse(child_id=child.id, person_id=cast.people[who].id, actor=desk, at=time.now)


class TestNotes:
    @pytest.fixture
    def child(self, cast: world.World, office: SignedIn, time: Clock) -> Child:
        """A child whose post was handed over with a note."""
        child = cast.child()
        answer = _give(office("郑管理"), cast, "周主任", cast.people["吴主任"].login, note=NOTE)
        assert answer.status_code == 302
        time.now += timedelta(minutes=1)
        assert self.shown(office)
        return child

    def shown(self, office: SignedIn) -> bool:
        return NOTE in office("吴主任").get("/introductions/").content.decode()

    def test_are_closed_to_whoever_is_set_aside_from_a_child_of_the_group(
        self, cast: world.World, office: SignedIn, time: Clock, child: Child
    ) -> None:
        _recuse(cast, child, "吴主任", time)
        time.now += timedelta(minutes=1)
        assert not self.shown(office)

    def test_are_closed_to_whoever_left_that_post_and_holds_another(
        self, cast: world.World, office: SignedIn, time: Clock, child: Child
    ) -> None:
        hand_over(post=cast.posts["周主任"], to=cast.people["周主任"], actor=WORKER, at=time.now)
        time.now += timedelta(minutes=1)
        assert cast.viewer("吴主任", time.now).seats and not self.shown(office)

    def test_run_out(self, cast: world.World, office: SignedIn, time: Clock, child: Child) -> None:
        time.now += _days("introductions") - timedelta(minutes=2)
        assert self.shown(office)
        time.now += timedelta(minutes=3)
        assert not self.shown(office)

    def test_of_a_leave_count_from_its_first_day(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        cast.child()
        first, last = time.now + _days("introductions"), time.now + 2 * _days("introductions")
        answer = _give(
            office("郑管理"), cast, "周主任", cast.people["吴主任"].login, kind="stand_in", note=NOTE,
            **{"from": first.date().isoformat(), "to": last.date().isoformat()},
        )
        assert answer.status_code == 302
        time.now = first + timedelta(days=2)
        assert self.shown(office)

    @pytest.mark.parametrize("number", ["file_no", "110101199003078451", "11010119900307845x"])
    def test_with_a_number_of_a_child_are_refused(
        self, cast: world.World, office: SignedIn, number: str
    ) -> None:
        written = cast.child().file_no.lower() if number == "file_no" else number
        answer = _give(office("郑管理"), cast, "周主任", cast.people["吴主任"].login, note=f"看{written}这一户")
        assert (answer.status_code, "不能写档案编号和证件号码" in answer.content.decode()) == (422, True)
        assert not Introduction.objects.exists()

    def test_are_asked_for_without_the_details_of_a_child(self, cast: world.World, office: SignedIn) -> None:
        cast.child()
        page = office("郑管理").get(f"/posts/{cast.posts['周主任'].id}/").content.decode()
        assert "不要写孩子的姓名" in page and f"{_days('introductions').days} 天后不再显示" in page


class TestReceiver:
    @pytest.mark.parametrize("kind", ["holder", "stand_in"])
    def test_is_never_who_hands_over(self, cast: world.World, office: SignedIn, kind: str) -> None:
        for whose in ("王督导", "林社工"):
            answer = _give(
                office("郑管理"), cast, whose, cast.people["郑管理"].login, kind=kind, to="2025-09-20"
            )
            assert (answer.status_code, "不能把岗位交给自己" in answer.content.decode()) == (422, True)
        assert Holding.objects.filter(person=cast.people["郑管理"]).count() == 1

    def test_from_elsewhere_is_not_told_from_nobody(self, cast: world.World, office: SignedIn) -> None:
        said = []
        for login in (cast.people["陈督导"].login, "nobody99"):
            answer = _give(office("郑管理"), cast, "周主任", login)
            assert answer.status_code == 422
            said.append([each["zh"] for each in answer.context["problems"]])
        assert said[0] == said[1] and "请先由那边办理离任" in said[0][0]
        assert Holding.objects.filter(person=cast.people["陈督导"]).count() == 1

    def test_from_elsewhere_is_refused_behind_the_page_too(self, cast: world.World, time: Clock) -> None:
        change = Change(post=cast.posts["周主任"], to=cast.people["陈督导"])
        with pytest.raises(NotAllowed):
            handing_over.carry_out(changes=[change], actor=cast.viewer("郑管理", time.now), at=time.now)

    def test_can_be_somebody_new_to_a_post_that_is_still_held(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, post = office("郑管理"), cast.posts["周主任"]
        _add(desk, post.id)
        person = Person.objects.get(login=NEW["login"])
        assert NEW["login"] in desk.get("/staff/").content.decode()
        assert desk.get(f"/staff/{person.id}/").status_code == 200
        assert desk.post(f"/staff/{person.id}/password/").status_code == 200
        assert office("陈管理").get(f"/staff/{person.id}/").status_code == 404
        assert _give(office("陈管理"), cast, "陈督导", NEW["login"]).status_code == 422
        time.now += timedelta(minutes=1)
        assert _give(desk, cast, "周主任", NEW["login"]).status_code == 302
        assert Holding.objects.get(post=post, to_at__isnull=True).person_id == person.id
        assert desk.get(f"/staff/{person.id}/").status_code == 200


def test_a_child_that_the_manager_may_not_see_is_only_counted(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    child, other = cast.child("小雨"), cast.child("小山")
    stands_in = cast.people["吴主任"]
    hand_over(post=cast.posts["郑管理"], to=stands_in, actor=WORKER, at=time.now, kind=Holding.STAND_IN)
    _recuse(cast, child, "郑管理", time)
    time.now += timedelta(minutes=1)
    answer = office("郑管理").get(f"/posts/{cast.posts['周主任'].id}/")
    page = answer.content.decode()
    assert str(child.id) not in page and str(other.id) in page
    (group,) = answer.context["rows"][0]["groups"]
    assert (group["count"], group["hidden"], len(group["children"]), group["more"]) == (2, 1, 1, 0)
    assert "您看不到的 1 名" in page


class TestOneTimePassword:
    def test_runs_out_and_is_renewed(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        desk = office("郑管理")
        added = _add(desk, cast.lines["370116"].at_place["370116104"].id)
        password = _password(added)
        assert f"{_days('one_time_password').days} 天内没有登录就作废" in added.content.decode()
        time.now += _days("one_time_password") - timedelta(minutes=1)
        assert _signed_in(NEW["login"], password)[1].status_code == 302
        time.now += timedelta(minutes=1)
        late = _signed_in(NEW["login"], password)[1]
        assert (late.status_code, "初始密码已过期" in late.content.decode()) == (422, True)
        assert "初始密码已过期" not in _signed_in(NEW["login"], "wrong")[1].content.decode()
        person = Person.objects.get(login=NEW["login"])
        renewed = office("郑管理").post(f"/staff/{person.id}/password/")
        again = _password(renewed)
        assert "天内没有登录就作废" in renewed.content.decode()
        client, answer = _signed_in(NEW["login"], again)
        assert answer.status_code == 302
        client.post("/password/", {"current": again, "password": OWN, "again": OWN})
        time.now += 2 * _days("one_time_password")
        assert _signed_in(NEW["login"], OWN)[1].status_code == 302

    def test_lasts_while_no_rule_is_adopted(self, cast: world.World, time: Clock) -> None:
        person = cast.people["周主任"]
        person.must_change_password, person.one_time_since = True, time.now
        assert expiry.is_worn_out(person=person, at=time.now + _days("one_time_password"))
        early = world.START.replace(year=2020)
        assert not expiry.is_worn_out(person=person, at=early)
