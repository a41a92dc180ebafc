"""The demonstration's county: real places, every post held by a synthetic person, a roster taken in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from tongxin.accounts import county as counties
from tongxin.accounts.county import Line
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.viewers import WORKER, viewer_of
from tongxin.commands.divisions_load import load
from tongxin.demo import nation_desk, outside_desks
from tongxin.demo.city_desk import open_desk
from tongxin.demo.district import district
from tongxin.demo.logins import let_in
from tongxin.demo.play import play
from tongxin.intake import services as intake
from tongxin.lib import places
from tongxin.rulebook.adoption import adopt_folder

COUNTY, ELSEWHERE = "370116", "510104"
SAMPLE = "roster-a-7.xlsx"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "秀英桂兰玉梅建国志强海燕春生红军丽华文斌立新淑珍永福晓东爱民素云长顺月琴振兴"
# One login a role; the director's place is the village with the most children, the supervisor's the township around it.
ROLES = (
    ("director", "child_director"), ("supervisor", "child_supervisor"), ("social", "social_worker"),
    ("counsellor", "counsellor"), ("clinical", "clinical_supervisor"), ("manager", "case_manager"),
    ("doctor", "psychiatrist"), ("educator", "family_educator"), ("lawyer", "legal_adviser"),
    ("teacher", "psych_teacher"), ("clerk", "benefit_clerk"), ("officer", "department_officer"),
    ("system", "system_administrator"), ("security", "security_administrator"), ("audit", "audit_administrator"),
)

Staff = dict[UUID, tuple[Post, Person, str]]


@dataclass(frozen=True, slots=True)
class Built:
    """The logins, one a role and an outsider's; and what the record refused to take in the played year."""

    logins: list[dict[str, str]]
    refused: tuple[str, ...]


def build(*, end: datetime, progress: Callable[[date], None], outside: Path) -> Built:
    """A district as it stands at `end`, a year after its roster came in; messages that left the house in `outside`."""
    at = district().starts
    adopt_folder(actor=WORKER, at=at)
    line, staff = _county(COUNTY, at, is_run_here=True)
    elsewhere, others = _county(ELSEWHERE, at)
    viewer = viewer_of(person=_holder(line.posts["case_manager"][0]), at=at)
    sample = places.definitions_folder() / "sample" / SAMPLE
    found = intake.receive(content=sample.read_bytes(), name=SAMPLE, viewer=viewer, at=at, county=line.county)
    upload = intake.import_upload(found.upload, viewer=viewer, at=at, roster=found.roster)
    played = play(upload=upload, people=staff | others, end=end, progress=progress, outside=outside)
    logins = [
        *_logins(line, elsewhere, played.village), open_desk(line.county, at=at),
        nation_desk.open_desk(at=at), *outside_desks.logins(line.county, at=at),
    ]
    return Built(logins, played.refused)


def _county(code: str, at: datetime, *, is_run_here: bool = False) -> tuple[Line, Staff]:
    """A county with everybody at their post; where the system is run, its part-time people and administrators too."""
    county, _ = load(code)
    line = counties.open_line(county=county, actor=WORKER, at=at)
    for opened in (counties.open_administration, counties.open_part_time) if is_run_here else ():
        for post in opened(county=county, actor=WORKER, at=at).values():
            line.add(post)
    posts = [post for posts in line.posts.values() for post in posts]
    names = _names()
    holders = [(post, f"{code}-{number:04d}", next(names)) for number, post in enumerate(posts)]
    # Numbers that nobody can have: no local number begins with a nought.
    phones = {login: f"0531-0{number:07d}" for number, (_, login, _) in enumerate(holders)}
    people = counties.fill(holders=holders, at=at, phones=phones)
    staff = {person.id: (post, person, name) for (post, _, name), person in zip(holders, people, strict=True)}
    return line, staff


def _names() -> Iterator[str]:
    """Names of nobody: surnames and given names run through in a fixed order."""
    number = 0
    while True:
        surname = SURNAMES[number % len(SURNAMES)]
        yield surname + GIVEN[number * 7 % len(GIVEN)] + GIVEN[number * 13 // 5 % len(GIVEN)]
        number += 1


def _holder(post: Post) -> Person:
    return Holding.objects.select_related("person").get(
        post=post, to_at__isnull=True, kind=Holding.HOLDER
    ).person


def _logins(line: Line, elsewhere: Line, home: Division) -> list[dict[str, str]]:
    rows = []
    for login, role in ROLES:
        place = {"child_director": home.id, "child_supervisor": home.town_id}.get(role)
        post = next(post for post in line.posts[role] if place in (None, post.division_id))
        rows.append(let_in(post, login, at=district().starts))
    outsider = elsewhere.posts["psych_teacher"][0]
    rows.append(let_in(outsider, "outsider", at=district().starts, note="（外区，什么也看不到）"))
    return rows
