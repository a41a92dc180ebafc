"""A site with everything an address can name, for the matrix of routes."""

from datetime import date
from typing import Any

from tests.documents.files import png
from tests.matrix.office import Worker
from tests.web.conftest import MORNING
from tongxin.documents.content import PNG, Content
from tongxin.flows.sites import boxes, inspecting, keeping
from tongxin.flows.sites.keeping import SiteWish
from tongxin.lib import ids
from tongxin.places.models import Finding


def sites(here: dict[str, Worker]) -> dict[str, Any]:
    """A school's room with a closure, a photo, something to mend, a box with one letter."""
    desk, division = here["case_manager"].viewer(), here["case_manager"].post.division
    wish = SiteWish(division.id, "school_room", "心理辅导室", "实验中学", hours={"0": [[480, 600]]})
    site = keeping.keep(wish=wish, site_id=None, actor=desk, at=MORNING)
    said: dict[str, Any] = {"site_id": site.id, "actor": desk, "at": MORNING}
    closure = keeping.close(first_day=date(2025, 12, 1), last_day=date(2025, 12, 2), reason="repair", **said)
    photo = inspecting.show_picture(
        subject="door", is_empty_of_children=True, content=Content(PNG, png(), False), **said
    )
    looked = {"done_on": ["2025-09-01"], "who": ["alone"], "found": ["fire"]}
    inspecting.inspect(inspection_id=ids.new_id(), given=looked, **said)
    box = boxes.place(where="楼梯旁", phone="110", keys=("psych_teacher", "police"), **said)
    opening = boxes.open_box(box_id=box.id, opening_id=ids.new_id(), actor=desk, at=MORNING, given={
        "opened_on": ["2025-09-01"], "one": ["甲"], "two": ["乙"], "found": ["1"],
    })
    return {
        "places.site_id": site.id, "places.closure_id": closure.id, "places.photo_id": photo.id,
        "places.finding_id": Finding.objects.get(site=site).id, "places.box_id": box.id,
        "places.opening_id": opening.id, "places.what": "room", "places.link_id": 1,
    }
