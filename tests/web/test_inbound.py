"""Messages through signed doors: one clue each; forged, old, large and repeated ones do nothing. Over real HTTP too."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from tests import world
from tests.web.conftest import Clock
from tests.web.test_clues import SignedIn, page, text
from tongxin.clues.models import Clue

pytestmark = pytest.mark.django_db
SECRET, TOKEN, RECEIVER = "a secret of the gateway", "token", "corp"
AES = base64.b64encode(bytes(range(32))).decode()[:43]


@pytest.fixture(autouse=True)
def doors(cast: world.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both doors open for the county."""
    file = tmp_path / "inbound.json"
    monkeypatch.setenv("TONGXIN_INBOUND", str(file))
    file.write_text(json.dumps({
        "sms": {"secret": SECRET, "county": "370116"},
        "wecom": {"token": TOKEN, "aes_key": AES, "receiver": RECEIVER, "county": "370116"},
    }))


def signed(time: Clock, said: Any, *, shift: int = 0, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(said).encode() if not isinstance(said, bytes) else said
    moment = str(int(time.now.timestamp()) + shift)
    mark = hmac.digest(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hex()
    return body, {"X-Timestamp": moment, "X-Signature": mark}


def post(time: Clock, said: Any, **more: Any) -> int:
    body, headers = signed(time, said, **more)
    client = Client()
    return client.post("/inbound/sms/", body, content_type="application/json", headers=headers).status_code


SAID = {"id": "7", "from": "13900000001", "text": "三号楼有个孩子没人管"}


def test_a_signed_message_is_a_clue_once(cast: world.World, office: SignedIn, time: Clock) -> None:
    assert [post(time, SAID) for _each in range(2)] == [200, 200]
    clue = Clue.objects.get()
    assert clue.channel == "message" and clue.owner_post_id == cast.posts["郑管理"].id
    shown = text(office("郑管理").get(page(clue)))
    assert "三号楼有个孩子没人管" in shown and "13900000001" not in shown


def test_what_is_not_signed_now_does_nothing(time: Clock) -> None:
    assert post(time, SAID, secret="another") == post(time, SAID, shift=-400) == post(time, SAID, shift=400) == 404
    assert post(time, b"[1]") == post(time, b"nonsense") == post(time, {"id": "1", "text": " "}) == 404
    assert post(time, {**SAID, "text": "长" * 9000}) == 404
    assert Client().post("/inbound/sms/", SAID).status_code == Client().post("/inbound/other/").status_code == 404
    assert not Clue.objects.exists()


def sealed(time: Clock, xml: str, *, receiver: str = RECEIVER) -> tuple[str, dict[str, str]]:
    """As the chat platform seals and signs it."""
    raw = b"0123456789abcdef" + len(xml.encode()).to_bytes(4, "big") + xml.encode() + receiver.encode()
    padding = 32 - len(raw) % 32
    key = base64.b64decode(AES + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    cipher = base64.b64encode(encryptor.update(raw + bytes([padding]) * padding) + encryptor.finalize()).decode()
    moment, nonce = str(int(time.now.timestamp())), "12345"
    mark = hashlib.sha1("".join(sorted([TOKEN, moment, nonce, cipher])).encode(), usedforsecurity=False).hexdigest()
    return cipher, {"msg_signature": mark, "timestamp": moment, "nonce": nonce}


def test_a_chat_message_is_opened_and_the_platform_greeted(time: Clock) -> None:
    xml = (
        "<xml><FromUserName><![CDATA[member1]]></FromUserName><MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[孩子一个人在家]]></Content><MsgId>42</MsgId></xml>"
    )
    for receiver, status, kept in (("another", 404, 0), (RECEIVER, 200, 1), (RECEIVER, 200, 1)):
        cipher, query = sealed(time, xml, receiver=receiver)
        body = f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>"
        answer = Client().post("/inbound/wecom/", body, content_type="text/xml", query_params=query)
        assert (answer.status_code, Clue.objects.count()) == (status, kept)
    word, query = sealed(time, "hello")
    assert text(Client().get("/inbound/wecom/", {**query, "echostr": word})) == "hello"
    assert Client().get("/inbound/wecom/", {**query, "echostr": word, "nonce": "1"}).status_code == 404


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def same_connection() -> Iterator[None]:
    """A request leaves the test's own transaction open."""
    for each in (request_started, request_finished):
        each.disconnect(close_old_connections)
    yield
    for each in (request_started, request_finished):
        each.connect(close_old_connections)


def test_over_real_http(time: Clock, same_connection: None) -> None:
    body, headers = signed(time, SAID)
    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Quiet)
    found: list[int] = []

    def call() -> None:
        asked = HTTPConnection("127.0.0.1", server.server_port, timeout=20)
        asked.request("POST", "/inbound/sms/", body, {**headers, "Content-Type": "application/json"})
        found.append(asked.getresponse().status)

    caller = Thread(target=call)
    caller.start()
    server.handle_request()
    caller.join(timeout=20)
    server.server_close()
    assert found == [200] and Clue.objects.count() == 1
