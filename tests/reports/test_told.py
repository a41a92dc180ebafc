"""What a report says of its own period: how it was on the last day, part by part, and nothing of today."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from docx import Document

from tests import world
from tests.indicators.lives import live
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.core.pathway import CHINA
from tongxin.flows.reporting import adding, making
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.reports.models import Report

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def made(desk: Office, first: str, kind: str = "monthly") -> Report:
    given = {"id": str(ids.new_id()), "kind": kind, "first": first, "division": ""}
    assert desk.post("/reports/make/", given).status_code == 302
    return Report.objects.get(id=given["id"])


def rows(row: Report) -> dict[str, Any]:
    return {each["id"]: each for section in row.figures for each in section["rows"]}


@pytest.fixture
def desk(cast: world.World, office: SignedIn, time: Clock) -> Office:
    """A manager before eight in the morning, months after the year that is told."""
    live(cast)
    time.now = datetime(2026, 2, 1, 6, tzinfo=CHINA)
    return office("郑管理")


def test_a_report_tells_how_it_was_on_the_last_day_and_each_category(desk: Office) -> None:
    """How many children were there at the end of September, and of which kinds?"""
    told = rows(made(desk, "2025-09-01"))
    assert told["children_at_end"]["said"] == "13 人" and told["children_at_end"]["parts"]
    kinds = told["categories_at_end"]
    assert kinds["said"] == "见各项" and {each["zh"] for each in kinds["parts"]} >= {"孤儿", "流动儿童"}
    assert any(each["said"].isdigit() for each in kinds["parts"])
    assert "children_open" not in told and told["visited_share"]["base"] == 13
    assert str(told["visited_share"]["met"]) == told["visited_children"]["value"] != "0", "later visits take none away"


def test_a_month_before_any_child_tells_of_none(desk: Office) -> None:
    """A report of March, made in February a year later, says nothing of the children of today."""
    told = rows(made(desk, "2025-03-01"))
    here = {told[id]["said"] for id in ("children_at_end", "identified_at_end", "visited_share")}
    assert here <= {"0 人", "没有记录"}
    assert not [each["id"] for each in told.values() if "13" in each["said"] or each["said"].endswith("/13）")]


def test_what_is_only_known_of_today_is_not_told_of_a_period_that_is_over(desk: Office) -> None:
    told = rows(made(desk, "2025-10-01", "quarterly"))
    assert told["closed_loop"]["said"] == told["posts_by_role"]["said"] == "只有现在的数"
    assert told["posts_by_role"]["value"] is None and not told["posts_by_role"]["parts"]


def test_a_town_s_report_leaves_villages_out_of_what_is_told_down_to_the_town(
    desk: Office, office: SignedIn
) -> None:
    places = {each["id"] for section in made(office("王督导"), "2025-09-01").figures for each in section["places"]}
    assert "visits" in places and "steps_overdue" not in places


def test_a_report_made_before_eight_bears_its_own_day(desk: Office) -> None:
    row = made(desk, "2025-09-01")
    words = Document(io.BytesIO(desk.get(f"/reports/{row.id}/file/docx/").content))
    text = "\n".join(each.text for each in words.paragraphs)
    assert "2026年2月1日" in text and "1月31日" not in text


def test_whoever_put_a_figure_into_a_report_has_a_hand_in_it(desk: Office, cast: world.World, time: Clock) -> None:
    """A figure put in by a second person is theirs: it is on record, and they don't issue the report."""
    row = made(desk, "2025-09-01")
    Report.objects.update(person_id=cast.people["许督导"].id, post_id=cast.posts["许督导"].id)
    second = cast.viewer("郑管理", time.now)
    assert second.person_id not in making.writers(Report.objects.get())
    adding.add(report_id=row.id, indicator_id="closures", actor=second, at=time.now)
    row.refresh_from_db()
    assert row.figures[-1]["rows"][0]["by"] == str(second.person_id) and second.person_id in making.writers(row)
    (event,) = Event.objects.filter(kind="report.extended")
    assert event.clear["figure"] == "closures" and event.person_id == second.person_id
