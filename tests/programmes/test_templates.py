"""A programme begun from a template: filled in, its usual activities a half-written plan each, its wishes counted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests import world
from tests.funds.story import SECOND, fund
from tests.web.conftest import Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import wishes
from tongxin.lib import ids
from tongxin.programmes.models import Programme

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
MAY, JUNE = (datetime(2026, month, 10, 9, tzinfo=CHINA) for month in (5, 6))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_firefly_comes_with_its_lessons_and_its_wishes(cast: world.World, office: SignedIn, time: Any) -> None:
    time.now = MAY
    money, desk = fund(cast, at=MAY), office(SECOND)
    assert "照着样子填" in text(desk.get("/programmes/new/"))
    page = desk.get("/programmes/new/?like=firefly")
    shown = {row["name"]: row["value"] for row in page.context["rows"]}
    assert shown["title"] == "萤火虫" and "六一微心愿" in shown["aim"]
    assert desk.get("/programmes/new/?like=x").status_code == 200
    body = {
        "programme": str(ids.new_id()), "fund": str(money.id), "template": "firefly", "title": "萤火虫",
        "kind": "donation", "aim": "六一微心愿和五防课",
        "from_on": "2026-01-01", "to_on": "2026-12-31", "budget-study": "300",
    }
    assert desk.post("/programmes/new/", body | {"title": ""}).status_code == 422
    assert desk.post("/programmes/new/", body).status_code == 302
    row = Programme.objects.get()
    assert row.template == "firefly"
    actor, said = cast.viewer("王督导", MAY), {"said": ["想要一个书包"]}
    for number in range(5):
        child = cast.child(f"愿{number}", at=MAY)
        wishes.note(child_id=child.id, wish_id=ids.new_id(), given=said, actor=actor, at=MAY)
    shown_page = text(desk.get(f"/programmes/{row.id}/"))
    assert "2026 年六一微心愿" in shown_page and "5月20日 前收齐" in shown_page and "记下 5 个，送到 0 个" in shown_page
    assert "五防课：防溺水" in shown_page and "还有没有送到的" not in shown_page
    time.now = JUNE
    desk = office(SECOND)
    assert "还有没有送到的" in text(desk.get(f"/programmes/{row.id}/"))
    plan = desk.get(f"/activities/new/?like=firefly&which=drowning&of={row.number}")
    fields = {each["name"]: each for each in plan.context["fields"]}
    assert fields["title"]["value"] == "五防课：防溺水" and fields["budget"]["value"] == str(row.number)
    assert [each["id"] for each in fields["topic"]["options"] if each["on"]] == ["drowning"]
    for strange in ("?like=x&which=y", "?like=firefly&which=²", "?like=firefly&which=fire&of=²"):
        assert desk.get(f"/activities/new/{strange}").status_code == 200
