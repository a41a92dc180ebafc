"""Somebody who signed in and asks for pages over one kept connection."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from benchmarks.server import HOST

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """A page that was not what it should be."""


class Browser:
    """One connection with its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def sign_in(self, login: str, password: str) -> None:
        """In, with the token that further forms need."""
        self._token = _token_in(self.get("/sign-in/"))
        self.post("/sign-in/", {"login": login, "password": password}, expected=302)
        self._token = _token_in(self.get("/"))

    def get(self, path: str) -> str:
        """The page."""
        return self._asked("GET", path, None, {}, 200)

    def post(self, path: str, fields: Mapping[str, str], *, expected: int = 200) -> str:
        """The page after an ordinary form."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self._token})
        return self._asked("POST", path, body, {"Content-Type": FORM}, expected)

    def send(self, path: str, body: Mapping[str, Any]) -> str:
        """What `<tx-form>` gets back."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self._token}
        return self._asked("POST", path, json.dumps(body), headers, 200)

    def _asked(self, method: str, path: str, body: str | None, headers: Mapping[str, str], expected: int) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(method, path, body, {**headers, "Cookie": cookies})
        response = self._connection.getresponse()
        text = response.read().decode(errors="replace")
        for line in response.headers.get_all("Set-Cookie") or ():
            self._cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        if response.status != expected:
            raise Unexpected(f"{method} {path}: {response.status} instead of {expected}: {text[:300]}")
        return text


def _token_in(page: str) -> str:
    found = TOKEN.search(page)
    return found.group(1) if found else ""
