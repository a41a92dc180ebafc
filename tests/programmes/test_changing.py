"""A contract that ends early and a budget that changes: what was done still counts, what was signed stays covered."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world
from tests.funds.story import ASKER, FIRST, SECOND, fund
from tests.matrix.office import workers
from tests.programmes.test_programmes import LATER, accepted, contract, drawn, programme, visited
from tests.web.conftest import Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.programmes import accepting, contracts
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.programmes.models import BudgetLine, Contract

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def begun_contract(cast: world.World, time: Any) -> Contract:
    """Three visits agreed at 100 yuan of a budget of 300; one was done."""
    time.now = LATER
    visited(cast, cast.child("童小雨"), 2)
    return contract(cast, programme(cast, fund(cast, at=LATER), "300"))


def end(desk: Office, row: Contract, on: str = "2025-10-10", reason: str = "agreed") -> Any:
    return desk.post(f"/programmes/contracts/{row.id}/end/", {"ended_on": on, "end_reason": reason})


def test_what_was_done_counts_and_the_rest_of_the_budget_is_free(
    cast: world.World, office: SignedIn, begun_contract: Contract
) -> None:
    row, of = begun_contract, begun_contract.programme
    assert contracts.signed_for(of, "mind") == 30_000
    with pytest.raises(Refused):
        contract(cast, of, visits=("1", "100"))
    for _again in range(2):
        assert end(office(SECOND), row).status_code == 302
    row.refresh_from_db()
    assert row.ended_on is not None and contracts.signed_for(of, "mind") == 0
    assert "双方商定" in text(office(SECOND).get(f"/programmes/contracts/{row.id}/"))
    with pytest.raises(Refused):
        drawn(cast, row)
    made = accepting.draw(
        contract_id=row.id, acceptance_id=ids.new_id(), actor=cast.viewer(ASKER, LATER), at=LATER,
        given={"from_on": ["2025-09-01"], "to_on": ["2025-10-10"]},
    )
    assert made.amount == 10_000 and contracts.signed_for(of, "mind") == 10_000
    accepted(cast, made)
    assert contract(cast, of, visits=("2", "100")).number == 2


@pytest.mark.parametrize(("on", "reason"), [
    ("2025-08-31", "agreed"), ("2025-10-21", "agreed"), ("2026-01-01", "agreed"), ("²", "agreed"), ("", "agreed"),
    ("2025-10-10", "because"),
])
def test_a_day_or_reason_that_does_not_fit_changes_nothing(
    cast: world.World, office: SignedIn, begun_contract: Contract, on: str, reason: str
) -> None:
    desk = office(SECOND)
    assert "没有保存" in text(desk.get(end(desk, begun_contract, on, reason).url))
    begun_contract.refresh_from_db()
    assert begun_contract.ended_on is None


def test_nothing_that_was_counted_is_cut_off(cast: world.World, office: SignedIn, begun_contract: Contract) -> None:
    drawn(cast, begun_contract)
    desk = office(SECOND)
    assert "2025年10月20日" in text(desk.get(end(desk, begun_contract).url))
    begun_contract.refresh_from_db()
    assert begun_contract.ended_on is None


def change(desk: Office, row: Contract, amount: str, **more: str) -> Any:
    given = {"change": str(ids.new_id()), "change_purpose": "mind", "change_amount": amount, "change_reason": "more"}
    return desk.post(f"/programmes/{row.programme_id}/budget/", {**given, **more})


def test_a_budget_changes_by_another_line_and_never_below_what_is_signed(
    cast: world.World, office: SignedIn, begun_contract: Contract
) -> None:
    of, id, desk = begun_contract.programme, str(ids.new_id()), office(SECOND)
    for _again in range(2):
        assert change(desk, begun_contract, "450.50", change=id).status_code == 302
    assert contracts.budget_of(of) == {"mind": 45_050}
    assert list(BudgetLine.objects.order_by("id").values_list("amount", flat=True)) == [30_000, 15_050]
    for wrong in ("299.99", "many", "450.50", "-1"):
        assert "没有保存" in text(desk.get(change(desk, begun_contract, wrong).url)), wrong
    assert "没有保存" in text(desk.get(change(desk, begun_contract, "500", change_reason="x").url))
    assert contracts.budget_of(of) == {"mind": 45_050}
    assert "预算改过什么" in text(office(SECOND).get(f"/programmes/{of.id}/"))


def test_whoever_keeps_no_programmes_changes_none(
    cast: world.World, office: SignedIn, begun_contract: Contract
) -> None:
    assert end(office(FIRST), begun_contract).status_code == 404
    assert change(office(ASKER), begun_contract, "900").status_code == 404
    with pytest.raises(NotAllowed):
        contracts.contract_for(contract_id=begun_contract.id, viewer=cast.viewer("周主任", LATER), at=LATER)


def test_a_budget_is_for_what_its_fund_may_pay_and_asks_where_the_money_is_not_there(
    cast: world.World, office: SignedIn, begun_contract: Contract
) -> None:
    of, desk = begun_contract.programme, office(SECOND)
    body = {
        "programme": str(ids.new_id()), "title": "助学", "aim": "助学", "kind": "purchase", "fund": str(of.fund_id),
        "from_on": "2025-09-01", "to_on": "2025-12-31", "budget-mind": "5000.01",
    }
    answer = desk.post("/programmes/new/", body | {"budget-mind": "1", "budget-goods": "1"})
    assert answer.status_code == 422 and "不能用在“寒冬送暖等物资”" in text(answer)
    answer = desk.post("/programmes/new/", body)
    assert answer.status_code == 422 and "可以用的只有 5,000.00 元" in text(answer) and 'name="sure"' in text(answer)
    assert desk.post("/programmes/new/", body | {"sure": "paper"}).status_code == 302
    for more, told in (({"change_purpose": "goods"}, "不能用在"), ({}, "可以用的只有")):
        assert told in text(desk.get(change(desk, begun_contract, "5000.01", **more).url))
    assert contracts.budget_of(of) == {"mind": 30_000}
    change(desk, begun_contract, "5000.01", sure="asked")
    assert contracts.budget_of(of) == {"mind": 500_001}
    assert '<option value="goods">' not in text(desk.get(f"/programmes/{of.id}/"))


def test_what_other_programmes_of_a_fund_are_to_pay_is_not_free(
    cast: world.World, office: SignedIn, begun_contract: Contract
) -> None:
    of, desk = begun_contract.programme, office(SECOND)
    body = {
        "title": "助学", "aim": "助学", "kind": "purchase", "fund": str(of.fund_id), "from_on": "2025-09-01",
        "to_on": "2025-12-31", "budget-mind": "4700.01",
    }
    answer = desk.post("/programmes/new/", body | {"programme": str(ids.new_id())})
    assert answer.status_code == 422 and "其中别的项目还要付 300.00 元" in text(answer)
    body |= {"programme": str(ids.new_id()), "budget-mind": "4700"}
    assert desk.post("/programmes/new/", body).status_code == 302
    assert "其中别的项目还要付 4,700.00 元" in text(desk.get(change(desk, begun_contract, "300.01").url))
    assert contracts.budget_of(of) == {"mind": 30_000}


def test_a_city_reads_its_counties_programmes_and_changes_none(
    cast: world.World, office: SignedIn, begun_contract: Contract
) -> None:
    row = begun_contract.programme
    city, other = workers(cast, ["city_officer"])
    desk = city.browser()
    page = text(desk.get("/programmes/"))
    assert "莱芜区" in page and "心理关爱" in page and f"/programmes/{row.id}/" in page
    page = text(desk.get(f"/programmes/{row.id}/"))
    assert "300.00" in page and "/programmes/contracts/" not in page and 'id="sign"' not in page
    assert "/funds/" not in page.split("<h1>")[1]
    assert desk.get(f"/programmes/contracts/{begun_contract.id}/").status_code == 404
    for url, given in ((f"/programmes/{row.id}/budget/", {}), (f"/programmes/{row.id}/contracts/", {})):
        assert desk.post(url, given).status_code == 404
    assert other.browser().get(f"/programmes/{row.id}/").status_code == 404
