"""`tongxin staff create`: the first person of a county, with a password for one time only."""

import io

import pytest
from django.test import Client

from tests import world
from tongxin.accounts.models import Division, Person, Post, Throttle
from tongxin.accounts.services import add_divisions
from tongxin.accounts.viewers import WORKER, viewer_of
from tongxin.commands import staff_create
from tongxin.ledger.models import Event
from tongxin.lib import clock
from tongxin.lib.faults import Fault
from tongxin.rulebook.adoption import adopt

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county() -> Division:
    adopt(library=world.library(), actor=WORKER, at=world.START)
    add_divisions(rows=world.PLACES, valid_from=world.START.date())
    return Division.objects.get(code="370116")


def create(
    monkeypatch: pytest.MonkeyPatch, *, login: str = "zheng01", code: str = "370116", name: str = "郑小明"
) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{name}\n"))
    return staff_create.main(["--county", code, "--login", login])


def password_of(said: str) -> str:
    return next(line for line in said.splitlines() if line.startswith("一次性密码")).split("　")[1]


def test_the_countys_desk_is_filled_and_every_place_has_its_post(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create(monkeypatch) == 0
    said = capsys.readouterr().out
    person = Person.objects.get(login="zheng01")
    assert viewer_of(person=person, at=clock.now()).role == "case_manager"
    villages = Post.objects.filter(role="child_director", division__code__startswith="370116")
    assert villages.count() == 3
    assert person.check_password(password_of(said))
    assert person.must_change_password
    assert "郑小明" not in said
    assert Event.objects.filter(kind="person.added", subject_id=person.id).count() == 1


def test_each_gets_another_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    create(monkeypatch)
    first = password_of(capsys.readouterr().out)
    create(monkeypatch, login="chen01", code="510104")
    assert password_of(capsys.readouterr().out) != first


def test_whoever_sits_there_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch)
    with pytest.raises(Fault, match="已有人在岗"):
        create(monkeypatch, login="other01")
    assert Person.objects.count() == 1


def test_whoever_did_not_come_in_time_gets_another_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create(monkeypatch)
    first = password_of(capsys.readouterr().out)
    assert create(monkeypatch) == 0
    again = password_of(capsys.readouterr().out)
    person = Person.objects.get()
    assert person.check_password(again) and not person.check_password(first)
    assert Event.objects.filter(kind="password.renewed", subject_id=person.id).count() == 1
    person.must_change_password = False
    person.save()
    with pytest.raises(Fault, match="已有人在岗"):
        create(monkeypatch)
    person.refresh_from_db()
    assert person.check_password(again)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"code": "999999"}, "没有找到县区"), ({"login": "郑"}, "登录名用"), ({"name": ""}, "请写姓名")],
)
def test_wrong_words_open_nothing(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], said: str) -> None:
    with pytest.raises(Fault, match=said):
        create(monkeypatch, **wrong)
    assert (Person.objects.count(), Post.objects.count()) == (0, 0)


def test_the_first_security_administrator_comes_in_and_the_other_posts_wait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create(monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO("安小明\n"))
    capsys.readouterr()
    assert staff_create.main(["--county", "370116", "--login", "an01", "--security"]) == 0
    person = Person.objects.get(login="an01")
    assert viewer_of(person=person, at=clock.now()).role == "security_administrator"
    assert person.must_change_password and person.check_password(password_of(capsys.readouterr().out))
    roles = {"system_administrator", "security_administrator", "audit_administrator"}
    assert set(Post.objects.filter(role__in=roles).values_list("role", flat=True)) == roles
    monkeypatch.setattr("sys.stdin", io.StringIO("另一人\n"))
    with pytest.raises(Fault, match="已有人在岗"):
        staff_create.main(["--county", "370116", "--login", "other01", "--security"])


def test_two_of_the_nation_each_in_a_post_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for login in ("guo01", "guo02", "guo01"):
        monkeypatch.setattr("sys.stdin", io.StringIO("安小明\n"))
        assert staff_create.main(["--nation", "--login", login]) == 0
    said = capsys.readouterr().out
    assert "已换发密码" in said and "再为另一位" in said and "安小明" not in said
    posts = Post.objects.filter(role="national_officer")
    assert posts.count() == 2 and {post.division.name for post in posts} == {"全国"}
    assert viewer_of(person=Person.objects.get(login="guo02"), at=clock.now()).role == "national_officer"
    monkeypatch.setattr("sys.stdin", io.StringIO("安小明\n"))
    with pytest.raises(Fault, match="没有开通"):
        staff_create.main(["--nation", "--login", "二"])


def test_nobody_has_a_password_that_was_there_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    create(monkeypatch)
    password = password_of(capsys.readouterr().out)
    for guess in ("", "admin", "password", "zheng01", "123456", "tongxin", "郑小明"):
        assert client.post("/sign-in/", {"login": "zheng01", "password": guess}).status_code in {422, 429}
    Throttle.objects.all().delete()
    assert client.post("/sign-in/", {"login": "zheng01", "password": password}).headers["Location"] == "/"
    assert client.get("/staff/").headers["Location"] == "/first/"
