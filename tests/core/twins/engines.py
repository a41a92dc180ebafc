"""Where the twins run: in node, and in a real browser."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page

from tests import driven

ROOT = Path(__file__).parents[3]
Question = dict[str, Any]


class Twin(Protocol):
    def ask(self, questions: Sequence[Question]) -> list[Any]: ...

    def close(self) -> None: ...


class Node:
    """One process for the whole session."""

    def __init__(self) -> None:
        script = str(Path(__file__).with_name("node.js"))
        self._process = subprocess.Popen(["node", script], stdin=-1, stdout=-1, text=True, encoding="utf-8")

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        stdin.write(json.dumps(list(questions), ensure_ascii=False, default=str) + "\n")
        stdin.flush()
        found: list[Any] = json.loads(stdout.readline())
        return found

    def close(self) -> None:
        self._process.communicate()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        del format, args


class Chromium:
    """One page that loads the modules from this tree."""

    def __init__(self, args: Sequence[str] = ()) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(ROOT)))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._browser = driven.playwright().chromium.launch(
            executable_path=driven.program(), args=["--no-sandbox", *args]
        )
        self._url = f"http://127.0.0.1:{self._server.server_port}/tests/core/twins/"
        self._page = self._browser.new_page()
        self._page.goto(self._url)

    @contextmanager
    def page(self, **how: Any) -> Iterator[Page]:
        """A page of its own that may import the modules of this tree."""
        page = self._browser.new_page(**how)
        page.goto(self._url)
        yield page
        page.close()

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        text = json.dumps(list(questions), ensure_ascii=False, default=str)
        script = """async (text) => {
            const { answersTo } = await import("/tests/core/twins/answers.js");
            return JSON.stringify(answersTo(JSON.parse(text)));
        }"""
        found: list[Any] = json.loads(self._page.evaluate(script, text))
        return found

    def close(self) -> None:
        self._browser.close()
        self._server.shutdown()
        self._server.server_close()
