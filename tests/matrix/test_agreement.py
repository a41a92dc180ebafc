"""A list, the files behind it, its count, a search and the figures say the same for every role, here and elsewhere."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from tests import world
from tests.matrix.office import Worker, workers
from tests.web.conftest import Clock, office, time
from tongxin.access.models import Relation
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
__all__ = ["office", "time"]
HOMES = (
    ("暗甲", "周主任", "370116001001"), ("暗乙", "王督导", "370116001020"), ("暗丙", "吴主任", "370116104230"),
    ("暗丁", "陈督导", "510104017001"), ("暗戊", "周主任", "370116001001"),
)
LINK = re.compile(r"/children/([0-9a-f-]{36})/")


@pytest.fixture
def children(cast: world.World) -> dict[UUID, str]:
    """Children in four villages of two counties, by id."""
    return {cast.child(name, by=by, village=village).id: name for name, by, village in HOMES}


@pytest.fixture
def everybody(cast: world.World, children: dict[UUID, str]) -> list[Worker]:
    """Two people for every role; one doctor is asked about a child far away, one director is set aside from another."""
    found = workers(cast, rules.access_rules(at=world.START).roles)
    by_name = {name: id for id, name in children.items()}
    doctor = next(each for each in found if (each.role, each.where) == ("psychiatrist", "here"))
    Relation.objects.create(
        child_id=by_name["暗丁"], relation=Relation.REFERRED, organisation_id=doctor.post.organisation_id,
        from_at=world.START,
    )
    Relation.objects.create(
        child_id=by_name["暗甲"], relation=Relation.RECUSED, person_id=cast.people["周主任"].id, from_at=world.START
    )
    return found


def test_list_file_count_search_and_figures_agree(
    everybody: list[Worker], children: dict[UUID, str], time: Clock
) -> None:
    time.now += timedelta(hours=1)
    seen: dict[tuple[str, str], frozenset[str]] = {}
    for worker in everybody:
        client = worker.browser()
        listed = frozenset(LINK.findall(client.get("/children/").content.decode()))
        opened = frozenset(str(id) for id in children if client.get(f"/children/{id}/").status_code == 200)
        found = frozenset(LINK.findall(client.post("/children/search/", {"text": "暗"}).content.decode()))
        counted = re.search(r"共 (\d+) 人", client.get("/children/count/").content.decode())
        assert listed == opened == found, (worker.role, worker.where)
        assert counted and int(counted[1]) == len(listed), (worker.role, worker.where)
        page = client.get("/district/")
        if page.status_code == 200:
            # So few children are told to nobody who may not open their list.
            told = len(listed) if page.context["has_lists"] else None
            assert page.context["totals"][0]["number"] == told, (worker.role, worker.where)
            assert page.context["has_lists"] or not LINK.search(page.content.decode())
        seen[worker.role, worker.where] = frozenset(children[UUID(each)] for each in listed)
    assert seen["case_manager", "here"] == {"暗甲", "暗乙", "暗丙", "暗戊"}
    assert seen["child_director", "here"] == {"暗戊"}
    assert seen["psychiatrist", "here"] == seen["case_manager", "elsewhere"] == {"暗丁"}
    assert seen["city_officer", "here"] == seen["national_officer", "here"] == frozenset()
    assert seen["benefit_clerk", "here"] == seen["case_manager", "here"]

