"""Which uploads and held rows a viewer may see: the county's own, in a town those of its own posts."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.people.leading import leading
from tongxin.people.models import Child
from tongxin.rulebook import rules

ACTION = "import_roster"


def uploads(*, viewer: Viewer, at: datetime) -> QuerySet[Upload]:
    """The rosters a viewer may see, newest first."""
    found = rules.access_rules(at=at)
    mine = Q()
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=ACTION):
            mine |= _of_seat(seat.division_level, seat.division_id, viewer)
    return Upload.objects.filter(mine).order_by("-received_at", "-id") if mine else Upload.objects.none()


def _of_seat(level: str, division_id: int, viewer: Viewer) -> Q:
    if level == "county":
        return Q(county_id=division_id)
    county = Division.objects.values_list("county_id", flat=True).get(id=division_id)
    own = HeldRow.objects.filter(upload_id=OuterRef("pk"), owner_post_id__in=viewer.post_ids)
    return Q(county_id=county) & (Q(post_id__in=viewer.post_ids) | Q(Exists(own)))


def held_rows(*, viewer: Viewer, at: datetime) -> QuerySet[HeldRow]:
    """The open held rows a viewer may settle, the most urgent first."""
    whole = {seat.division_id for seat in viewer.seats if seat.division_level == "county"}
    mine = Q(upload__county_id__in=whole) | Q(upload__post_id__in=viewer.post_ids)
    mine |= Q(owner_post_id__in=viewer.post_ids)
    rows = HeldRow.objects.filter(mine, upload__in=uploads(viewer=viewer, at=at).values("id").order_by())
    return rows.filter(state=HeldRow.OPEN).select_related("upload").order_by("due_at", "sheet", "row")


def no_longer_listed(upload: Upload) -> QuerySet[Child]:
    """Children that an earlier roster of the county listed in the same towns, and this one doesn't."""
    here = Listing.objects.filter(upload=upload)
    towns = Child.objects.filter(id__in=here.values("child_id")).order_by().values("town_id").distinct()
    # Ids of uploads follow the order in which they came.
    before = Listing.objects.filter(
        child_id=OuterRef("pk"), upload__county_id=upload.county_id, upload_id__lt=upload.id
    )
    listed = here.filter(child_id=OuterRef("pk"))
    found = Child.objects.filter(Exists(before), ~Exists(listed), town_id__in=towns)
    return leading(found).order_by("id")


def owners_of_new(upload_id: UUID) -> list[UUID]:
    """The posts that answer for the tasks of the children whose files a roster opened."""
    children = Listing.objects.filter(upload_id=upload_id, change=Listing.NEW).values("child_id")
    return owners_of(Task.objects.filter(case_id__in=children))


def owners_of(tasks: QuerySet[Task]) -> list[UUID]:
    """The posts that answer for open tasks, each once."""
    live = tasks.filter(state__in=LIVE, owner_post_id__isnull=False).order_by("owner_post_id")
    return [post for post in live.values_list("owner_post_id", flat=True).distinct() if post]


def changed(upload: Upload) -> QuerySet[Listing]:
    """What this roster says otherwise of children on file, and nobody has settled."""
    return upload.listings.filter(change=Listing.CHANGED, settled_at__isnull=True).order_by("sheet", "row")
