"""A page that isn't there for somebody: whose it is, and nothing about whether a child exists."""

from collections.abc import Callable

import pytest

from tests.web.conftest import Office
from tests.world import World
from tongxin.lib import ids

pytestmark = pytest.mark.django_db


def test_a_page_of_other_posts_says_whose_it_is(office: Callable[[str], Office]) -> None:
    answer = office("周主任").get("/staff/")
    assert answer.status_code == 404
    said = answer.content.decode()
    assert "您的岗位不用这一页" in said and "区县个案管理员" in said


def test_a_page_about_a_child_answers_alike_whether_there_is_one(
    cast: World, office: Callable[[str], Office]
) -> None:
    child, browser = cast.child("小雨"), office("吴主任")
    there, nobody = (browser.get(f"/children/{id}/") for id in (child.id, ids.new_id()))
    assert there.status_code == nobody.status_code == 404
    assert there.content == nobody.content and "您的岗位不用这一页" not in there.content.decode()
    assert "没有这个页面" in browser.get("/nothing-here/").content.decode()
