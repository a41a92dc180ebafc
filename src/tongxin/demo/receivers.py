"""Servers as there are outside, on this machine only: what the demonstration sends out comes here and lies in files.

A mail server, a gateway for short messages, and 企业微信. Nothing of it leaves the machine.
"""

import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tongxin.notices import setup

HERE, SENDER = "127.0.0.1", "tongxin@example.cn"
# Where people of the demonstration sign in, unless it is served elsewhere.
LINK = "http://127.0.0.1:8000/sign-in/"
MOST = 1 << 20
TAKEN = {"code": "0", "errcode": 0, "access_token": "demo", "expires_in": 7200}


class Kept:
    """Everything that came, in order, each in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, end: str, content: bytes) -> None:
        with self._lock:
            number = len(self.all()) + 1
            (self.folder / f"{number:05}.{end}").write_bytes(content)

    def all(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*"))


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    kept: Kept


class _CallServer(ThreadingHTTPServer):
    daemon_threads = True
    kept: Kept


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as is needed to hand over a message."""

    def handle(self) -> None:
        self._say("220 demo")
        while line := self.rfile.readline(MOST):
            verb = line.decode(errors="replace").partition(":")[0].strip().upper()
            if verb == "DATA":
                self._say("354 go on")
                self._take()
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline(MOST)) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.kept.keep("eml", b"".join(lines))  # type: ignore[attr-defined]
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Calls(BaseHTTPRequestHandler):
    """Whoever posts is told that it was taken."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(min(MOST, int(self.headers.get("Content-Length") or 0))))
        readable = json.dumps(body, ensure_ascii=False, indent=1).encode()
        self.server.kept.keep(f"{_kind(self.path)}.json", readable)  # type: ignore[attr-defined]
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(TAKEN).encode())

    def log_message(self, format: str, *args: Any) -> None:
        return


def _kind(path: str) -> str:
    return "sms" if urlsplit(path).path == "/sms" else "wecom"


@contextmanager
def receiving(folder: Path, *, link: str) -> Iterator[Kept]:
    """The ways out lead to servers of this process until the end; `link` is where people sign in."""
    kept, before = Kept(folder), os.environ.get(setup.ELSEWHERE)
    with _MailServer((HERE, 0), _Mail) as mail, _CallServer((HERE, 0), _Calls) as calls:
        mail.kept = calls.kept = kept
        for server in (mail, calls):
            threading.Thread(target=server.serve_forever, args=[0.1], daemon=True).start()
        url = f"http://{HERE}:{calls.server_address[1]}"
        file = folder / setup.FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps({
            "link": link,
            "email": {"host": HERE, "port": mail.server_address[1], "tls": "none", "sender": SENDER},
            "sms": {"url": f"{url}/sms", "shape": "json_signed", "account": "demo", "secret": "demo"},
            "wecom": {"url": url, "corp": "demo", "agent": 1, "secret": "demo"},
            "robot": {"url": url},
        }), encoding="utf-8")
        os.environ[setup.ELSEWHERE] = str(file)
        try:
            yield kept
        finally:
            os.environ.pop(setup.ELSEWHERE)
            if before is not None:
                os.environ[setup.ELSEWHERE] = before
            for server in (mail, calls):
                server.shutdown()
