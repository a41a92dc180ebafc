"""What runs out by itself: one-time passwords, and the notes of whoever left a post."""

from datetime import datetime, timedelta

from tongxin.access import relations
from tongxin.accounts.models import Introduction, Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.rulebook import rules

PASSWORD, NOTES = "one_time_password", "introductions"


def days_of(what: str, *, viewer: Viewer, at: datetime) -> int | None:
    """How many days it lasts where somebody works; None while no rule is adopted."""
    region = rules.region_of(viewer.seat.division_id) if viewer.seat else ""
    try:
        return int(rules.resolve("accounts", "accounts", region=region, at=at).content[what]["days"])
    except rules.NotAdopted:
        return None


def is_worn_out(*, person: Person, at: datetime) -> bool:
    """Whether somebody's one-time password wasn't used in time."""
    if not person.must_change_password:
        return False
    days = days_of(PASSWORD, viewer=viewer_of(person=person, at=at), at=at)
    since = person.one_time_since
    return days is not None and (since is None or since + timedelta(days=days) <= at)


def introductions_for(*, viewer: Viewer, at: datetime) -> list[Introduction]:
    """The notes a viewer may read, newest first: of posts still held, and about no child that bars them."""
    days = days_of(NOTES, viewer=viewer, at=at)
    if viewer.person_id is None or days is None:
        return []
    rows = Introduction.objects.filter(
        person_id=viewer.person_id, post_id__in=viewer.post_ids, from_at__lte=at, from_at__gt=at - timedelta(days=days)
    ).order_by("-at")
    barred = {str(each) for each in relations.barred_children(people=viewer.people, at=at)}
    return [each for each in rows if barred.isdisjoint(each.child_ids)]
