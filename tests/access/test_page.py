"""Pages merge the viewer's grounds: every row once, in order, none left out (spine B7)."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world
from tests.access.test_visible import AT, PLACES, child_at, relate
from tests.flows.forms import fill
from tongxin.access import selectors as access
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case

pytestmark = pytest.mark.django_db
ORDER = ("rank", "due_at", "id")


def case_at(cast: world.World, code: str | None, rank: int, hours: int) -> Case:
    child = child_at(cast, code)
    return Case.objects.create(
        id=child.id, stage="registered", is_open=True, level="ungraded", standing="ungraded", identified="none",
        in_crisis=False, rank=rank, due_at=AT + timedelta(hours=hours), next_step="identify", derived_at=AT,
        derived_seq=1, pathway_hash="", state={}, **{name: getattr(child, name) for name in (
            "province_id", "city_id", "county_id", "town_id", "village_id")},
    )


CASES = st.lists(
    st.tuples(st.sampled_from([*PLACES, None]), st.integers(-2, 0), st.integers(0, 2)), min_size=1, max_size=14
)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(cases=CASES, referred=st.sets(st.integers(0, 13), max_size=6), limit=st.integers(1, 5))
def test_turning_all_pages_gives_the_list_once_and_in_order(
    cast: world.World, cases: list[tuple[str | None, int, int]], referred: set[int], limit: int
) -> None:
    with transaction.atomic():
        # 苏咨询 is also the school's teacher and a director: three grounds that overlap.
        for post in ("何老师", "周主任"):
            hand_over(post=cast.posts[post], to=cast.people["苏咨询"], actor=WORKER, at=AT - timedelta(minutes=1))
        rows = [case_at(cast, code, rank, hours) for code, rank, hours in cases]
        for number in referred:
            child = child_at(cast, None)
            child.id = rows[number % len(rows)].id
            relate(cast, child, "referred", "何老师", "organisation", (-1, None))
        viewer = cast.viewer("苏咨询")
        whole = list(access.visible(Case.objects.all(), viewer=viewer, part="roster", at=AT).order_by(*ORDER))
        turned: list[Case] = []
        after = None
        for _ in range(len(rows) + 2):
            page = access.page(
                Case.objects.all(), viewer=viewer, part="roster", at=AT, order=ORDER, after=after, limit=limit
            )
            turned += page
            if not page:
                break
            after = [getattr(page[-1], name) for name in ORDER]
        assert [row.id for row in turned] == [row.id for row in whole]
        transaction.set_rollback(True)


def test_two_posts_are_two_grounds_for_one_person(cast: world.World) -> None:
    here, there = cast.child(), cast.child("小杨", by="陈督导", village="510104017001")
    hand_over(post=cast.posts["陈督导"], to=cast.people["王督导"], actor=WORKER, at=AT)
    viewer = cast.viewer("王督导")
    assert len(viewer.seats) == 2
    for child in (here, there):
        assert access.may(viewer=viewer, child_id=child.id, part="roster", at=AT)
    page = access.page(Case.objects.all(), viewer=viewer, part="roster", at=AT, order=ORDER)
    assert {case.id for case in page} == {here.id, there.id}
    later = AT + timedelta(hours=1)
    assert cast.record(there, "visit_record", fill(there, "visit_record", later), by="王督导", at=later).is_new
