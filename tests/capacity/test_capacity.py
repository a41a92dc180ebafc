"""Need next to capacity: small cells hidden, blank is not zero, and a question to the model from a place's own past."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.rooms import named, room, sits
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import Organisation
from tongxin.bookings.models import BookedChild, Booking, Room
from tongxin.funds.models import Fund, Grant, Payout
from tongxin.lib import ids
from tongxin.places.models import Site
from tongxin.workforce.models import Qualification, Verdict

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def come(cast: world.World, where: Room, *, weeks: int, each: int) -> None:
    """So many new ones a week, each twice, who had waited three days."""
    who = named(cast, "苏咨询")
    for week in range(1, weeks + 1):
        for number in range(each):
            child = ids.new_id()
            for turn in range(2):
                starts = MORNING - timedelta(weeks=week, hours=number) + timedelta(days=7 * turn)
                if starts >= MORNING:
                    continue
                row = Booking.objects.create(
                    room=where, person_id=who.person_id, post_id=who.post_id, starts_at=starts,
                    ends_at=starts + timedelta(minutes=60), whom="child", state=Booking.ARRIVED,
                    made_by_id=who.person_id, made_at=MORNING - timedelta(weeks=week, days=3, hours=number),
                    changed_at=starts,
                )
                BookedChild.objects.create(booking=row, child_id=child)


def supply(desk: Office) -> dict[str, str]:
    """What the whole area has, by measure; those nobody registered are not there."""
    told = desk.get("/capacity/").context
    found = zip((each.id for each in told["columns"]), told["whole"]["supply"], strict=True)
    return {id: n for id, n in found if n}


def site(cast: world.World, place: str, **counts: int) -> Site:
    where = cast.place(place)
    body = Organisation.objects.create(kind="other", name=f"单位{ids.new_id()}", division=where)
    return Site.objects.create(
        county_id=where.county_id or 0, town_id=where.town_id, division=where, organisation=body, kind="other",
        name="救助点", counts=counts, keeper_post_id=ids.new_id(), changed_by=ids.new_id(), changed_at=MORNING,
    )


def give(cast: world.World, children: list[Any], *, yuan: int, state: str = "paid") -> None:
    """A list that was agreed to, on which each of the children stands with so much."""
    county = cast.place("370116").id
    by = {"made_at": MORNING - timedelta(days=5), "made_by": ids.new_id(), "post_id": ids.new_id()}
    number = Fund.objects.count() + 1
    fund = Fund.objects.create(
        county_id=county, number=number, source="donation", opened_at=MORNING, opened_by=ids.new_id(),
        post_id=ids.new_id(),
    )
    paid = Payout.objects.create(
        county_id=county, number=number, fund=fund, purpose="study", way="bank", state=Payout.SETTLED, **by
    )
    for at, child in enumerate(children):
        Grant.objects.create(
            payout=paid, number=at, child_id=child.id, amount=yuan * 100, state=state, settled_on=MORNING.date(),
        )


def ask(desk: Office, where: Room, people: str = "1", half_days: str = "2") -> Any:
    place = str(where.organisation_id)
    return desk.post("/capacity/waiting/", {"place": place, "people": people, "half_days": half_days})


class TestNumbers:
    def test_blank_is_not_zero_and_small_cells_are_hidden(self, cast: world.World, office: SignedIn) -> None:
        desk = office("郑管理")
        empty = text(desk.get("/capacity/"))
        assert "没有登记，所以没有数的" in empty and "在“房间预约”里登记房间" in empty and "还没有坐班表" in empty
        for number in range(3):
            cast.child(f"童{number}")
        where = room(cast)
        assert supply(desk) == {"rooms": "1", "hours": "0", "people": "0"}
        sits(cast, where, "苏咨询", 0, 2)
        page = desk.get("/capacity/")
        assert supply(desk) == {"rooms": "1", "hours": "7", "people": "1"}
        who = cast.people["苏咨询"]
        common = {"at": MORNING, "person_id": cast.people["郑管理"].id, "post_id": cast.posts["郑管理"].id}
        paper = Qualification.objects.create(
            about=who, county_id=cast.place("370116").id, kind="counsellor", issued_on=MORNING.date(), **common
        )
        assert supply(desk)["qualified"] == "0"
        Verdict.objects.create(qualification=paper, agrees=True, **common)
        assert supply(desk)["qualified"] == "7"
        Qualification.objects.update(kind="lawyer")
        assert supply(desk)["qualified"] == "0"
        Qualification.objects.update(kind="counsellor")
        assert None in page.context["whole"]["levels"] and "不显示" in text(page) and "童0" not in text(page)
        assert all(set(row["levels"]) <= {0, None} for row in page.context["parts"]) and page.context["parts"]

    def test_beds_and_hotline_seats_are_what_sites_counted(self, cast: world.World, office: SignedIn) -> None:
        desk = office("郑管理")
        site(cast, "370116001")
        assert supply(desk) == {"sites": "1"}
        site(cast, "370116001", beds=4, hotline_seats=2)
        site(cast, "370116", beds=0)
        assert supply(desk) == {"sites": "3", "beds": "4", "seats": "2"}

    def test_money_of_few_children_is_not_shown_nor_what_would_tell_it(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("郑管理")
        children = [cast.child(f"童{number}") for number in range(6)]
        give(cast, children[:4], yuan=1000)
        assert supply(desk) == {"granted": "不显示"} and "4,000" not in text(desk.get("/capacity/"))
        give(cast, children, yuan=500)
        give(cast, children, yuan=700, state="returned")
        assert supply(desk) == {"granted": "7,000"}

    def test_is_for_those_who_plan(self, cast: world.World, office: SignedIn) -> None:
        assert office("王督导").get("/capacity/").status_code == 200
        assert office("周主任").get("/capacity/").status_code == 404
        assert office("苏咨询").get("/capacity/").status_code == 404


class TestWhatIf:
    def test_one_more_waits_less_by_the_places_own_past(self, cast: world.World, office: SignedIn) -> None:
        desk, where = office("郑管理"), room(cast)
        sits(cast, where, "苏咨询", 0, 2, ends=630)
        come(cast, where, weeks=10, each=3)
        page = ask(desk, where, half_days="3")
        assert page.status_code == 200 and "模型推算，不是统计" in text(page) and "假定了什么" in text(page)
        answer = page.context["answer"]
        now, then = answer["rows"]
        assert answer["really"] == "3.0" and answer["new"] >= 24 and float(then["hours"]) == float(now["hours"]) + 10.5
        assert float(then["median"]) < float(now["median"]) and now["is_over"] and not then["is_over"]
        assert float(now["low"]) <= float(now["median"]) <= float(now["high"])

    def test_is_refused_with_words_where_the_past_says_too_little(self, cast: world.World, office: SignedIn) -> None:
        desk, where = office("郑管理"), room(cast)
        assert ask(desk, where).status_code == 404
        sits(cast, where, "苏咨询", 0, 2)
        come(cast, where, weeks=2, each=2)
        answer = ask(desk, where)
        assert answer.status_code == 422 and "太少，算出来的靠不住" in text(answer)
        come(cast, where, weeks=10, each=3)
        for people, half in (("0", "1"), ("99", "1"), ("²", "2"), ("-1", "2"), ("1", "0"), ("1", "99"),
                             ("1" * 40, "1")):
            assert ask(desk, where, people, half).status_code == 422, (people, half)
        assert ask(desk, where, "-1", "1").status_code == 200
        assert office("陈管理").post("/capacity/waiting/", {"place": str(where.organisation_id)}).status_code == 404
