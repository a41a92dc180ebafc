"""Servers as there are outside, small and real: a mail server, and one that takes messages over HTTP."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand over a message."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            verb = line.decode().split(":")[0].split()[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                self._take()
            elif verb == "RCPT" and self.server.refused:
                self._say(self.server.refused)
            elif verb == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 fine")
        return None

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.taken.append(b"".join(lines))
        self._say(self.server.answer)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it was given; answers as it is told."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.taken: list[bytes] = []
        self.answer, self.refused = "250 taken", ""

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in self.taken]  # type: ignore[misc]


class _Calls(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.calls.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        status, answer = self.server.answer(self.path)  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: Any) -> None:
        return


class CallServer(ThreadingHTTPServer):
    """Keeps each call; `answer` says what it answers by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Calls)
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Callable[[str], tuple[int, Any]] = lambda path: (200, {"code": "0", "errcode": 0})

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    @property
    def everything(self) -> str:
        return "\n".join(f"{path}\n{headers}\n{body.decode()}" for path, headers, body in self.calls)


@contextmanager
def running(server: Any) -> Iterator[Any]:
    """A server in a thread of its own, until the end."""
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
