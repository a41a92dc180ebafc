"""Another department gives: agreed to by both sides, its list read no further than agreed, gone at the end."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.assessed import assess
from tests.flows.sharing import JUDGE, NOW, OFFICER, officer
from tests.web.test_rosters import RAIN, SNOW, roster
from tests.world import World
from tongxin.accounts.viewers import WORKER
from tongxin.comparisons.models import Comparison
from tongxin.core.pathway import CHINA
from tongxin.flows import comparing
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_agreements import Wish
from tongxin.flows.sharing_watch import follow_sharing
from tongxin.sharing.models import Agreement, Delivery, Version

pytestmark = pytest.mark.django_db
ENDS = date(2026, 6, 30)


def agreed(cast: World, fields: tuple[str, ...] = ("name", "id_no", "birth")) -> Agreement:
    officer(cast)
    for gate in ("sharing", "comparison"):
        assess(cast, gate, at=NOW)
    wish = Wish(
        organisation_id=cast.posts[OFFICER].organisation_id, purpose="give_school_roll", flow=Version.BROUGHT,
        fields=fields, begins_on=NOW.astimezone(CHINA).date(), ends_on=ENDS, why="核对谁没有入学",
    )
    row = agreements.write(wish=wish, actor=cast.viewer("郑管理", NOW), at=NOW)
    assert row.way == Agreement.IN and brought(cast) is not None
    for side, name in (("giver", JUDGE), ("receiver", OFFICER)):
        agreements.decide(
            agreement_id=row.id, of=1, side=side, agrees=True, words="", actor=cast.viewer(name, NOW), at=NOW
        )
    row.refresh_from_db()
    assert row.state == Agreement.IN_FORCE
    return row


def brought(cast: World, *rows: list[str], at: Any = NOW) -> Comparison:
    file = roster(*(rows or (RAIN,)))
    return comparing.receive(
        kind="school_roll", content=file.read(), name="学籍.xlsx", actor=cast.viewer(OFFICER, at), at=at
    ).comparison


def refused(cast: World, at: Any = NOW) -> None:
    with pytest.raises(Refused) as said:
        brought(cast, SNOW, at=at)
    assert "现在没有效" in said.value.zh


def test_a_list_is_read_as_agreed_and_gone_when_either_side_ends_it(cast: World) -> None:
    row = agreed(cast)
    found = brought(cast, RAIN, SNOW)
    assert found.agreement_id == row.id and found.fields == ["name", "id_no", "birth"]
    read = comparing.understand(found, viewer=WORKER, at=NOW)
    assert {name for part in read.parts for name in part.layout.columns} == {"name", "id_no", "birth"}
    assert not Delivery.objects.exists()
    with pytest.raises(NotAllowed):
        agreements.revoke(agreement_id=row.id, reason="done", words="", actor=cast.viewer("何老师", NOW), at=NOW)
    agreements.revoke(agreement_id=row.id, reason="done", words="", actor=cast.viewer(OFFICER, NOW), at=NOW)
    found.refresh_from_db()
    assert found.state == Comparison.DISPOSED and found.original is None
    refused(cast)


def test_it_ends_on_its_day(cast: World) -> None:
    agreed(cast)
    found = brought(cast, RAIN, SNOW)
    assert found.keep_until.astimezone(CHINA).date() <= ENDS + timedelta(days=1)
    over = NOW.replace(year=2026, month=7, day=1)
    refused(cast, at=over)
    follow_sharing(over)
    found.refresh_from_db()
    assert found.state == Comparison.DISPOSED and Agreement.objects.get().state == Agreement.EXPIRED


def test_the_pages_say_who_gives_whom(cast: World, office: Any) -> None:
    row = agreed(cast)
    body = cast.posts[OFFICER].organisation.name
    desk = office("郑管理")
    form = desk.get(f"/sharing/new/?organisation={row.to_organisation_id}&purpose=give_school_roll").content.decode()
    assert "对方给哪几项" in form and "监护人、照料人" in form and "几周岁" not in form
    brought(cast, RAIN, SNOW)
    for who in ("郑管理", OFFICER):
        page = office(who).get(f"/sharing/{row.id}/").content.decode()
        assert f"{body} → " in page and "按协议带来的名单" in page and "名单里的孩子" in page
        assert "给出单位" in page and "一终止就停：带来的名单马上销毁" in page
