"""Requests that leave this machine reach whom they may, against a real server on it."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from requests import Session

from tongxin.lib import outgoing

LARGE = outgoing.MEGABYTE + outgoing.PIECE


class Answers(BaseHTTPRequestHandler):
    """Answers by path, and keeps who asked for what."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("Location", "/inside" if self.path == "/elsewhere" else "")
        self.end_headers()
        try:
            if self.path == "/large":
                self.wfile.write(b"x" * LARGE)
            for _ in range(20 if self.path == "/slow" else 1):
                self.wfile.write(b"here")
                self.wfile.flush()
                time.sleep(0.1 if self.path == "/slow" else 0)
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=found.serve_forever, args=[0.02], daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def session(*trusted: str, seconds: float = 5.0) -> Session:
    made = Session()
    outgoing.guard(made, trusted=trusted)
    for scheme in list(made.adapters):
        made.mount(scheme, outgoing.Door(trusted=trusted, seconds=seconds))
    return made


def at(server: ThreadingHTTPServer, path: str = "/", *, scheme: str = "http", host: str = "127.0.0.1") -> str:
    return f"{scheme}://{host}:{server.server_address[1]}{path}"


def test_a_host_that_was_set_up_is_asked(server: Any) -> None:
    assert session("127.0.0.1").get(at(server)).text == "here"
    assert server.asked == ["/"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"]  # noqa: S104
)
def test_nothing_else_on_this_machine_is_reached(server: Any, host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(outgoing.Refused):
            session("sso.example").get(at(server, scheme=scheme, host=host))
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "[::1]", "[fe80::1]",
        "[fd00::1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[::ffff:10.0.0.1]",
    ],
)
def test_no_address_within_is_reached(host: str) -> None:
    with pytest.raises(outgoing.Refused):
        session().get(f"https://{host}/")


def test_the_machines_own_secrets_are_nobodys_though_named() -> None:
    with pytest.raises(outgoing.Refused, match="not a public address"):
        session("169.254.169.254").get("http://169.254.169.254/latest/meta-data/")


def test_a_name_that_points_elsewhere_a_moment_later_gains_nothing(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["127.0.0.1", "169.254.169.254"])
    port = server.server_address[1]

    def resolved(*_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    asking = session("sso.example")
    assert asking.get(at(server, host="sso.example")).text == "here"
    with pytest.raises(outgoing.Refused):
        session("sso.example").get(at(server, host="sso.example"))
    assert server.asked == ["/"]


def test_a_public_name_that_points_within_is_refused(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.server_address[1]))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [place])
    with pytest.raises(outgoing.Refused, match="not a public address"):
        session("sso.example").get(at(server, scheme="https", host="keys.example"))
    assert server.asked == []


def test_nobody_is_sent_elsewhere(server: Any) -> None:
    with pytest.raises(outgoing.RequestException):
        session("127.0.0.1").get(at(server, "/elsewhere"))
    assert server.asked == ["/elsewhere"]


@pytest.mark.parametrize("path", ["/large", "/slow"])
def test_what_is_too_much_or_too_slow_is_not_read(server: Any, path: str) -> None:
    with pytest.raises(outgoing.RequestException):
        session("127.0.0.1", seconds=0.4).get(at(server, path))


def test_no_proxy_of_the_surroundings_stands_between(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert session("127.0.0.1").get(at(server)).text == "here"
