"""The demonstration's county: real places, every post held by a synthetic person, a roster taken in."""

import secrets
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count

from tongxin.accounts import county as counties
from tongxin.accounts.county import Line
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import WORKER, viewer_of
from tongxin.commands.divisions_load import load
from tongxin.intake import services as intake
from tongxin.lib import clock, places
from tongxin.people.models import Child
from tongxin.rulebook.adoption import adopt_folder

COUNTY, ELSEWHERE = "370116", "510104"
SAMPLE = "roster-a-7.xlsx"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "秀英桂兰玉梅建国志强海燕春生红军丽华文斌立新淑珍永福晓东爱民素云长顺月琴振兴"
# One login a role; the director's and the supervisor's places are those with the most children.
ROLES = (
    ("director", "child_director"), ("supervisor", "child_supervisor"), ("social", "social_worker"),
    ("counsellor", "counsellor"), ("manager", "case_manager"), ("doctor", "psychiatrist"),
    ("teacher", "psych_teacher"), ("clerk", "benefit_clerk"), ("officer", "department_officer"),
)


def build() -> list[dict[str, str]]:
    """Everything from an empty database; gives the logins, one a role and an outsider's."""
    at = clock.now()
    adopt_folder(actor=WORKER, at=at)
    line = _county(COUNTY, at)
    outside = _county(ELSEWHERE, at)
    manager = line.posts["case_manager"][0]
    viewer = viewer_of(person=_holder(manager), at=at)
    sample = places.definitions_folder() / "sample" / SAMPLE
    found = intake.receive(content=sample.read_bytes(), name=SAMPLE, viewer=viewer, at=at, county=line.county)
    intake.import_upload(found.upload, viewer=viewer, at=at, roster=found.roster)
    return _logins(line, outside)


def _county(code: str, at: datetime) -> Line:
    county, _ = load(code)
    line = counties.open_line(county=county, actor=WORKER, at=at)
    posts = [post for posts in line.posts.values() for post in posts]
    names = _names()
    counties.fill(
        holders=((post, f"{code}-{number:04d}", next(names)) for number, post in enumerate(posts)), at=at
    )
    return line


def _names() -> Iterator[str]:
    """Names of nobody: surnames and given names run through in a fixed order."""
    number = 0
    while True:
        surname = SURNAMES[number % len(SURNAMES)]
        yield surname + GIVEN[number * 7 % len(GIVEN)] + GIVEN[number * 13 // 5 % len(GIVEN)]
        number += 1


def _holder(post: Post) -> Person:
    return Holding.objects.select_related("person").get(post=post, to_at__isnull=True).person


def _logins(line: Line, outside: Line) -> list[dict[str, str]]:
    password = f"tongxin-{secrets.token_hex(3)}"
    busiest = Child.objects.values("village_id", "town_id").annotate(many=Count("id")).order_by("-many", "village_id")
    home = next(row for row in busiest if row["village_id"])
    rows = []
    for login, role in ROLES:
        place = {"child_director": home["village_id"], "child_supervisor": home["town_id"]}.get(role)
        post = next(post for post in line.posts[role] if place in (None, post.division_id))
        rows.append(_let_in(post, login, password))
    rows.append(_let_in(outside.posts["psych_teacher"][0], "outsider", password, note="（外区，什么也看不到）"))
    return rows


def _let_in(post: Post, login: str, password: str, note: str = "") -> dict[str, str]:
    person = _holder(post)
    person.login = login
    person.set_password(password)
    person.save(update_fields=["login", "password"])
    return {"login": login, "password": password, "role": post.role, "title": post.title + note}
