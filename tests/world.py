"""One cast, known by heart, in every test: two small counties and the people who work there.

陈老师 belongs to another county and must never see anything of the children of the first.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from tongxin.accounts import county as counties
from tongxin.accounts.county import Line
from tongxin.accounts.models import Division, Person, Post
from tongxin.accounts.services import add_divisions
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.core.pathway import CHINA
from tongxin.flows.opening import open_file
from tongxin.flows.record import Recorded, Sheet, record
from tongxin.lib import definitions, ids, places
from tongxin.people.models import Child
from tongxin.rulebook.adoption import adopt

START = datetime(2025, 9, 1, 9, tzinfo=CHINA)
PLACES = [
    ("37", "山东省", "province", ""), ("3701", "济南市", "city", "37"), ("370116", "莱芜区", "county", "3701"),
    ("370116001", "凤城街道", "town", "370116"), ("370116104", "苗山镇", "town", "370116"),
    ("370116001001", "东升社区居民委员会", "village", "370116001"),
    ("370116001020", "北坦社区居民委员会", "village", "370116001"),
    ("370116104230", "陡峪村村民委员会", "village", "370116104"),
    ("51", "四川省", "province", ""), ("5101", "成都市", "city", "51"), ("510104", "锦江区", "county", "5101"),
    ("510104017", "督院街街道", "town", "510104"), ("510104017001", "督院街社区居民委员会", "village", "510104017"),
]
CAST = {
    "周主任": ("child_director", "370116001001"), "吴主任": ("child_director", "370116104230"),
    "王督导": ("child_supervisor", "370116001"), "林社工": ("social_worker", "370116"),
    "苏咨询": ("counsellor", "370116"), "郑管理": ("case_manager", "370116"),
    "许督导": ("clinical_supervisor", "370116"),
    "秦医生": ("psychiatrist", "370116"), "何老师": ("psych_teacher", "370116"),
    "方经办": ("benefit_clerk", "370116"), "陈老师": ("psych_teacher", "510104"),
    "陈管理": ("case_manager", "510104"), "陈督导": ("child_supervisor", "510104017"),
}


@lru_cache(maxsize=1)
def library() -> definitions.Library:
    """The product's own definitions, read once."""
    return definitions.load_all(places.definitions_folder())


class World:
    """The two counties, their posts and people."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.people: dict[str, Person] = {}
        self.posts: dict[str, Post] = {}

    def __repr__(self) -> str:
        return "<the cast>"

    def viewer(self, name: str, at: datetime = START) -> Viewer:
        """A member of the cast, acting now from the post of that name."""
        return viewer_of(person=self.people[name], at=at, post_id=self.posts[name].id)

    def place(self, code: str) -> Division:
        return Division.objects.get(code=code)

    def body(self, kind: str, county: str = "370116") -> int:
        """The id of an organisation of a county."""
        return next(post.organisation_id for posts in self.lines[county].posts.values() for post in posts
                    if post.organisation.kind == kind)

    def child(
        self, name: str = "小雨", *, by: str = "周主任", village: str = "370116001001", at: datetime = START,
        birth: str = "2012-03-05", **more: Any,
    ) -> Child:
        """A child with a file, opened by a member of the cast."""
        answers = {
            "opened_on": at.date().isoformat(), "source": "patrol", "name": name, "id_kind": "none", "sex": "female",
            "birth": birth, "residence_division": village, **more,
        }
        sheet = Sheet(ids.new_id(), "case_file", answers, at)
        return open_file(sheet=sheet, actor=self.viewer(by, at), at=at)

    def record(
        self, child: Child | UUID, form: str, answers: dict[str, Any], *, by: str, at: datetime, **more: Any
    ) -> Recorded:
        """Record a form about a child as a member of the cast."""
        child_id = child.id if isinstance(child, Child) else child
        entry_id = more.pop("entry_id", None) or ids.new_id()
        return record(
            child_id=child_id, sheet=Sheet(entry_id, form, answers, at, **more), actor=self.viewer(by, at), at=at
        )


def build(at: datetime = START) -> World:
    """The world at its beginning: definitions adopted, posts held, no child yet."""
    adopt(library=library(), actor=WORKER, at=at)
    add_divisions(rows=PLACES, valid_from=date(2023, 6, 30))
    world = World()
    for code in ("370116", "510104"):
        line = counties.open_line(county=Division.objects.get(code=code), actor=WORKER, at=at)
        world.lines[code] = line
    for name, (role, place) in CAST.items():
        line = world.lines[place[:6]]
        world.posts[name] = line.at_place.get(place) or line.posts[role][0]
    holders = [(world.posts[name], f"cast{index}", name) for index, name in enumerate(CAST)]
    for name, person in zip(CAST, counties.fill(holders=holders, at=at), strict=True):
        world.people[name] = person
    return world
