"""What a played district does with training."""

from datetime import datetime, timedelta
from random import Random

import pytest

from tests import world
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Cast
from tongxin.demo.district import district
from tongxin.demo.training_days import LINES, TrainingDays
from tongxin.demo.year import Year
from tongxin.flows.training import plans
from tongxin.training.models import Plan
from tongxin.training.selectors import counting

pytestmark = pytest.mark.django_db



def test_fifteen_supervisors_861_directors_and_114_teachers_were_trained(cast: world.World) -> None:
    acting = Cast(names={person.id: name for name, person in cast.people.items()})
    acting.enter((cast.posts[name], person) for name, person in cast.people.items())
    end = datetime(2025, 12, 30, 9, tzinfo=CHINA)
    year = Year(cast=acting, district=district(), chance=Random(7), end=end)
    days = TrainingDays(year, county=cast.place("370116"), village=cast.place("370116001001"))
    start = world.START
    days._write(start)
    days._approve(start + timedelta(days=3))
    for number in range(len(LINES) - 1):
        at = start + timedelta(days=10 + number)
        days._hold(at, number)
        days._write_down(at + timedelta(hours=7), number)
    assert year.refused == []
    lines = plans.carried_out(Plan.objects.get(), at=end)
    assert [(each.people, each.state) for each in lines] == [
        (15, plans.DONE), (861, plans.DONE), (114, plans.DONE), (20, plans.DONE), (0, plans.WAITING)
    ]
    assert counting().filter(audience="child_director", person__isnull=True).count() >= 850
