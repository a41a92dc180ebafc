"""Every page names its action, keeps out of caches, and is not there for an outsider."""

import re
from collections.abc import Callable

import pytest
from django.urls import URLPattern

from tests import world
from tests.web.conftest import Office
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.web.doors import ACTIONS
from tongxin.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
OUTSIDERS = ("陈老师", "陈管理", "陈督导", "吴主任", "秦医生", "何老师")


def _pages_of(child: Child) -> list[str]:
    entry = Entry.objects.filter(subject_id=child.id).latest("subject_seq")
    home = f"/children/{child.id}/"
    return [
        home, f"{home}forms/visit_record/", f"{home}forms/crisis_report/", f"{home}entries/{entry.id}/",
        f"{home}entries/{entry.id}/move/",
    ]


def test_every_route_names_an_action() -> None:
    routes = [each for each in urlpatterns if isinstance(each, URLPattern)]
    named = {str(each.pattern): getattr(each.callback, "action", None) for each in routes}
    assert named
    assert {route for route, action in named.items() if action not in ACTIONS} == set()


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_an_outsider_learns_nothing(cast: world.World, office: SignedIn, outsider: str) -> None:
    child, client = cast.child("小雨"), office(outsider)
    for page in _pages_of(child):
        assert client.get(page).status_code == 404, page
    missing = client.get("/children/00000000-0000-7000-8000-000000000000/").content
    assert client.get(f"/children/{child.id}/").content == missing
    lists = ("/", "/children/", "/tasks/", "/tasks/?only=area", "/referrals/", "/crises/")
    assert not any("小雨" in client.get(page).content.decode() for page in lists)
    assert client.get("/children/count/").content.decode() == "共 0 人"
    assert "小雨" not in _found(client.post("/children/search/", {"text": "小雨"}).content.decode())


def test_an_outsider_records_nothing(cast: world.World, office: SignedIn) -> None:
    child = cast.child()
    before = Entry.objects.count()
    entry = Entry.objects.filter(subject_id=child.id).latest("subject_seq")
    client, home = office("陈老师"), f"/children/{child.id}/"
    for page in (f"{home}forms/visit_record/", f"{home}entries/{entry.id}/retract/", f"{home}entries/{entry.id}/move/"):
        answer = client.post(page, "{}", content_type="application/json")
        assert answer.status_code == 404
    assert Entry.objects.count() == before


def test_pages_stay_out_of_caches_and_hold_no_name_in_title_or_address(
    cast: world.World, office: SignedIn
) -> None:
    child, client = cast.child("小雨"), office("周主任")
    for page in ["/", "/children/", "/tasks/", *_pages_of(child)]:
        answer = client.get(page)
        text = answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert "小雨" not in _title(text)
        assert not any("小雨" in address for address in re.findall(r'(?:href|action|src)="([^"]*)"', text))


def test_pages_run_under_the_strict_policy(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(), office("周主任")
    for page in ["/", "/children/", *_pages_of(child)]:
        answer = client.get(page)
        text = answer.content.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert " style=" not in text
        assert not re.search(r"\son[a-z]+=", text)
        assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))


def _title(text: str) -> str:
    found = re.search(r"<title>(.*?)</title>", text, re.S)
    return found[1] if found else ""


def _found(text: str) -> str:
    """The page without the box that repeats what was searched for."""
    return re.sub(r'<input class="form-control"[^>]*>', "", text)
