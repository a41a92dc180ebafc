"""A held file stays whole until somebody else than who held it says otherwise."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tongxin.access import relations
from tongxin.accounts.models import places_of
from tongxin.flows import holding
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.shelved import put_away
from tongxin.keeping.models import Hold
from tongxin.people.models import Child
from tongxin.rights.models import Shelved

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(days=1)
LATER = AT + timedelta(days=400)


def placed(cast: world.World, child: Child, *, by: str = "郑管理", at: datetime = AT, **more: Any) -> Hold:
    said = {
        "kind": "lawsuit", "basis": "抚养权纠纷", "document": "（2025）鲁0116民初12号",
        "review_on": (at + timedelta(days=30)).date(), **more,
    }
    return holding.place(child=child, actor=cast.viewer(by, at), at=at, **said)


def test_a_hold_stands_past_its_day_until_another_person_lifts_it(cast: world.World) -> None:
    child = cast.child()
    hold = placed(cast, child)
    with pytest.raises(Refused):
        holding.refuse_held(child.id)
    with pytest.raises(Refused):
        holding.lift(hold_id=hold.id, words="已结案", actor=cast.viewer("郑管理", LATER), at=LATER)
    assert [row.id for row in holding.holds_on(child.id)] == [hold.id]
    with pytest.raises(NotAllowed):
        holding.lift(hold_id=hold.id, words="已结案", actor=cast.viewer("陈管理", LATER), at=LATER)
    holding.lift(hold_id=hold.id, words="已结案", actor=cast.viewer("王督导", LATER), at=LATER)
    holding.refuse_held(child.id)
    assert holding.holds_on(child.id) == []


def test_a_hold_says_why_by_which_document_and_when_to_look_again(cast: world.World) -> None:
    child = cast.child()
    for lacking in ({"basis": " "}, {"document": ""}, {"kind": "unknown"}, {"review_on": None},
                    {"review_on": AT.date()}, {"review_on": LATER.date()}):
        with pytest.raises(Refused):
            placed(cast, child, **lacking)
    with pytest.raises(NotAllowed):
        placed(cast, child, by="周主任")
    assert not Hold.objects.exists()


def test_the_list_shows_what_somebody_keeps(cast: world.World) -> None:
    hold = placed(cast, cast.child())
    assert [row.id for row in holding.visible_holds(viewer=cast.viewer("郑管理", AT), at=AT)] == [hold.id]
    for other in ("陈管理", "周主任", "方经办"):
        assert holding.visible_holds(viewer=cast.viewer(other, AT), at=AT) == []


def test_a_stored_file_is_held_by_those_of_its_place(cast: world.World) -> None:
    child = cast.child()
    hold = placed(cast, child)
    Shelved.objects.create(
        child_id=child.id, file_no=child.file_no, **places_of(child), basis="retention", shelved_at=AT
    )
    put_away(child)
    child.refresh_from_db()
    for name in ("郑管理", "王督导"):
        assert [row.id for row in holding.visible_holds(viewer=cast.viewer(name, AT), at=AT)] == [hold.id]
    later = placed(cast, child, document="（2025）鲁0116民初13号")
    assert later.county_id == hold.county_id is not None
    for stranger in ("陈管理", "周主任", "方经办"):
        assert holding.visible_holds(viewer=cast.viewer(stranger, AT), at=AT) == []
        with pytest.raises(NotAllowed):
            placed(cast, child, by=stranger)
        with pytest.raises(NotAllowed):
            holding.lift(hold_id=hold.id, words="已结案", actor=cast.viewer(stranger, AT), at=AT)
    for row in (hold, later):
        with pytest.raises(Refused):
            holding.refuse_held(child.id)
        holding.lift(hold_id=row.id, words="已结案", actor=cast.viewer("王督导", AT), at=AT)
    relations.recuse(child_id=child.id, person_id=cast.people["郑管理"].id, at=AT)
    with pytest.raises(NotAllowed):
        placed(cast, child, at=AT + timedelta(minutes=1))
