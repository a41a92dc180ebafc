"""A province's sign-in, against a real provider on this machine: nobody comes in who isn't linked here."""

import re
import socket
import subprocess
import sys
import time as machine
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests import world
from tests.web.conftest import Clock, Office
from tests.web.test_second_factor import PASSWORD, person_of, with_codes
from tongxin.accounts import outside
from tongxin.accounts.models import OutsideIdentity
from tongxin.ledger.models import Event

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
OURS, CALLED = "http://testserver", "省统一身份平台"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    users = ['{"sub": "zhou"}', '{"sub": "stranger"}', '{"sub": "proven", "amr": ["pwd", "mfa"]}']
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    command += ["--require-nonce", "true"]
    with subprocess.Popen(
        [*command, *(word for user in users for word in ("--user-claims", user))], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = machine.monotonic() + 60
    while process.poll() is None and machine.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}{outside.WELL_KNOWN}", timeout=5):  # noqa: S310
                return
        except OSError:
            machine.sleep(0.1)
    raise RuntimeError("the provider did not start")


@pytest.fixture(autouse=True)
def set_up(issuer: str, settings: Any, time: Clock) -> None:
    settings.TONGXIN_OIDC = {
        "issuer": issuer, "client": "tongxin", "secret": "told-nobody", "zh": CALLED, "claim": "sub",
        "is_only_way": False,
    }


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """The browser under test goes on by itself."""


def at_provider(address: str, **form: str) -> str:
    """Where the provider sends the browser that agreed, or refused, there."""
    data = urllib.parse.urlencode(form).encode()
    try:
        urllib.request.build_opener(_Stay).open(address, data=data, timeout=10)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["Location"])
    raise AssertionError("the provider did not send the browser back")


def come(client: Client, sub: str = "zhou") -> Any:
    """To the province and back, as somebody it knows."""
    there = client.get("/sign-in/outside/")
    assert there.status_code == 302
    return client.get(at_provider(there.headers["Location"], sub=sub).removeprefix(OURS))


def linked(cast: world.World, name: str, sub: str) -> Any:
    person = person_of(cast, name)
    desk = Office()
    desk.force_login(cast.people["郑管理"])
    assert desk.post(f"/staff/{person.id}/outside/", {"subject": sub}).status_code == 302
    return person


class TestThere:
    def test_is_asked_with_state_nonce_and_the_hash_of_a_secret(self, cast: world.World) -> None:
        address = Client().get("/sign-in/outside/").headers["Location"]
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
        assert asked["redirect_uri"] == f"{OURS}/sign-in/outside/back/"
        assert asked["scope"] == "openid"

    def test_is_off_where_nobody_set_it_up(self, cast: world.World, settings: Any) -> None:
        for changed in ({"issuer": ""}, {"issuer": "http://sso.example.gov.cn"}):
            settings.TONGXIN_OIDC = settings.TONGXIN_OIDC | changed
            assert Client().get("/sign-in/outside/").status_code == 404
            assert CALLED not in Client().get("/sign-in/").content.decode()

    def test_is_said_when_it_does_not_answer(self, cast: world.World, settings: Any) -> None:
        settings.TONGXIN_OIDC = settings.TONGXIN_OIDC | {"issuer": "http://127.0.0.1:9"}
        answer = Client().get("/sign-in/outside/")
        assert (answer.status_code, f"连不上{CALLED}" in answer.content.decode()) == (503, True)


class TestBack:
    def test_whoever_is_linked_comes_in_with_their_own_rights(self, cast: world.World) -> None:
        linked(cast, "周主任", "zhou")
        client = Client()
        assert come(client).headers["Location"] == "/"
        assert client.get("/").context["post_zh"] == "东升社区居民委员会儿童主任"
        assert client.get("/staff/").status_code == 404

    def test_a_stranger_learns_what_to_tell_the_desk_and_nothing_is_made(self, cast: world.World) -> None:
        client = Client()
        answer = come(client, "stranger")
        assert (answer.status_code, "stranger" in answer.content.decode()) == (422, True)
        assert client.get("/").headers["Location"] == "/sign-in/"
        assert not OutsideIdentity.objects.exists()

    def test_a_closed_account_stays_closed(self, cast: world.World) -> None:
        person = linked(cast, "周主任", "zhou")
        person.is_active = False
        person.save()
        assert come(Client()).status_code == 422

    def test_an_answer_to_another_browsers_question_is_refused(self, cast: world.World) -> None:
        linked(cast, "周主任", "zhou")
        asked = Client().get("/sign-in/outside/").headers["Location"]
        back = at_provider(asked, sub="zhou").removeprefix(OURS)
        other = Client()
        assert "没有接上" in other.get(back).content.decode()
        assert other.get("/").headers["Location"] == "/sign-in/"

    def test_an_answer_is_good_once(self, cast: world.World) -> None:
        linked(cast, "周主任", "zhou")
        client = Client()
        back = at_provider(client.get("/sign-in/outside/").headers["Location"], sub="zhou").removeprefix(OURS)
        assert client.get(back).status_code == 302
        client.post("/sign-out/")
        assert client.get(back).status_code == 422
        assert client.get("/").headers["Location"] == "/sign-in/"

    def test_a_code_that_was_made_up_is_refused(self, cast: world.World) -> None:
        client = Client()
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(
            client.get("/sign-in/outside/").headers["Location"]
        ).query))
        answer = client.get("/sign-in/outside/back/", {"code": "made-up", "state": asked["state"]})
        assert (answer.status_code, "核对不上" in answer.content.decode()) == (422, True)

    def test_whoever_refuses_there_is_told_so(self, cast: world.World) -> None:
        client = Client()
        address = client.get("/sign-in/outside/").headers["Location"]
        answer = client.get(at_provider(address, action="deny").removeprefix(OURS))
        assert (answer.status_code, "取消了登录" in answer.content.decode()) == (422, True)

    def test_a_second_factor_of_ones_own_is_still_asked(self, cast: world.World) -> None:
        person, _, _ = with_codes(cast, "周主任")
        OutsideIdentity.objects.create(person=person, digest=_digest("zhou"), linked_at=world.START)
        assert come(Client()).headers["Location"] == "/sign-in/second/"
        OutsideIdentity.objects.filter(person=person).update(digest=_digest("proven"))
        assert come(Client(), "proven").headers["Location"] == "/"


class TestLinks:
    def test_keep_no_account_in_clear_and_stand_in_the_record(self, cast: world.World) -> None:
        person = linked(cast, "周主任", "zhou-wei-42")
        assert "zhou-wei-42" not in str(vars(OutsideIdentity.objects.get(person=person)))
        assert Event.objects.filter(kind="identity.linked", subject_id=person.id).count() == 1

    def test_belong_to_one_person_and_the_desk(self, cast: world.World, office: SignedIn) -> None:
        linked(cast, "周主任", "zhou")
        other = cast.people["王督导"]
        page = office("郑管理").post(f"/staff/{other.id}/outside/", {"subject": "zhou"}, follow=True)
        assert "已关联另一个人" in page.content.decode()
        assert office("王督导").post(f"/staff/{cast.people['周主任'].id}/outside/", {"subject": ""}).status_code == 404
        assert OutsideIdentity.objects.get().person_id == cast.people["周主任"].id

    def test_may_be_the_only_way_in(self, cast: world.World, settings: Any) -> None:
        person = linked(cast, "周主任", "zhou")
        free = person_of(cast, "王督导")
        settings.TONGXIN_OIDC = settings.TONGXIN_OIDC | {"is_only_way": True}
        refused = Client().post("/sign-in/", {"login": person.login, "password": PASSWORD})
        assert (refused.status_code, f"要从{CALLED}登录" in refused.content.decode()) == (422, True)
        assert Client().post("/sign-in/", {"login": free.login, "password": PASSWORD}).status_code == 302


def test_signing_out_offers_to_leave_there_too(cast: world.World, issuer: str) -> None:
    linked(cast, "周主任", "zhou")
    client = Client()
    come(client)
    page = client.post("/sign-out/").content.decode()
    link = re.search(r'href="(/sign-in/outside/leave/)"', page)
    assert link
    address = client.get(link[1]).headers["Location"]
    assert address.startswith(f"{issuer}/oauth2/end_session?")
    assert client.get("/").headers["Location"] == "/sign-in/"


def _digest(sub: str) -> str:
    there = outside.province()
    assert there is not None
    return outside.digest_of(there, sub)
