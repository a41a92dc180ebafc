"""A database without a moment is said to be busy; nobody sees a fault for it."""

from django.db import OperationalError
from django.test import RequestFactory

from tongxin.web.failing import failed


def answered(error: Exception, **headers: str) -> tuple[int, str]:
    try:
        raise error
    except type(error):
        answer = failed(RequestFactory().get("/exports/", headers=headers))
    return answer.status_code, answer.content.decode()


def test_a_busy_database_asks_for_patience() -> None:
    status, page = answered(OperationalError("database is locked"))
    assert status == 503 and "系统正忙" in page and "locked" not in page


def test_a_script_is_told_in_words() -> None:
    status, said = answered(OperationalError("database is locked"), accept="application/json")
    assert status == 503 and said.startswith("{")


def test_a_fault_stays_one() -> None:
    status, page = answered(ValueError("名字"))
    assert status == 500 and "系统出错了" in page and "名字" not in page
