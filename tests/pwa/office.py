"""A small office on this machine: one form page under the strict policy, and what was posted to it."""

from __future__ import annotations

import json
import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template import engines

from tests.core.forms.samples import ON, read_sample
from tongxin.core import forms
from tongxin.web.console.chips import Chip

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE = """{% extends "base.html" %}{% load static %}
{% block content %}
<div class="tx-head"><h1>样表</h1>
{% include "parts/_chip.html" %}</div>
<form method="post" action="/entries">
<input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}">
{{ definition|json_script:"definition" }}
<tx-form name="entry" definition="definition" submit="保存样表"></tx-form>
</form>
{% endblock %}
{% block scripts %}<script type="module" src="{% static "pwa/form/element.js" %}"></script>{% endblock %}"""


class Office(ThreadingHTTPServer):
    """Serves the page and remembers what was posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.form = read_sample()
        self.received: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.replies: list[tuple[int, dict[str, Any]]] = []
        self.gate = threading.Event()
        self.gate.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self) -> str:
        values = {"siblings": 2}
        definition = forms.definition_json(self.form, form_hash="hash-1", on=ON, age=13, values=values)
        nav = [{"url": "/", "zh": "今日待办", "current": True, "count": 3}, {"url": "/", "zh": "儿童名册"}]
        context = {
            "definition": definition,
            "token": "token-1",
            "nav": nav,
            "clock_notice": "演示时间 2025年12月30日 09:00",
            "post_zh": "督导员",
            "worker_late": True,
            "chip": Chip("yellow", "黄", "▲", "待确认"),
        }
        return engines["django"].from_string(PAGE).render(context)

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.received.append(body)
        self.gate.wait(5)
        if self.replies:
            return self.replies.pop(0)
        problems = forms.check(self.form, body["answers"], on=ON, age=13)
        if problems:
            told = [{"path": each.path, "zh": each.zh, "kept": each.kept} for each in problems]
            return 422, {"problems": told}
        return 200, {"next": "/done"}


class _Desk(BaseHTTPRequestHandler):
    server: Office

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the terminal."""

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            found = finders.find(self.path.removeprefix("/static/"))
            kind = mimetypes.guess_type(self.path)[0] or "application/octet-stream"
            return self._send(200 if found else 404, Path(str(found)).read_bytes() if found else b"", kind)
        if self.path == "/done":
            return self._send(200, "<!doctype html><title>done</title><h1>已保存</h1>".encode())
        return self._send(200, self.server.page().encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.tokens.append(self.headers["X-CSRFToken"])
        status, told = self.server.answer(body)
        self._send(status, json.dumps(told).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)
