"""A visit that was drawn to be asked about, of the director's, by the supervisor's post."""

from typing import Any

from tests.matrix.office import Worker
from tests.web.conftest import MORNING
from tongxin.accounts.models import places_of
from tongxin.people.models import Child
from tongxin.rechecks.models import Check, Draw

PAGES = {
    "rechecks/": "office.recheck", "rechecks/draw/": "office.recheck", "rechecks/mine/": "work",
    "rechecks/<uuid:check_id>/": "office.recheck@county~", "rechecks/<uuid:check_id>/say/": "office.recheck@county~",
}


def recheck(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    """One visit of the director's."""
    director, chief = here["child_director"], here["child_supervisor"]
    places = places_of(director.post.division)
    row = Draw.objects.create(
        post=chief.post, week=MORNING.date(), batch=0, seed="", pool=[], size=1, at=MORNING,
        person_id=chief.person.id, **places,
    )
    found = Check.objects.create(
        draw=row, number=1, entry_id=child.id, child_id=child.id, visitor_post=director.post,
        visitor_id=director.person.id, visited_on=MORNING.date(), due_on=MORNING.date(), **places,
    )
    return {"check_id": found.id}
