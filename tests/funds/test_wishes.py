"""Small wishes: the child's words stay with the child, bodies read others, and it comes back whether it was liked."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world
from tests.pairings.test_pairings import published as read
from tests.pairings.test_pairings import social
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.funds import wishes
from tongxin.funds.models import Wish
from tongxin.lib import ids
from tongxin.pairings.models import Offer, Wanted
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SAID = "我想要一双红色的球鞋，和哥哥的一样"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def noted(client: Office, child: Child) -> Wish:
    body = {"wish": str(ids.new_id()), "said": SAID}
    for _ in range(2):
        assert client.post(f"/children/{child.id}/helped/wishes/", body).status_code == 302
    return Wish.objects.get()


def published(client: Office, wish: Wish, what: str = "一名小学生想要一双三十二码的红球鞋") -> Any:
    body = {"ages": "from_6", "what": what, "until_on": "2025-12-31"}
    return client.post(f"/children/{wish.child_id}/helped/wishes/{wish.id}/publish/", body)


def test_goes_from_words_to_delivery_and_back(cast: world.World, office: SignedIn) -> None:
    giver = social(cast)
    child, director, desk, body = cast.child("童小雨"), office("周主任"), office("林社工"), office("联络员")
    wish = noted(director, child)
    assert published(director, wish).status_code == 404
    assert "能认出孩子" in text(published(desk, wish, "童小雨想要球鞋"))
    assert published(desk, wish).status_code == 302 and published(desk, wish).status_code == 422
    assert "三十二码" not in text(body.get("/wanted/"))
    read(office("郑管理"))
    page = text(body.get("/wanted/"))
    assert "三十二码的红球鞋" in page and "微心愿" in page and SAID not in page and "童小雨" not in page
    here = f"/children/{child.id}/helped/"
    done = {"on": MORNING.date().isoformat(), "liked": "glad", "said": "谢谢，很合脚"}
    assert director.post(f"{here}wishes/{wish.id}/deliver/", done).status_code == 422
    body.post(f"/wanted/{Wanted.objects.get().id}/offer/", {"how": "下周送来"})
    assert desk.post(f"/wanted/offers/{Offer.objects.get().id}/answer/", {"answer": "yes"}).status_code == 302
    assert "forms/referral" not in text(desk.get("/wanted/")) and here in text(desk.get("/wanted/"))
    lawful: dict[str, Any] = {"kind": "relief", "basis": "legal_basis", "legal_basis": "emergency"}
    assert desk.fill(child, "referral", **lawful, to_organisation=str(giver.organisation_id)).status_code < 400
    assert wishes.state_of(Wish.objects.get()) == Wish.TAKEN
    assert director.post(f"{here}wishes/{wish.id}/deliver/", done | {"liked": ""}).status_code == 422
    assert director.post(f"{here}wishes/{wish.id}/deliver/", done).status_code == 302
    page = text(director.get(here))
    assert SAID in page and "很合脚" in page and "送到了" in page
    assert Wanted.objects.get().state == Wanted.CARRIED
    for stranger in ("陈管理", "吴主任", "联络员", "何老师"):
        assert office(stranger).get(here).status_code == 404


def test_an_erased_child_leaves_no_word(cast: world.World, office: SignedIn) -> None:
    child = cast.child("童小雨")
    wish = noted(office("周主任"), child)
    assert wishes.erase(child) == 1
    wish.refresh_from_db()
    assert wish.words is None and wish.said is None


def test_an_office_says_why_a_wish_is_no_longer_wanted(cast: world.World, office: SignedIn) -> None:
    social(cast)
    child, director, desk = cast.child("童小雨"), office("周主任"), office("林社工")
    wish = noted(director, child)
    url = f"/children/{child.id}/helped/wishes/{wish.id}/drop/"
    assert "不要了" in text(desk.get(f"/children/{child.id}/helped/"))
    assert director.post(url, {"reason": "because"}).status_code == 422
    assert published(desk, wish).status_code == 302
    assert director.post(url, {"reason": "has_it"}).status_code == 404, "who published it withdraws it"
    for _twice in range(2):
        assert desk.post(url, {"reason": "has_it"}).status_code == 302
    wish.refresh_from_db()
    assert wishes.state_of(wish) == Wish.DROPPED and wish.dropped_by == cast.people["林社工"].id
    assert Wanted.objects.get().state == Wanted.WITHDRAWN
    page = text(director.get(f"/children/{child.id}/helped/"))
    assert "已经从别处得到" in page and "/drop/" not in page and "发布给单位认领" not in page
    for stranger in ("陈管理", "吴主任", "何老师"):
        assert office(stranger).post(url, {"reason": "gone"}).status_code == 404
