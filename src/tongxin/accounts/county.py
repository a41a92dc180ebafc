"""A county's line of posts: one director a village, one supervisor a town, the county's desk above them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division, Holding, Organisation, Person, Post
from tongxin.accounts.viewers import Viewer
from tongxin.lib import ids

# Kind of body, its name after the county's, and the posts it has (role, title).
BODIES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("protection_center", "未成年人救助保护中心", (("case_manager", "个案管理员"),)),
    ("civil_affairs", "民政局", (("benefit_clerk", "福利经办人"),)),
    ("social_work_station", "社会工作服务中心", (
        ("social_worker", "社工"), ("counsellor", "心理咨询师"), ("clinical_supervisor", "临床督导"),
    )),
    ("hospital", "人民医院心理科", (("psychiatrist", "精神科医师"),)),
    ("school", "实验中学", (("psych_teacher", "学校心理教师"),)),
    ("education", "教育局", (("department_officer", "部门联络员"),)),
    ("health", "卫生健康局", (("department_officer", "部门联络员"),)),
    ("youth_league", "共青团委", (("department_officer", "部门联络员"),)),
    ("womens_federation", "妇女联合会", (("department_officer", "部门联络员"),)),
    ("police", "公安分局", (("department_officer", "部门联络员"),)),
)
SEVERAL = frozenset({"department_officer"})

# Who runs, guards and audits the system: three people, whose posts a county opens when it has them.
ADMINISTRATORS: tuple[tuple[str, str], ...] = (
    ("system_administrator", "系统管理员"), ("security_administrator", "安全管理员"),
    ("audit_administrator", "审计管理员"),
)

# Professionals who come for some hours, whose posts a county opens when it has them (S3-03). A lawyer sits in a body
# of their own: what is given to a body is open to its posts, and the centre is given much that is not for a lawyer.
PART_TIME: tuple[tuple[str, str, str, str], ...] = (
    ("protection_center", "未成年人救助保护中心", "family_educator", "家庭教育指导师"),
    ("legal_aid", "未成年人法律援助工作站", "legal_adviser", "律师"),
)


@dataclass(slots=True)
class Line:
    """The posts of a county by role; directors and supervisors by the code of their place."""

    county: Division
    posts: dict[str, list[Post]] = field(default_factory=dict)
    at_place: dict[str, Post] = field(default_factory=dict)

    @property
    def top(self) -> Post | None:
        """The county's desk, which everybody reports to in the end: the first post opened."""
        return next((posts[0] for posts in self.posts.values()), None)

    def add(self, post: Post) -> Post:
        self.posts.setdefault(post.role, []).append(post)
        return post


def open_line(*, county: Division, actor: Viewer, at: datetime) -> Line:
    """Open the bodies and posts of a county; every place below it gets its post, all still vacant."""
    del actor, at
    line = Line(county)
    for kind, name, posts in BODIES:
        body = Organisation.objects.create(kind=kind, name=f"{county.name}{name}", division=county)
        for role, title in posts:
            # Several bodies have a post of this name; which is which has to be seen.
            where = name if role in SEVERAL else ""
            line.add(_post(role, f"{county.name}{where}{title}", body, county, line.top)).save()
    for level, role, title in (("town", "child_supervisor", "儿童督导员"), ("village", "child_director", "儿童主任")):
        places = Division.objects.filter(level=level, county_id=county.id, valid_to__isnull=True).order_by("code")
        _open_at(places, role, title, line)
    return line


def _open_at(places: Iterable[Division], role: str, title: str, line: Line) -> None:
    rows: list[tuple[Division, Organisation]] = [
        (place, Organisation(kind=place.level, name=place.name, division=place)) for place in places
    ]
    Organisation.objects.bulk_create([body for _, body in rows], batch_size=500)
    towns = {post.division_id: post for post in line.at_place.values()}
    fresh: list[Post] = []
    for place, body in rows:
        above = towns.get(place.town_id or 0, line.top) if place.level == "village" else line.top
        post = line.add(_post(role, f"{place.name}{title}", body, place, above))
        line.at_place[place.code] = post
        fresh.append(post)
    Post.objects.bulk_create(fresh, batch_size=500)


def open_administration(*, county: Division, actor: Viewer, at: datetime) -> dict[str, Post]:
    """The posts of a county's three administrators by role; those that are missing are opened, vacant."""
    del actor, at
    found = {post.role: post for post in Post.objects.filter(division=county, role__in=dict(ADMINISTRATORS))}
    missing = [(role, title) for role, title in ADMINISTRATORS if role not in found]
    if missing:
        body, _ = Organisation.objects.get_or_create(
            kind="administration", division=county, defaults={"name": f"{county.name}信息中心"}
        )
        above = Post.objects.filter(division=county, role="case_manager").order_by("id").first()
        for role, title in missing:
            found[role] = _post(role, f"{county.name}{title}", body, county, above)
            found[role].save(force_insert=True)
    return found


def open_part_time(*, county: Division, actor: Viewer, at: datetime) -> dict[str, Post]:
    """The posts of a county's part-time professionals by role; those that are missing are opened, vacant."""
    del actor, at
    roles = [role for _, _, role, _ in PART_TIME]
    found = {post.role: post for post in Post.objects.filter(division=county, role__in=roles)}
    above = Post.objects.filter(division=county, role="case_manager").order_by("id").first()
    for kind, name, role, title in PART_TIME:
        if role not in found:
            known = Organisation.objects.filter(kind=kind, division=county).order_by("id").first()
            body = known or Organisation.objects.create(kind=kind, name=f"{county.name}{name}", division=county)
            found[role] = _post(role, f"{county.name}{title}", body, county, above)
            found[role].save(force_insert=True)
    return found


def _post(role: str, title: str, body: Organisation, place: Division, above: Post | None) -> Post:
    return Post(id=ids.new_id(), role=role, title=title, organisation=body, division=place, reports_to=above)


def fill(
    *, holders: Iterable[tuple[Post, str, str]], at: datetime, phones: Mapping[str, str] | None = None
) -> list[Person]:
    """People for posts, as (post, login, name), who can't sign in until they get a password; phones by login."""
    numbers = phones or {}
    rows = [(post, Person(id=ids.new_id(), login=login), name) for post, login, name in holders]
    keys = vault.create_keys([person.key_owner for _, person, _ in rows], at=at)
    vault.put_many(
        [
            (person, {"name": name} | ({"phone": numbers[person.login]} if person.login in numbers else {}))
            for _, person, name in rows
        ],
        keyring=keys,
    )
    for _, person, _ in rows:
        person.set_unusable_password()
    people = Person.objects.bulk_create([person for _, person, _ in rows], batch_size=500)
    Holding.objects.bulk_create(
        [Holding(post=post, person=person, from_at=at, followed_at=at) for post, person, _ in rows], batch_size=500
    )
    return people


def posts_of(role: str, *, county_id: int) -> list[UUID]:
    """The posts of a role in a county."""
    return list(Post.objects.filter(role=role, division__county_id=county_id).values_list("id", flat=True))


def posts_in(division_id: int, *, role: str) -> list[UUID]:
    """The posts of a role at one place."""
    return list(Post.objects.filter(role=role, division_id=division_id).values_list("id", flat=True))
