"""What a figure means to the office that reads it: a refused closing, money handed down, pupils without a file."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tests.funds.test_handing import FIRST, SECOND, handed, opened
from tests.funds.test_handing import city as city
from tests.indicators.lives import live
from tests.indicators.test_both_ways import facts
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import places_of
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.funds.models import Request
from tongxin.screening.models import Participant, Round

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
NEW_YEAR = datetime(2025, 12, 30, 9, tzinfo=CHINA)


def said(desk: Office, id: str, **asked: str) -> Any:
    return desk.get(f"/indicators/{id}/", asked).context["whole"]["said"]


def test_a_closing_that_was_refused_is_no_closing(cast: world.World, office: SignedIn, time: Clock) -> None:
    """Six files were to be closed and none was: how many were closed?"""
    for number in range(7):
        story = Story(cast, cast.child(f"童{number}"))
        story.record("identification_form", "周主任")
        story.record("case_closure", "王督导", reason="handed_over", handed_to="社工站", taken_over="yes")
        if number < 6:
            story.record("closure_decision", "郑管理", outcome="returned")
    time.now = MORNING + timedelta(days=2)
    desk = office("郑管理")
    assert said(desk, "closures") == "0" and said(desk, "closures_asked") == "7"
    assert said(desk, "days_to_close") == said(desk, "goals_met_share") == "没有记录"


def test_a_closing_that_was_agreed_to_counts_with_what_was_asked(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    for number in range(6):
        story = Story(cast, cast.child(f"童{number}"))
        story.record("identification_form", "周主任")
        story.record("case_closure", "王督导", reason="handed_over", handed_to="学校", taken_over="yes")
        story.record("closure_decision", "郑管理", outcome="returned")
        story.record("case_closure", "王督导", reason="handed_over", handed_to="社工站", taken_over="yes")
        story.record("closure_decision", "郑管理", outcome="approved")
    time.now = MORNING + timedelta(days=2)
    desk = office("郑管理")
    assert said(desk, "closures") == "6" and said(desk, "closures_asked") == "12"
    parts = desk.get("/indicators/closures_by_reason/").context["whole"]["parts"]
    assert {each["zh"]: each["n"] for each in parts}["转介单位接收"] == 6


def test_money_handed_down_is_the_county_s_and_counts_once(city: world.World, office: SignedIn) -> None:
    """The city got 90,000 and handed 60,000.50 down: how much came to the city with its counties?"""
    first, second, clerk = office(FIRST), office(SECOND), office("方经办")
    portion = handed(first, city, opened(first))
    assert said(first, "money_relief") == "90000"
    Request.objects.update(needed=1)
    second.post(f"/funds/requests/{Request.objects.get().id}/answer/", {"answer": "yes"})
    answer = {"answer": "received", "on": MORNING.date().isoformat()}
    assert clerk.post(f"/funds/portions/{portion.id}/answer/", answer).status_code == 302
    assert said(first, "money_relief") == "90000" and said(first, "money_spent") == "0"
    assert said(first, "money_relief", place="370116") == "60000.5"


def test_two_pupils_without_a_file_are_few(cast: world.World, office: SignedIn) -> None:
    """Two pupils answered of whom no file is kept: the number would tell of them all the same."""
    county = cast.place("370116")
    row = Round.objects.create(
        **places_of(county), division=county, kind="area", instrument="sdq", instrument_hash="0", rule_hash="0",
        opens_at=MORNING - timedelta(days=1), closes_at=MORNING, planned_at=MORNING,
    )
    for number in range(2):
        Participant.objects.create(round=row, state="answered", number=number)
    assert said(office("郑管理"), "screened") == "不显示"


def test_days_to_come_make_nothing_late(cast: world.World, office: SignedIn, time: Clock) -> None:
    live(cast)
    time.now = NEW_YEAR
    desk = office("郑管理")
    until = {"first": "2025-09-01", "last": "2025-12-30"}
    assert said(desk, "steps_overdue", **until) == "28"
    assert said(desk, "steps_overdue", **{**until, "last": "2199-12-31"}) == "28"
    assert "还没有开始" in desk.get("/indicators/", {"first": "2199-01-01", "last": "2199-12-31"}).content.decode()


def test_days_that_are_no_whole_months_are_told_in_round_numbers(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    """From 6 children until the 11th and 7 until the 13th the one of the 12th would be known."""
    live(cast)
    time.now = NEW_YEAR
    desk = office("郑管理")
    assert said(desk, "visited_children", first="2025-09-01", last="2025-09-30").isdigit()
    for last in ("2025-10-11", "2025-10-13"):
        assert int(said(desk, "visited_children", first="2025-09-01", last=last)) % 5 == 0
        assert said(desk, "visits_per_child", first="2025-09-01", last=last) == "不显示"
    page = desk.get("/indicators/visited_children/", {"first": "2025-09-01", "last": "2025-09-13"})
    assert "至少要28天" in page.content.decode() and page.context["first"].month == 1


def test_a_village_s_page_says_what_is_told_down_to_the_town_only(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    live(cast)
    time.now = NEW_YEAR
    page = office("王督导").get("/indicators/", {"place": "370116001001", "group": "timeliness"})
    assert {row["said"] for row in page.context["rows"]} == {"只算到乡镇"}


def test_a_visit_in_a_file_that_was_joined_is_a_visit_to_the_child(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    """The last child of the year was on file twice; a visit stands in the other file."""
    children = live(cast)
    time.now = NEW_YEAR
    joined, kept = children[-1], children[-2]
    assert Case.objects.get(id=joined.id).goes_on == kept.id
    yesterday = NEW_YEAR - timedelta(days=1)
    Case.objects.filter(id=joined.id).update(goes_on=None)
    cast.record(joined, "visit_record", fill(joined, "visit_record", yesterday), by="吴主任", at=yesterday)
    Case.objects.filter(id=joined.id).update(goes_on=kept.id)
    days = {row["visited_on"] for row in facts("rolls") if row["child"] == kept.id.hex}
    assert yesterday.date() in days
