"""怎么做: from each page to the part of the manual that tells of it, by role."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests import world
from tests.web.conftest import Office
from tongxin.documents import manual

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
LINK = re.compile(r'href="(/help/[^"]*)">怎么做<')


def link_on(client: Client, path: str) -> str:
    found = LINK.search(client.get(path).content.decode())
    assert found is not None, path
    return found[1]


def test_each_role_is_led_to_its_own_page(cast: world.World, office: SignedIn) -> None:
    child = cast.child("小雨")
    visit = f"/children/{child.id}/forms/visit_record/"
    assert link_on(office("周主任"), visit) == "/help/child_director/#visit"
    assert link_on(office("周主任"), "/") == "/help/child_director/#today"
    assert link_on(office("郑管理"), "/posts/") == "/help/case_manager/#posts"
    assert link_on(office("林社工"), "/password/") == "/help/start/#sign_in"
    assert link_on(office("秦医生"), "/definitions/") == "/help/psychiatrist/"


def test_every_section_that_is_led_to_is_on_the_page(cast: world.World, office: SignedIn) -> None:
    client = office("方经办")
    for page in manual.pages().values():
        shown = client.get(f"/help/{page.id}/").content.decode()
        assert page.zh in shown
        assert [each.id for each in page.sections if f'<section id="{each.id}">' not in shown] == []


def test_a_page_that_is_not_there_is_told_as_everywhere(cast: world.World, office: SignedIn) -> None:
    assert office("周主任").get("/help/nobody/").status_code == 404
    assert office("周主任").get("/help/nobody/pdf/").status_code == 404


def test_the_same_page_comes_as_a_pdf(cast: world.World, office: SignedIn) -> None:
    answer = office("周主任").get("/help/child_director/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_whoever_has_not_signed_in_is_asked_to(db: None) -> None:
    assert Client().get("/help/").headers["Location"] == "/sign-in/"
    assert "怎么做" not in Client().get("/sign-in/").content.decode()


def test_pictures_are_served(cast: world.World, office: SignedIn) -> None:
    shown = office("周主任").get("/help/child_director/").content.decode()
    sources = re.findall(r'<img src="(/static/manual/[a-z-]+\.png)" width="360"', shown)
    assert len(sources) == len([place for place in manual.pages()["child_director"].places if place.picture])
