"""While a file is filled in: files that may be this child's already, without a game of guessing."""

from typing import Any

import pytest

from tests.web.test_comparisons import NUMBER
from tests.world import World
from tongxin.ledger.models import Access, AccessSubject
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
URL = "/children/new/like/"


@pytest.fixture
def far(cast: World) -> Child:
    """A child of another town, whom the director of 东升 may not see."""
    return cast.child("陈大山", by="吴主任", village="370116104230", id_kind="resident_id", id_no=NUMBER)


def said(browser: Any, **written: str) -> str:
    answer = browser.post(URL, written)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("name", ["小雨", "xiaoy", "xiaoyu", "王小雨"])
def test_who_may_be_meant_is_named_from_the_first_signs(office: Any, cast: World, name: str) -> None:
    child = cast.child("王小雨")
    assert child.file_no in said(office("周主任"), name=name)


@pytest.mark.parametrize("name", ["", "王", "xi", " ", "\x00", "²²²"])
def test_too_little_finds_nothing(office: Any, cast: World, name: str) -> None:
    cast.child("王小雨")
    assert "T" not in said(office("周主任"), name=name)


def test_of_a_file_elsewhere_only_a_complete_match_says_something(office: Any, cast: World, far: Child) -> None:
    browser = office("周主任")
    halves = ({"name": "陈大山"}, {"name": "陈大山", "birth": "2012"}, {"id_no": NUMBER[:17]}, {"id_no": "1" * 18})
    for partial in halves:
        assert said(browser, **partial).strip() == ""
    for whole in ({"id_no": NUMBER}, {"name": "陈大山", "birth": "2012-03-05"}):
        told = said(browser, **whole)
        assert "可能已在册，请联系区县个案管理员" in told
        assert far.file_no not in told and str(far.id) not in told


def test_a_match_elsewhere_is_on_record_as_a_look(office: Any, cast: World, far: Child) -> None:
    said(office("周主任"), id_no=NUMBER)
    look = Access.objects.get(purpose="open_ask")
    assert look.person_id == cast.people["周主任"].id
    assert AccessSubject.objects.get(access=look).owner_id == far.id


def test_guessing_is_stopped(office: Any, cast: World, far: Child) -> None:
    browser = office("周主任")
    told = [said(browser, name="陈大山", birth=f"2012-03-{day:02d}") for day in range(6, 29)]
    told += [said(browser, name="陈大山", birth=f"2012-04-{day:02d}") for day in range(1, 15)]
    assert "查得太频繁" in told[-1]
    assert "可能已在册" not in said(browser, id_no=NUMBER)


def test_who_opens_no_files_asks_nothing(office: Any, cast: World) -> None:
    for who in ("林社工", "方经办"):
        assert office(who).post(URL, {"name": "王小雨"}).status_code == 404
