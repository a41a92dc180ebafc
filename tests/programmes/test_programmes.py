"""A service that was bought: counted from real records only, accepted by another, paid once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.funds.story import ASKER, FIRST, SECOND, fund
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.core.pathway import CHINA
from tongxin.flows.funds import asking, booking, outcomes
from tongxin.flows.programmes import accepting, contracts
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Request
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.programmes.models import Acceptance, Contract, Counted, Programme

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
LATER = datetime(2025, 10, 20, 9, tzinfo=CHINA)
SPAN = {"from_on": ["2025-09-01"], "to_on": ["2025-12-31"]}


def programme(cast: world.World, made: Fund, budget: str = "3000") -> Programme:
    return contracts.open_programme(
        programme_id=ids.new_id(), fund_id=made.id, amounts={"mind": budget, "study": ""}, at=LATER,
        actor=cast.viewer(SECOND, LATER),
        given={"title": ["心理关爱"], "aim": ["走访和评估"], "kind": ["purchase"], **SPAN},
    )


def contract(cast: world.World, row: Programme, **wanted: tuple[str, str]) -> Contract:
    return contracts.sign(
        programme_id=row.id, contract_id=ids.new_id(), organisation_id=cast.body("social_work_station"), purpose="mind",
        wanted=wanted or {"visits": ("3", "100")}, given=SPAN, actor=cast.viewer(SECOND, LATER), at=LATER,
    )


def visited(cast: world.World, child: Child, days: int, by: str = "林社工", **more: Any) -> Any:
    at = world.START + timedelta(days=days)
    return cast.record(child, "visit_record", fill(child, "visit_record", at), by=by, at=at, **more)


def drawn(cast: world.World, row: Contract, by: str = ASKER, **more: list[str]) -> Acceptance:
    given = {"from_on": ["2025-09-01"], "to_on": ["2025-10-20"], **more}
    return accepting.draw(
        contract_id=row.id, acceptance_id=ids.new_id(), given=given, actor=cast.viewer(by, LATER), at=LATER
    )


def accepted(cast: world.World, row: Acceptance, by: str = FIRST) -> Acceptance:
    return accepting.decide(
        acceptance_id=row.id, accepts=True, reason="", actor=cast.viewer(by, LATER), at=LATER
    )


def test_counts_what_the_body_did_and_nothing_else(cast: world.World) -> None:
    child, other = cast.child("童小雨"), cast.child("童小雪")
    kept = visited(cast, child, 2)
    back = visited(cast, child, 3).entry
    visited(cast, child, 4, by="周主任")
    at = world.START + timedelta(days=5)
    cast.record(child, "visit_record", {}, by="林社工", at=at, supersedes=back.id, correction_kind="retract")
    visited(cast, other, 6)
    row = drawn(cast, contract(cast, programme(cast, fund(cast, at=LATER))))
    assert set(Counted.objects.values_list("child_id", flat=True)) == {child.id, other.id}
    assert row.amount == 20_000 and row.left_out == {"visits": {"taken_back": 1}}
    assert Counted.objects.filter(record_id=kept.entry.id).exists()


def test_a_record_is_paid_once_in_all_contracts_and_not_beyond_what_was_agreed(cast: world.World) -> None:
    child = cast.child("童小雨")
    for days in range(1, 6):
        visited(cast, child, days)
    row = programme(cast, fund(cast, at=LATER))
    first = drawn(cast, contract(cast, row))
    assert first.amount == 30_000 and first.left_out == {"visits": {"over": 2}}
    with pytest.raises(Refused):
        drawn(cast, first.contract)
    second = drawn(cast, contract(cast, row, visits=("9", "50")))
    assert second.amount == 10_000 and second.left_out == {"visits": {"paid": 3}}
    accepting.decide(
        acceptance_id=first.id, accepts=False, reason="quality", actor=cast.viewer(FIRST, LATER), at=LATER
    )
    assert drawn(cast, first.contract).amount == 30_000
    people = contract(cast, row, identified=("9", "10"), visits=("9", "10"))
    with pytest.raises(Refused) as refused:
        drawn(cast, people)
    assert "已经计过数 5 条" in refused.value.zh


def test_another_person_accepts_who_is_no_part_of_the_body(cast: world.World) -> None:
    visited(cast, cast.child("童小雨"), 2)
    made = fund(cast, at=LATER)
    row = contract(cast, programme(cast, made))
    with pytest.raises(NotAllowed):
        drawn(cast, row, by="林社工")
    one = drawn(cast, row)
    with pytest.raises(Refused):
        accepted(cast, one, by=ASKER)
    accepted(cast, one)
    request = Request.objects.get()
    assert (request.amount, request.purpose, request.person_id) == (10_000, "mind", cast.people[ASKER].id)
    with pytest.raises(Refused):
        accepted(cast, one)
    asking.answer(request_id=request.id, agrees=True, reason="", actor=cast.viewer(SECOND, LATER), at=LATER)
    asking.pay(request_id=request.id, actor=cast.viewer(FIRST, LATER), at=LATER)
    assert booking.balances(made)["spent_mind"] == 10_000 and Request.objects.get().state == Request.DONE
    with pytest.raises(Refused):
        asking.pay(request_id=request.id, actor=cast.viewer(FIRST, LATER), at=LATER)


def test_what_is_taken_back_before_it_is_accepted_is_not_paid(cast: world.World) -> None:
    child = cast.child("童小雨")
    kept = visited(cast, child, 2).entry
    row = drawn(cast, contract(cast, programme(cast, fund(cast, at=LATER))))
    at = LATER + timedelta(hours=1)
    cast.record(child, "visit_record", {}, by="林社工", at=at, supersedes=kept.id, correction_kind="retract")
    with pytest.raises(Refused) as refused:
        accepted(cast, row)
    assert "1 条记录" in refused.value.zh and Counted.objects.get().is_live


def test_a_contract_stays_within_its_budget_and_time(cast: world.World) -> None:
    row = programme(cast, fund(cast, at=LATER), "1000")
    for wrong in (("11", "100"), ("", "100"), ("²", "1"), ("1", "0.001")):
        with pytest.raises(Refused):
            contract(cast, row, visits=wrong)
    assert contracts.price_of(contract(cast, row, visits=("10", "100"))) == 100_000
    with pytest.raises(Refused):
        contract(cast, row, visits=("1", "0.01"))
    assert row.from_on == date(2025, 9, 1)


def test_money_is_told_beside_what_was_done_and_few_children_are_withheld(
    cast: world.World, office: SignedIn
) -> None:
    made = fund(cast, at=LATER)
    row = programme(cast, made)
    for number in range(4):
        visited(cast, cast.child(f"童{number}"), 2)
    accepted(cast, drawn(cast, contract(cast, row, visits=("9", "100"))))
    request = Request.objects.get()
    asking.answer(request_id=request.id, agrees=True, reason="", actor=cast.viewer(SECOND, LATER), at=LATER)
    asking.pay(request_id=request.id, actor=cast.viewer(FIRST, LATER), at=LATER)
    (found,) = outcomes.of_programmes(cast.viewer(SECOND, LATER), at=LATER)
    assert found.spent is None and found.is_small and all(each.number is None for each in found.costs)
    visited(cast, cast.child("童五"), 3)
    accepted(cast, drawn(cast, Contract.objects.get()))
    (found,) = outcomes.of_programmes(cast.viewer(SECOND, LATER), at=LATER)
    costs = {each.id: (each.number, each.each) for each in found.costs}
    assert costs["children"] == (5, 8_000) and costs["sessions"] == (0, None) and costs["falls"] == (0, None)
    page = office("郑管理").get("/funds/outcomes/").content.decode()
    assert "不能说明因果" in page and "没有" in page and "80.00 元" in page


def test_is_worked_over_the_pages(cast: world.World, office: SignedIn) -> None:
    made, desk, asker = fund(cast, at=MORNING), office("郑管理"), office("王督导")
    child = cast.child("童小雨")
    visited(cast, child, 0)
    body = {
        "programme": str(ids.new_id()), "fund": str(made.id), "title": "心理关爱", "aim": "走访", "kind": "purchase",
        "from_on": "2025-09-01", "to_on": "2025-12-31", "budget-mind": "1000.00",
    }
    assert desk.post("/programmes/new/", body | {"budget-mind": "x"}).status_code == 422
    for _ in range(2):
        assert desk.post("/programmes/new/", body).status_code == 302
    row = Programme.objects.get()
    given = {
        "contract": str(ids.new_id()), "organisation": str(cast.body("social_work_station")), "purpose": "mind",
        "from_on": "2025-09-01", "to_on": "2025-12-31", "deliver-visits": "5", "price-visits": "80.50",
    }
    assert desk.post(f"/programmes/{row.id}/contracts/", given | {"price-visits": ""}).status_code == 422
    assert desk.post(f"/programmes/{row.id}/contracts/", given).status_code == 302
    one = Contract.objects.get()
    counted = {"acceptance": str(ids.new_id()), "from_on": "2025-09-01", "to_on": "2025-09-02"}
    assert asker.post(f"/programmes/contracts/{one.id}/count/", counted | {"to_on": "9999-12-31"}).status_code == 422
    assert asker.post(f"/programmes/contracts/{one.id}/count/", counted).status_code == 302
    drawn_row = Acceptance.objects.get()
    page = asker.get(f"/programmes/acceptances/{drawn_row.id}/").content.decode()
    assert "童小雨" in page and "80.50 元" in page and "由另一个人验收" in page
    assert "童小雨" not in office("方经办").get(f"/programmes/acceptances/{drawn_row.id}/").content.decode()
    assert desk.post(f"/programmes/acceptances/{drawn_row.id}/decide/", {"answer": "yes"}).status_code == 302
    for address in ("/programmes/", f"/programmes/{row.id}/", f"/programmes/contracts/{one.id}/", "/funds/"):
        assert desk.get(address).status_code == 200
    assert office("陈管理").get(f"/programmes/{row.id}/").status_code == 404
