"""Who reads what is new: the county's desks every week, the villages now and then."""

from datetime import datetime, timedelta

from tongxin.accounts.viewers import Viewer, seats_of
from tongxin.demo.year import Year
from tongxin.notices import services as notices
from tongxin.notices.models import Notice

DESKS, EVERYBODY = timedelta(days=7), timedelta(days=61)
# What came in the last days stands unread on the day the demonstration opens.
UNREAD = timedelta(days=4)


class Readers:
    """Reading of notices, spread over a year."""

    def __init__(self, year: Year, *, start: datetime) -> None:
        self.year, self.start = year, start

    def plan_all(self) -> None:
        for every, only_desks in ((DESKS, True), (EVERYBODY, False)):
            moment = self.start + every
            while moment < self.year.end - UNREAD:
                self.year.plan(moment, self._read, only_desks=only_desks)
                moment += every
        self.year.plan(self.year.end - UNREAD, self._read, only_desks=False)

    def _read(self, at: datetime, only_desks: bool) -> None:
        unread = Notice.objects.filter(read_at__isnull=True).values_list("post_id", flat=True).distinct()
        for post_id in sorted(unread):
            post, person = self.year.cast.posts.get(post_id), self.year.cast.holder(post_id)
            if post is None or person is None or (only_desks and post.role == "child_director"):
                continue
            notices.mark_read(viewer=Viewer(person_id=person.id, seats=seats_of([post])), at=at)
