"""What a desk writes about people: clearances, companions, the county's day."""

from datetime import datetime
from typing import Any

from tests import world
from tests.web.conftest import Office
from tongxin.accounts import county as counties
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER
from tongxin.pairings.models import Companion

SECOND = "高安全"
NEEDED = ("record", "training", "promise")


def second_desk(cast: world.World, *, at: datetime = world.START) -> str:
    """Another keeper of the county's clearances, by the name under which the cast knows them."""
    posts = counties.open_administration(county=cast.place("370116"), actor=WORKER, at=at)
    cast.posts[SECOND] = posts["security_administrator"]
    (cast.people[SECOND],) = counties.fill(holders=[(cast.posts[SECOND], "second", SECOND)], at=at)
    return SECOND


def checked(desk: Office, person: Person, *, on: str = "2025-09-01", result: str = "clear") -> Any:
    body = {"result": result, "done_on": on, "proof": "派出所 8 号"}
    return desk.post(f"/workforce/people/{person.id}/check/", body)


def start_on(desk: Office, day: str) -> Any:
    return desk.post("/workforce/start/", {"from_on": day})


def companion(desk: Office, *, checks: bool = False, kind: str = "mentor") -> Companion:
    body = {"kind": kind, "name": "金丝雀", "phone": "13911110000", "sex": "female", "skills": ["talk"]}
    assert desk.post("/companions/new/", body).status_code == 302
    row = Companion.objects.latest("number")
    Companion.objects.filter(id=row.id).update(confirmed_at=world.START)
    for each in NEEDED if checks else ():
        sent = {"check": each, "result": "clear", "done_on": "2025-09-01", "proof": "派出所 12 号"}
        assert desk.post(f"/companions/{row.id}/check/", sent).status_code == 302
    return row
