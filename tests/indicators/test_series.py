"""Trends: the months of a figure in one reading, each the same as asked for alone; a stock that is only known now."""

from datetime import date, datetime, time

import pytest

from tests import world
from tests.indicators.lives import live
from tongxin.core.pathway import CHINA
from tongxin.indicators import months, service

pytestmark = pytest.mark.django_db
AT = datetime.combine(date(2025, 11, 20), time(9), CHINA)


@pytest.mark.parametrize(("many", "until", "first", "whole"), [
    (3, date(2025, 3, 15), date(2025, 1, 1), False), (1, date(2024, 2, 29), date(2024, 2, 1), True),
    (0, date(2025, 3, 31), date(2025, 3, 1), True), (13, date(2025, 1, 31), date(2024, 1, 1), True),
])
def test_months_run_up_to_today(many: int, until: date, first: date, whole: bool) -> None:
    found = months.months(many, until=until)
    assert found[0][0] == first and found[-1][1] == until and months.is_whole(found[-1]) is whole
    assert all(months.is_whole(each) for each in found[:-1]) and len(found) == max(many, 1)


def test_each_month_is_what_it_is_when_asked_alone(cast: world.World) -> None:
    live(cast)
    viewer = cast.viewer("郑管理", AT)
    place = service.place_for(viewer)
    assert place is not None
    known = ["visits", "visited_children", "visits_per_child", "identify_in_time", "children_open", "accept_hours"]
    spans = service.series(known, viewer=viewer, place=place, months=3, at=AT)
    assert [span.first for span in spans] == [date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1)]
    assert not spans[-1].is_whole and spans[-1].last == AT.date()
    for span in spans:
        alone = service.compute(known, viewer=viewer, place=place, first=span.first, last=span.last, at=AT)
        for id in known:
            if span is spans[-1] or not service.is_now_only(id, viewer=viewer, at=AT):
                assert span.table.figures[id] == alone.figures[id], (id, span.first)
            else:
                assert id not in span.table.figures
    assert service.is_now_only("children_open", viewer=viewer, at=AT)
    assert any(span.table.at("visits", place).value for span in spans)
