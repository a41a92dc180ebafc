"""Fills an empty installation with the cast and a group that meets today; prints where it is.

Runs in a process of its own, beside the server, on the server's own data folder.
"""

import json
import sys
from datetime import timedelta

from tests import world
from tests.browser.furnish import PASSWORD
from tests.flows.group_story import GroupStory
from tongxin.access import relations
from tongxin.lib import clock
from tongxin.rulebook import rules


def main() -> None:
    now = clock.now()
    cast = world.build(now - timedelta(days=60))
    code = rules.resolve("conduct", "conduct", at=now)
    for person in cast.people.values():
        person.set_password(PASSWORD)
        person.conduct_hash = code.hash
        person.save(update_fields=["password", "conduct_hash"])
    story = GroupStory(cast, at=now - timedelta(days=7, hours=12))
    members = story.members(8)
    story.signs({members[1]: {"attended": "absent", "absence": "电话没有人接"}})
    story.child("晓峰")
    relations.recuse(child_id=members[7].child_id, person_id=cast.people["林社工"].id, at=now - timedelta(days=1))
    json.dump({
        "logins": {name: person.login for name, person in cast.people.items()}, "children": {},
        "group": str(story.group.id),
    }, sys.stdout)
