"""The second step: codes from the phone, recovery codes, who must have one, what the desk may take away."""

import re
import time as machine
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing

from tests import world
from tests.web.conftest import Clock, Office
from tongxin.accounts import entrance_rules, totp
from tongxin.accounts.entrance import Factor, OpenSession, Refusal
from tongxin.accounts.models import Person
from tongxin.flows import second_factor
from tongxin.ledger.models import Event
from tongxin.notices.models import Notice
from tongxin.rulebook import rules
from tongxin.web import words

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
PASSWORD = "keep-it-quiet-42"


def person_of(cast: world.World, name: str) -> Person:
    person = cast.people[name]
    person.set_password(PASSWORD)
    person.conduct_hash = rules.resolve("conduct", "conduct", at=world.START).hash
    person.save()
    return person


def sign_in(login: str, client: Office | None = None) -> tuple[Office, Any]:
    client = client or Office()
    return client, client.post("/sign-in/", {"login": login, "password": PASSWORD})


def step() -> int:
    return int(machine.time()) // totp.STEP


def with_codes(cast: world.World, name: str) -> tuple[Person, str, list[str]]:
    """Somebody who has added codes from the phone by the page, the secret and the recovery codes."""
    person = person_of(cast, name)
    client, _ = sign_in(person.login)
    page = client.get("/security/codes/")
    _, secret = signing.loads(page.context["secret"], salt="second factor")
    # The step before this one, so that this one's code is still good for signing in.
    done = client.post("/security/codes/", {"secret": page.context["secret"], "code": totp.code_at(secret, step() - 1)})
    assert done.status_code == 200, done.context["problem"]
    return person, secret, done.context["codes"]


class TestCodes:
    @pytest.mark.parametrize(("seconds", "code"), [
        (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
        (2000000000, "69279037"), (20000000000, "65353130"),
    ])
    def test_are_those_of_the_published_vectors(self, seconds: int, code: str) -> None:
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: "12345678901234567890"
        assert totp.code_at(secret, seconds // totp.STEP, digits=8) == code
        assert totp.step_of(code[2:], secret=secret, seconds=seconds, after=0) == seconds // totp.STEP

    def test_are_asked_after_the_password_and_nobody_is_in_before(self, cast: world.World, time: Clock) -> None:
        person, secret, _ = with_codes(cast, "周主任")
        client, answer = sign_in(person.login)
        assert answer.headers["Location"] == "/sign-in/second/"
        assert client.get("/").headers["Location"] == "/sign-in/"
        assert client.post("/sign-in/second/", {"code": "000000"}).status_code == 422
        assert client.post("/sign-in/second/", {"code": totp.code_at(secret, step())}).headers["Location"] == "/"
        assert client.get("/").status_code == 200

    def test_are_good_once_in_every_process(self, cast: world.World, time: Clock) -> None:
        person, secret, _ = with_codes(cast, "周主任")
        code = totp.code_at(secret, step())
        clients = [sign_in(person.login)[0] for _ in range(2)]
        answers = [each.post("/sign-in/second/", {"code": code}).status_code for each in clients]
        assert answers == [302, 422]
        event = Event.objects.get(kind="factor.reused", subject_id=person.id)
        assert Notice.objects.filter(kind=event.kind, post_id=cast.posts["周主任"].id).count() == 1
        assert Refusal.objects.get().reason == "used_code"

    def test_wait_only_some_minutes_and_only_for_the_same_password(self, cast: world.World, time: Clock) -> None:
        person, secret, _ = with_codes(cast, "周主任")
        late, _ = sign_in(person.login)
        changed, _ = sign_in(person.login)
        person.set_password("another-quiet-one")
        person.save()
        code = {"code": totp.code_at(secret, step())}
        assert "重新登录" in changed.post("/sign-in/second/", code).content.decode()
        person.set_password(PASSWORD)
        person.save()
        time.now += timedelta(minutes=6)
        assert "等得太久" in late.post("/sign-in/second/", code).content.decode()
        assert late.get("/").headers["Location"] == "/sign-in/"

    def test_wrong_ones_are_counted_as_wrong_passwords_are(self, cast: world.World, time: Clock) -> None:
        person, secret, _ = with_codes(cast, "周主任")
        answers = [sign_in(person.login)[0].post("/sign-in/second/", {"code": "000000"}).status_code for _ in range(5)]
        assert answers == [422] * 5
        paused = sign_in(person.login)[0].post("/sign-in/second/", {"code": totp.code_at(secret, step())})
        assert (paused.status_code, "15 分钟" in paused.content.decode()) == (429, True)

    def test_lie_sealed(self, cast: world.World, time: Clock) -> None:
        person, secret, codes = with_codes(cast, "周主任")
        kept = b"".join(bytes(row.secret.blob) for row in Factor.objects.filter(person=person))
        assert secret.encode() not in kept
        assert not any(code.replace("-", "").encode() in kept for code in codes)


class TestRecovery:
    def test_codes_let_in_once_each(self, cast: world.World, time: Clock) -> None:
        person, _, codes = with_codes(cast, "周主任")
        assert len(set(codes)) == 10
        first, _ = sign_in(person.login)
        assert first.post("/sign-in/second/", {"code": codes[0].upper()}).status_code == 302
        again, _ = sign_in(person.login)
        assert again.post("/sign-in/second/", {"code": codes[0]}).status_code == 422
        assert again.post("/sign-in/second/", {"code": codes[1]}).status_code == 302
        assert "还有 8 个" in again.get("/security/").content.decode()

    def test_new_ones_void_the_old(self, cast: world.World, time: Clock) -> None:
        person, _, codes = with_codes(cast, "周主任")
        client, _ = sign_in(person.login)
        client.post("/sign-in/second/", {"code": codes[0]})
        fresh = client.post("/security/recovery/").context["codes"]
        other, _ = sign_in(person.login)
        assert other.post("/sign-in/second/", {"code": codes[1]}).status_code == 422
        assert other.post("/sign-in/second/", {"code": fresh[0]}).status_code == 302


class TestWhoMust:
    def test_may_still_work_in_the_days_of_grace_and_first_adds_one_after(self, cast: world.World, time: Clock) -> None:
        person = person_of(cast, "苏咨询")
        client, _ = sign_in(person.login)
        assert client.get("/").status_code == 200
        assert words.day_zh(time.now + timedelta(days=30)) in client.get("/security/").content.decode()
        time.now += timedelta(days=25)
        assert "以前登记第二步验证" in sign_in(person.login)[0].get("/").content.decode()
        time.now += timedelta(days=6)
        late, _ = sign_in(person.login)
        assert late.get("/").headers["Location"] == "/first/"
        assert late.get("/first/").headers["Location"] == "/security/"
        page = late.get("/security/codes/")
        _, secret = signing.loads(page.context["secret"], salt="second factor")
        sent = {"secret": page.context["secret"], "code": totp.code_at(secret, step())}
        assert late.post("/security/codes/", sent).context["go_on"] == "/first/"
        assert late.get("/first/").headers["Location"] == "/"
        assert late.get("/").status_code == 200

    def test_others_are_never_kept(self, cast: world.World, time: Clock) -> None:
        person = person_of(cast, "周主任")
        sign_in(person.login)
        time.now += timedelta(days=400)
        assert sign_in(person.login)[0].get("/").status_code == 200

    def test_keeps_the_last_one(self, cast: world.World, time: Clock) -> None:
        person, secret, _ = with_codes(cast, "苏咨询")
        client, _ = sign_in(person.login)
        client.post("/sign-in/second/", {"code": totp.code_at(secret, step())})
        row = Factor.objects.get(person=person, kind="totp")
        kept = client.post(f"/security/factors/{row.id}/remove/")
        assert (kept.status_code, "最后一个" in kept.content.decode()) == (422, True)
        assert Factor.objects.filter(id=row.id).exists()


class TestChanges:
    def test_want_the_password_once_more(self, cast: world.World, time: Clock) -> None:
        person = person_of(cast, "周主任")
        client, _ = sign_in(person.login)
        time.now += timedelta(minutes=6)
        assert client.get("/security/codes/").headers["Location"] == "/security/"
        assert client.post("/security/passkey/ask/").status_code == 409
        assert client.post("/security/confirm/", {"password": "wrong"}).status_code == 422
        assert client.post("/security/confirm/", {"password": PASSWORD}).status_code == 302
        assert client.get("/security/codes/").status_code == 200

    def test_a_wrong_first_code_adds_nothing(self, cast: world.World, time: Clock) -> None:
        person = person_of(cast, "周主任")
        client, _ = sign_in(person.login)
        page = client.get("/security/codes/")
        answer = client.post("/security/codes/", {"secret": page.context["secret"], "code": "000000"})
        assert (answer.status_code, "没有登记" in answer.content.decode()) == (422, True)
        assert not Factor.objects.exists()

    def test_somebody_elses_factor_is_not_there(self, cast: world.World, time: Clock) -> None:
        with_codes(cast, "周主任")
        other = person_of(cast, "王督导")
        client, _ = sign_in(other.login)
        row = Factor.objects.get(kind="totp")
        assert client.post(f"/security/factors/{row.id}/remove/").status_code == 404


class TestDesk:
    def test_takes_away_what_was_lost_and_the_owner_is_told(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        person, secret, _ = with_codes(cast, "周主任")
        signed_in, _ = sign_in(person.login)
        signed_in.post("/sign-in/second/", {"code": totp.code_at(secret, step())})
        desk = office("郑管理")
        assert desk.post(f"/staff/{person.id}/factors/remove/").status_code == 302
        assert signed_in.get("/").headers["Location"] == "/sign-in/"
        assert not OpenSession.objects.filter(person_id=person.id).exists()
        event = Event.objects.get(kind="factor.removed")
        assert (event.subject_id, event.clear) == (person.id, {"factor": "all"})
        client, _ = sign_in(person.login)
        assert "取消了您的第二步验证" in client.get("/").content.decode()

    def test_nobody_else_does(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        person, _, _ = with_codes(cast, "周主任")
        for who in ("王督导", "陈管理", "周主任", "苏咨询"):
            assert office(who).post(f"/staff/{person.id}/factors/remove/").status_code == 404
            assert office(who).post(f"/staff/{person.id}/sessions/end/").status_code == 404
        assert Factor.objects.filter(person=person).exists()


def test_older_rules_ask_nobody(cast: world.World, time: Clock) -> None:
    content = dict(rules.resolve("sign_in", "sign_in", at=world.START).content)
    older = {name: content[name] for name in ("tries", "pause", "forgotten_after", "known_for")}
    found = entrance_rules.read(older)
    assert not found.requires(["case_manager"])
    assert found.rest(["case_manager"]) == timedelta(minutes=30)
    assert second_factor.rules_at(time.now).requires(["case_manager"])


def test_the_page_holds_no_secret_in_its_address(cast: world.World, time: Clock) -> None:
    person = person_of(cast, "周主任")
    client, _ = sign_in(person.login)
    page = client.get("/security/codes/")
    assert page.headers["Cache-Control"] == "no-store, private"
    addresses = re.findall(r'(?:href|action)="([^"]*)"', page.content.decode())
    assert not any("secret" in each for each in addresses)
