"""Commands, answers and logs: clear in Chinese, silent about what was in them."""

import logging
import sys
import warnings

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tongxin.__main__ import COMMANDS, main
from tongxin.config import middleware
from tongxin.config.databases import databases
from tongxin.lib import places
from tongxin.lib.faults import Fault
from tongxin.lib.reporting import QuietFormatter, QuietReporter

SECRET = "canary-words"


def caught() -> tuple[object, ...]:
    try:
        raise ValueError(SECRET)
    except ValueError:
        return sys.exc_info()


class TestLogs:
    def test_an_exception_is_told_without_its_words(self) -> None:
        record = logging.LogRecord("tongxin", logging.ERROR, "", 1, "work %s failed", (5,), caught())
        text = QuietFormatter().format(record)
        assert "work 5 failed" in text
        assert "ValueError" in text
        assert "test_doors.py" in text
        assert SECRET not in text

    def test_a_report_holds_only_lines_of_code(self) -> None:
        reporter = QuietReporter(RequestFactory().post("/", {"name": SECRET}), *caught())
        text = reporter.get_traceback_text()
        assert "ValueError" in text
        assert SECRET not in text + reporter.get_traceback_html() + str(reporter.get_traceback_data())


class TestAnswers:
    def answer(self, request: HttpRequest) -> HttpResponse:
        chain = middleware.limit_uploads(middleware.keep_out_of_caches(lambda _: HttpResponse("ok")))
        return chain(request)

    def test_pages_are_never_stored(self) -> None:
        assert self.answer(RequestFactory().get("/")).headers["Cache-Control"] == "no-store, private"
        assert "Cache-Control" not in self.answer(RequestFactory().get("/static/a.css")).headers

    @pytest.mark.parametrize("length", [str(64 * 2**20 + 1), "9" * 30, "-1", "many"])
    def test_too_large_a_body_is_refused_before_it_is_read(self, length: str) -> None:
        answer = self.answer(RequestFactory().post("/", CONTENT_LENGTH=length))
        assert answer.status_code == 413
        assert "没有接收" in answer.content.decode()

    def test_files_are_served_from_where_they_lie_without_a_warning(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            answer = Client().get("/static/css/office.css")
        assert answer.status_code == 200
        assert b"".join(answer).startswith((b"/*", b":", b"@", b"."))

    def test_an_ordinary_body_passes(self) -> None:
        assert self.answer(RequestFactory().post("/", {"a": "b"})).status_code == 200

    def test_nothing_uploaded_is_written_to_the_disk(self) -> None:
        assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

    def test_no_inline_script_or_style_may_run(self) -> None:
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        assert policy["default-src"] == ["'none'"]
        assert policy["script-src"] == policy["style-src"] == ["'self'"]
        assert not settings.DEBUG


class TestCommands:
    def test_an_unknown_command_gives_the_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["fly", "away"]) == 2
        text = capsys.readouterr().err
        assert "没有“fly away”这个命令" in text
        assert all(name in text for name in COMMANDS)

    def test_every_command_is_there(self) -> None:
        folder = places.REPOSITORY / "src/tongxin/commands"
        there = {file.stem for file in folder.glob("*.py")}
        assert {command.module for command in COMMANDS.values()} <= there

    def test_a_foreseen_failure_is_one_line(
        self, tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path))
        assert main(["database", "prepare"]) == 1
        assert capsys.readouterr().err.count("\n") == 1


class TestDatabases:
    def test_one_address_names_both(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TONGXIN_DATABASE", "postgresql://web:pass@db.example:5433/office?sslmode=require")
        both = databases(places.home())
        assert both["default"]["NAME"] == "office"
        assert both["keys"]["NAME"] == "office_keys"
        assert both["keys"]["OPTIONS"] == {"sslmode": "require"}
        assert both["default"]["CONN_MAX_AGE"] is None

    def test_keys_may_live_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TONGXIN_DATABASE", "postgresql:///office")
        monkeypatch.setenv("TONGXIN_KEYS_DATABASE", "postgresql://keys.example/k")
        assert databases(places.home())["keys"]["HOST"] == "keys.example"

    def test_anything_else_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TONGXIN_DATABASE", "mysql://office")
        with pytest.raises(Fault, match="TONGXIN_DATABASE"):
            databases(places.home())
