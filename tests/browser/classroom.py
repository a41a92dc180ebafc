"""Fills an empty installation with the cast and a school whose round runs; prints the links to it.

Runs in a process of its own, beside the server, on the server's own data folder.
"""

import json
import sys
from datetime import timedelta

from tests import world
from tests.browser.furnish import PASSWORD
from tests.screening.school import School
from tongxin.lib import clock
from tongxin.rulebook import rules

PUPILS = 4


def main() -> None:
    now = clock.now()
    cast = world.build(now - timedelta(days=60))
    code = rules.resolve("conduct", "conduct", at=now)
    for person in cast.people.values():
        person.set_password(PASSWORD)
        person.conduct_hash = code.hash
        person.save(update_fields=["password", "conduct_hash"])
    school = School(cast, pupils=PUPILS, at=now - timedelta(minutes=1))
    school.start()
    json.dump({
        "logins": {name: person.login for name, person in cast.people.items()}, "children": {},
        "round": str(school.round.id), "tokens": [school.token(number) for number in range(1, PUPILS + 1)],
    }, sys.stdout)
