"""The demonstration has somebody who comes of age and a file that has been kept long enough, on its last morning."""

from datetime import datetime, timedelta
from random import Random

import pytest

from tests import world
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CHINA
from tongxin.demo.age_days import AgeDays
from tongxin.demo.cast import Cast
from tongxin.demo.district import district
from tongxin.demo.year import Year
from tongxin.flows import retention
from tongxin.keeping.models import Disposal, Due
from tongxin.keeping.rules import rules_at
from tongxin.ledger.models import Entry

pytestmark = pytest.mark.django_db
END = datetime(2025, 6, 10, 9, tzinfo=CHINA)


def test_the_last_morning_has_files_that_are_due_and_young_people_who_come_of_age() -> None:
    start = district().starts
    cast = world.build(start - timedelta(days=1))
    acting = Cast(names={person.id: name for name, person in cast.people.items()})
    acting.enter((cast.posts[name], person) for name, person in cast.people.items())
    year = Year(
        cast=acting, district=district(), chance=Random(7), end=END, bodies=acting.bodies(cast.place("370116").id)
    )
    AgeDays(year, village=cast.place("370116001001")).plan_all(start=start)
    year.welcome([], start)
    year.run()
    due = list(Due.objects.all())
    assert {each.rule for each in due} == {"grown_file"}
    assert {each.state for each in due} == {Due.PROPOSED, Due.WAITING}
    assert not [each for each in year.refused if each.startswith(("case_closure", "flag"))]
    assert Disposal.objects.get().state == Disposal.OPEN
    assert not Case.objects.filter(id__in=[each.child_id for each in due], is_open=True).exists()
    assert rules_at(END).named("grown_file") is not None and retention.look_for_due(END) == 0
    told = Task.objects.filter(state__in=LIVE, form="flag_answer")
    assert told.count() >= 2 and Entry.objects.filter(kind="flag").count() >= 2
