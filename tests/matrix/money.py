"""What money is about, for the matrix of routes: who comes where, and one of each thing."""

from datetime import timedelta
from typing import Any

from tests.flows.forms import fill
from tests.matrix.office import Worker
from tests.web.conftest import MORNING
from tongxin.flows.funds import booking, handing, paying, wishes
from tongxin.flows.funds.paying import Row
from tongxin.flows.programmes import accepting, contracts
from tongxin.flows.record import Sheet, record
from tongxin.funds.models import Allocation, Request
from tongxin.lib import ids
from tongxin.people.models import Child

FUND, PAYOUT, GRANT = "funds/<uuid:fund_id>/", "funds/payouts/<uuid:payout_id>/", "grants/<uuid:grant_id>/"
HAND = "funds/<uuid:giver_id>/hand/"
REQUEST, HELPED = "funds/requests/<uuid:request_id>/", "children/<uuid:child_id>/helped/"
ROUTES: dict[str, str] = {
    "funds/": "office.see_funds", "funds/new/": "office.keep_funds", "funds/months/": "office.oversee_funds~",
    "funds/months/table/": "office.oversee_funds", "funds/outcomes/": "office.oversee_funds",
    # A body reads what is its own, a city's desk its own place's: the pages decide that.
    FUND: "office.see_funds@county~", f"{FUND}deposit/": "office.keep_funds@desk",
    f"{FUND}extend/": "office.keep_funds@desk", HAND: "office.hand_funds@county~",
    "funds/allocations/<uuid:allocation_id>/": "office.see_funds@county~",
    "funds/portions/<uuid:portion_id>/": "office.keep_funds@county~",
    "funds/portions/<uuid:portion_id>/answer/": "office.keep_funds@county~",
    f"{FUND}postings/<uuid:posting_id>/reverse/": "office.ask_funds|hand_funds@county~",
    f"{FUND}payouts/new/": "office.ask_funds@county",
    REQUEST: "office.see_funds@county~", f"{REQUEST}answer/": "office.approve_funds@desk",
    f"{REQUEST}undo/": "office.ask_funds@county~",
    f"{REQUEST}withdraw/": "office.ask_funds|hand_funds@county~", f"{REQUEST}pay/": "office.keep_funds@desk",
    PAYOUT: "office.see_funds@county~",
    **dict.fromkeys((f"{PAYOUT}{each}/" for each in ("add", "bring", "ask", "discard")), "office.ask_funds@county~"),
    **dict.fromkeys((f"{PAYOUT}{each}/" for each in ("send", "file", "receipts")), "office.send_funds@county"),
    **dict.fromkeys((f"{PAYOUT}{each}/" for each in ("rest", "bank")), "office.keep_funds|ask_funds@county~"),
    f"{PAYOUT}{GRANT}remove/": "office.ask_funds@county~",
    **dict.fromkeys((f"{PAYOUT}{GRANT}{each}/" for each in ("settle", "receive")),
                    "office.keep_funds|ask_funds@county~"),
    f"{HELPED}grants/<uuid:grant_id>/met/": "record.need_answer~",
    HELPED: "part.benefits", f"{HELPED}wishes/": "office.note_wishes@county~",
    f"{HELPED}wishes/<uuid:wish_id>/publish/": "office.publish_needs@county~",
    **dict.fromkeys((f"{HELPED}wishes/<uuid:wish_id>/{each}/" for each in ("deliver", "drop")),
                    "office.note_wishes@county~"),
    "programmes/": "office.see_funds", "programmes/new/": "office.keep_programmes",
    "programmes/<uuid:programme_id>/": "office.see_funds@county~",
    "programmes/<uuid:programme_id>/contracts/": "office.keep_programmes@county",
    "programmes/contracts/<uuid:contract_id>/": "office.see_funds@county~",
    "programmes/contracts/<uuid:contract_id>/count/": "office.accept_programmes@county",
    "programmes/contracts/<uuid:contract_id>/end/": "office.keep_programmes@county~",
    "programmes/<uuid:programme_id>/budget/": "office.keep_programmes@county~",
    "programmes/acceptances/<uuid:acceptance_id>/": "office.see_funds@county~",
    "programmes/acceptances/<uuid:acceptance_id>/decide/": "office.accept_programmes@county",
}
# What has to be in a body before a page comes to who asks.
BODIES = {
    "funds/new/": {"fund": "01997000-0000-7000-8000-000000000021"},
    f"{FUND}deposit/": {"posting": "01997000-0000-7000-8000-000000000022"},
    f"{FUND}extend/": {"term": "01997000-0000-7000-8000-000000000028"},
    HAND: {"allocation": "01997000-0000-7000-8000-000000000029"},
    f"{FUND}payouts/new/": {"payout": "01997000-0000-7000-8000-000000000023"},
    f"{HELPED}wishes/": {"wish": "01997000-0000-7000-8000-000000000024"},
    "programmes/new/": {"programme": "01997000-0000-7000-8000-000000000025"},
    "programmes/<uuid:programme_id>/contracts/": {"contract": "01997000-0000-7000-8000-000000000026"},
    "programmes/contracts/<uuid:contract_id>/count/": {"acceptance": "01997000-0000-7000-8000-000000000027"},
}


def money(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    """A fund with money, a pay-out with the child, a request, a programme with a contract that was counted, a wish."""
    desk = here["case_manager"].viewer()
    day, given = MORNING.date().isoformat(), {
        "title": ["助学"], "giver": ["基金会"], "source": ["donation"], "form": ["money"],
        "purposes": ["study", "mind"],
    }
    fund = booking.open_fund(fund_id=ids.new_id(), given=given, actor=desk, at=MORNING)
    posting = booking.deposit(
        fund_id=fund.id, posting_id=ids.new_id(), amount="9000.00", given={"booked_on": [day], "note": ["票据"]},
        actor=desk, at=MORNING,
    )
    payouts = [
        paying.create(fund_id=fund.id, payout_id=ids.new_id(), given={"purpose": ["study"], "way": ["cash"]},
                      actor=desk, at=MORNING) for _ in range(2)
    ]
    (grant,) = paying.add(payout_id=payouts[0].id, rows=[Row(child, 100)], actor=desk, at=MORNING)
    paying.add(payout_id=payouts[1].id, rows=[Row(child, 100, again="more")], actor=desk, at=MORNING)
    request = paying.ask(payout_id=payouts[1].id, actor=desk, at=MORNING)
    wish = wishes.note(child_id=child.id, wish_id=ids.new_id(), given={"said": ["想要一本书"]}, actor=desk, at=MORNING)
    return {
        "fund_id": fund.id, "posting_id": posting.id, "payout_id": payouts[0].id, "grant_id": grant.id,
        "funds.request_id": request.id, "wish_id": wish.id, **_programme(here, fund.id, child), **_handed(here),
    }


def _handed(here: dict[str, Worker]) -> dict[str, Any]:
    city, county = here["city_officer"].viewer(), here["case_manager"].post.division_id
    given = {"title": ["专项"], "giver": ["省厅"], "source": ["relief"], "form": ["money"], "purposes": ["living"]}
    fund = booking.open_fund(fund_id=ids.new_id(), given=given, actor=city, at=MORNING)
    day = {"booked_on": [MORNING.date().isoformat()], "note": ["文"]}
    booking.deposit(fund_id=fund.id, posting_id=ids.new_id(), amount="900", given=day, actor=city, at=MORNING)
    row = handing.hand(
        fund_id=fund.id, allocation_id=ids.new_id(), amounts={county: "800"}, actor=city, at=MORNING,
        given={"purpose": ["living"], "note": ["文号"]},
    )
    # As if another person of the city had agreed.
    Allocation.objects.filter(id=row.id).update(state=Allocation.AGREED)
    Request.objects.filter(about_id=row.id).update(state=Request.AGREED)
    return {"giver_id": fund.id, "allocation_id": row.id, "portion_id": row.portions.get().id}


def _programme(here: dict[str, Worker], fund_id: Any, child: Child) -> dict[str, Any]:
    desk, body = here["case_manager"].viewer(), here["social_worker"]
    record(
        child_id=child.id, sheet=Sheet(ids.new_id(), "call_record", fill(child, "call_record", MORNING), MORNING),
        actor=body.viewer(), at=MORNING,
    )
    last = (MORNING + timedelta(days=90)).date().isoformat()
    span = {"from_on": [MORNING.date().isoformat()], "to_on": [last]}
    programme = contracts.open_programme(
        programme_id=ids.new_id(), fund_id=fund_id, amounts={"mind": "5000"}, actor=desk, at=MORNING,
        given={"title": ["心理关爱"], "aim": ["辅导"], "kind": ["purchase"], **span},
    )
    contract = contracts.sign(
        programme_id=programme.id, contract_id=ids.new_id(), purpose="mind", given=span, actor=desk, at=MORNING,
        organisation_id=body.post.organisation_id, wanted={"calls": ("10", "50")},
    )
    drawn = accepting.draw(
        contract_id=contract.id, acceptance_id=ids.new_id(), actor=desk, at=MORNING,
        given={"from_on": span["from_on"], "to_on": span["from_on"]},
    )
    return {"programme_id": programme.id, "contract_id": contract.id, "acceptance_id": drawn.id}
