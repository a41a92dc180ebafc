"""Fills an empty installation for the browser tests: the cast with passwords, and a few children.

Runs in a process of its own, beside the server, on the server's own data folder.
"""

import json
import sys
from datetime import datetime, timedelta

from tests import world
from tests.assessed import assess
from tests.flows.forms import fill
from tongxin.accounts import county as counties
from tongxin.lib import clock
from tongxin.people.models import Child
from tongxin.rulebook import rules

PASSWORD = "spring-at-the-window"
CARER = {"carer_name": "李奶奶", "relation": "paternal_grandmother", "carer_phone": "13800000000", "is_guardian": "yes"}


def main() -> None:
    """Print the logins by name and the children by their part in the tests."""
    now = clock.now()
    cast = world.build(now - timedelta(days=60))
    _seat(cast, "孙联络", "department_officer", now - timedelta(days=60))
    assess(cast, "screening", "export", "referral", "comparison", at=now - timedelta(days=50))
    code = rules.resolve("conduct", "conduct", at=now)
    for person in cast.people.values():
        person.set_password(PASSWORD)
        person.conduct_hash = code.hash
        person.save(update_fields=["password", "conduct_hash"])
    logins = {name: person.login for name, person in cast.people.items()}
    children = {part: str(child.id) for part, child in _children(cast, now).items()}
    json.dump({"logins": logins, "children": children}, sys.stdout)


def _children(cast: world.World, now: datetime) -> dict[str, Child]:
    found = {
        "calm": cast.child("李明月", at=now - timedelta(days=9), birth="2013-06-01", carers=[CARER]),
        "visited": cast.child("赵一诺", at=now - timedelta(days=8), birth="2014-02-11"),
        "assessed": cast.child("王子轩", at=now - timedelta(days=20), birth="2011-09-30", carers=[CARER]),
        "endangered": cast.child("刘梓萱", at=now - timedelta(days=7), birth="2012-12-05", carers=[CARER]),
        "far": cast.child(
            "陈思涵", by="陈督导", village="510104017001", at=now - timedelta(days=6), birth="2013-01-15"
        ),
    }
    _record(cast, found["assessed"], "identification_form", "周主任", now - timedelta(days=19),
            low_mood="often", no_interest="often")
    _record(cast, found["assessed"], "assessment_form", "林社工", now - timedelta(days=18), psychological_level="2")
    _record(cast, found["endangered"], "identification_form", "周主任", now - timedelta(minutes=25), wish_to_die="yes")
    found["referred"] = cast.child("孙晓晨", at=now - timedelta(days=12), birth="2012-08-20", carers=[CARER])
    for body, kind in (("hospital", "medical"), ("education", "relief"), ("school", "counselling")):
        _record(cast, found["referred"], "referral", "林社工", now - timedelta(days=1), kind=kind, urgency="days_3",
                to_organisation=str(cast.body(body)), basis="legal_basis", legal_basis="legal_duty")
    return found


def _seat(cast: world.World, name: str, role: str, at: datetime) -> None:
    """One more person, in the first post of a role of the first county."""
    cast.posts[name] = cast.lines["370116"].posts[role][0]
    cast.people[name] = counties.fill(holders=[(cast.posts[name], f"cast{len(cast.people)}", name)], at=at)[0]


def _record(cast: world.World, child: Child, form: str, by: str, at: datetime, **answers: object) -> None:
    child.refresh_from_db()
    cast.record(child, form, fill(child, form, at, **answers), by=by, at=at)
