"""Two desks outside the office: a social organisation that takes up needs, and a class teacher with pupils of one age.

Nothing here draws from the year's own chance, so that no other story is shifted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.access import selectors as access
from tongxin.accounts import county as counties
from tongxin.accounts.models import Division, Organisation, Post
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.logins import let_in
from tongxin.demo.year import Year
from tongxin.flows import teaching
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.people.models import Child

PUPILS = 6
# The teacher's class: boys and girls of these ages; given after everybody was asked about a criminal record.
AGES, GIVEN_ON = range(12, 14), timedelta(days=60, hours=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """A body, named after the county, with its post and the person who holds it, and the name of their login."""

    login: str
    kind: str
    body: str
    role: str
    title: str
    holder: str


GIVING = Desk("giver", "social_organisation", "阳光青少年服务中心", "department_officer", "联络员", "纪晓阳")
TEACHING = Desk("class", "school", "实验中学", "class_teacher", "初一一班班主任", "田秀荷")


class OutsideDesks:
    """Opened when the year begins; the year's other stories let them act."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """Both hold their posts from the first day; pupils come two months later."""
        for desk in (GIVING, TEACHING):
            post = _open(desk, self.county)
            login = f"{self.county.code}-{desk.login}"
            (person,) = counties.fill(holders=[(post, login, desk.holder)], at=start)
            self.year.cast.seat(post, person, name=desk.holder)
        if start + GIVEN_ON < self.year.end:
            self.year.plan(start + GIVEN_ON, self._give)

    def _give(self, at: datetime) -> None:
        """Children of one class become the teacher's pupils, in the order in which their files were opened."""
        office = self.year.cast.at_place("case_manager", self.county.id, at=at)
        post = post_of(TEACHING, self.county)
        if office is None or post is None:
            return
        of_age = [each.child_id for each in self.year.lives.values() if _is_of_age(each, at)]
        rows = access.visible(
            Child.objects.filter(id__in=of_age), viewer=office.viewer, part="identity", at=at
        ).order_by("id")
        for child in list(rows[:PUPILS]):
            try:
                teaching.give(child_id=child.id, post_id=post.id, actor=office.viewer, at=at)
            except (NotAllowed, Refused) as refused:
                self.year.refuse("outside", refused, at=at)


def _is_of_age(life: Life, at: datetime) -> bool:
    return life.birth is not None and life.age(at) in AGES


def giver(year: Year, county: Division, *, at: datetime) -> Actor | None:
    """The social organisation's officer, who takes up what is published."""
    post = post_of(GIVING, county)
    return year.cast.acting(post.id, at=at) if post else None


def post_of(desk: Desk, county: Division) -> Post | None:
    """The post of a desk."""
    rows = Post.objects.filter(role=desk.role, division=county, organisation__kind=desk.kind)
    found: Post | None = rows.order_by("id").first()
    return found


def logins(county: Division, *, at: datetime) -> list[dict[str, str]]:
    """Both desks' logins with their passwords."""
    found = [(desk, post_of(desk, county)) for desk in (GIVING, TEACHING)]
    return [let_in(post, desk.login, at=at) for desk, post in found if post is not None]


def _open(desk: Desk, county: Division) -> Post:
    """The desk's post in its body, which is there or is opened with it; it answers to the county's desk."""
    known = Organisation.objects.filter(kind=desk.kind, division=county).order_by("id").first()
    body = known or Organisation.objects.create(kind=desk.kind, name=f"{county.name}{desk.body}", division=county)
    above = Post.objects.filter(division=county, role="case_manager").order_by("id").first()
    title = f"{body.name}{desk.title}"
    return Post.objects.create(
        id=ids.new_id(), role=desk.role, title=title, organisation=body, division=county, reports_to=above
    )
