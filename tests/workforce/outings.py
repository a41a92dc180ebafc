"""Activities with children on their list, planned by a child director."""

from datetime import datetime
from typing import Any

from tests import world
from tests.activities.planned import OUTING, PLAN
from tongxin.activities.models import Activity, Listed
from tongxin.core.pathway import CHINA
from tongxin.flows.activities import listing, planning
from tongxin.flows.workforce import clearances
from tongxin.lib import ids
from tongxin.people.models import Child

# Leads an outing with whoever plans it, asked about on the day.
SECOND = "王督导"


def activity(cast: world.World, *, kind: str = "theme_day", by: str = "周主任", at: datetime) -> Activity:
    """A plan for the day."""
    day = at.astimezone(CHINA).date().isoformat()
    text: dict[str, Any] = (OUTING if kind == "outing" else PLAN) | {"first_day": day, "last_day": day}
    given = {name: value if isinstance(value, list) else [value] for name, value in text.items()}
    if kind == "outing":
        given["leaders"] = [str(cast.posts[name].id) for name in (by, SECOND)]
        asked = {"result": ["clear"], "done_on": [day], "proof": ["派出所"]}
        clearances.record(person_id=cast.people[SECOND].id, given=asked, actor=cast.viewer("郑管理", at), at=at)
    return planning.plan(activity_id=ids.new_id(), given=given, actor=cast.viewer(by, at), at=at)


def list_child(cast: world.World, row: Activity, child: Child, *, by: str = "周主任", at: datetime) -> Listed:
    """The child on its list."""
    return listing.put(activity_id=row.id, file_no=child.file_no, group=1, actor=cast.viewer(by, at), at=at)
