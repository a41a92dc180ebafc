"""What was refused is counted, without a word of what was typed, and shown to whoever watches over the accounts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import override_settings

from tests import world
from tests.web.conftest import MORNING, Office
from tongxin.accounts import county as counties
from tongxin.accounts import refusals
from tongxin.accounts.entrance import Refusal
from tongxin.accounts.hashing import KeyedArgon2
from tongxin.accounts.viewers import WORKER
from tongxin.lib import secrets

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def watcher(cast: world.World, office: SignedIn) -> Office:
    """The security administrator's browser."""
    posts = counties.open_administration(county=cast.place("370116"), actor=WORKER, at=world.START)
    post = posts["security_administrator"]
    cast.posts["高安全"] = post
    (cast.people["高安全"],) = counties.fill(holders=[(post, "watcher", "高安全")], at=world.START)
    return office("高安全")


def test_wrong_tries_and_refused_pages_are_counted_by_the_hour(
    cast: world.World, office: SignedIn, watcher: Office
) -> None:
    login, child = cast.people["林社工"].login, cast.child()
    for _ in range(2):
        Office().post("/sign-in/", {"login": login, "password": "秘密的错密码"})
    Office().post("/sign-in/", {"login": "nobody-here", "password": "x"})
    for _ in range(3):
        assert office("林社工").get(f"/children/{child.id}/holds/").status_code == 404
    rows = {(row.person_id, row.reason): row for row in Refusal.objects.all()}
    worker = cast.people["林社工"].id
    assert rows[worker, "wrong_password"].times == 2 and rows[refusals.NOBODY, "wrong_password"].times == 1
    refused = rows[worker, "not_allowed"]
    assert refused.times == 3 and refused.route == "children/<uuid:child_id>/holds/"
    assert "秘密" not in str(list(Refusal.objects.values()))
    page = text(watcher.get("/refusals/"))
    assert "林社工" in page and "密码不对" in page and "没有登录的人" in page and str(child.id) not in page
    assert office("郑管理").get("/refusals/").status_code == 404


def test_those_of_another_county_are_not_shown_and_old_ones_go(
    cast: world.World, office: SignedIn, watcher: Office
) -> None:
    refusals.note(person_id=cast.people["陈管理"].id, route="sealed/", reason="not_allowed", at=MORNING)
    assert "陈管理" not in text(watcher.get("/refusals/"))
    assert refusals.forget(kept=timedelta(days=183), at=MORNING + timedelta(days=182)) == 0
    assert refusals.forget(kept=timedelta(days=183), at=MORNING + timedelta(days=184)) == 1


@override_settings(PASSWORD_HASHERS=[
    "tongxin.accounts.hashing.KeyedArgon2", "django.contrib.auth.hashers.Argon2PasswordHasher",
])
def test_a_password_is_kept_by_a_key_that_no_database_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = make_password("几个不相干的词连在一起")
    assert kept.startswith("argon2_keyed$") and check_password("几个不相干的词连在一起", kept)
    assert not check_password("别的", kept)
    again: list[str] = []
    before = make_password("几个不相干的词连在一起", hasher="argon2")
    assert check_password("几个不相干的词连在一起", before, setter=again.append) and again
    read = secrets.read
    monkeypatch.setattr(secrets, "read", lambda name: b"x" * 32 if name == "pepper" else read(name))
    assert not KeyedArgon2().verify("几个不相干的词连在一起", kept)


def test_a_new_password_has_twelve_signs_or_more(cast: world.World, office: SignedIn) -> None:
    client, person = office("林社工"), cast.people["林社工"]
    person.set_password("很久以前的密码")
    person.save()
    client.force_login(person)
    given = {"current": "很久以前的密码", "password": "Kp7-vt9-qaz", "again": "Kp7-vt9-qaz"}
    page = text(client.post("/password/", given))
    assert "请用 12 个以上的字符" in page and 'minlength="12"' in page
