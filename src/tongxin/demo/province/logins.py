"""A login for each desk, from the nation down to the village: at the county that has the most children."""

from collections import Counter

from tongxin.accounts import county as accounts
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.demo import nation_desk
from tongxin.demo.logins import let_in
from tongxin.demo.province.build import ROLE, Built
from tongxin.demo.province.rules import province

# The login, and the role behind it, of the county's desks.
COUNTY = (
    ("manager", "case_manager"), ("social", "social_worker"), ("counsellor", "counsellor"),
    ("clinical", "clinical_supervisor"), ("doctor", "psychiatrist"), ("teacher", "psych_teacher"),
    ("clerk", "benefit_clerk"), ("officer", "department_officer"),
)
ABOVE = (("province", "province_id"), ("city", "city_id"))
BELOW = (("supervisor", "child_supervisor", "town_id"), ("director", "child_director", "village_id"))
ADMINISTRATORS = (
    ("system", "system_administrator"), ("security", "security_administrator"), ("audit", "audit_administrator"),
)


def hand_out(built: Built) -> list[dict[str, str]]:
    """The logins with their passwords, from the top down."""
    at = province().starts
    share = max(built.shares, key=lambda each: (each.children, each.code))
    county = Division.objects.get(code=share.code, level="county", valid_to__isnull=True)
    home = _busiest(county)
    rows = [nation_desk.open_desk(at=at)]
    rows += [let_in(_post(ROLE, getattr(county, column)), login, at=at) for login, column in ABOVE]
    rows += [let_in(_post(role, county.id), login, at=at) for login, role in COUNTY]
    rows += [
        let_in(_post(role, home.id if column == "village_id" else getattr(home, column)), login, at=at)
        for login, role, column in BELOW
    ]
    return rows + _administrators(county)


def _administrators(county: Division) -> list[dict[str, str]]:
    at = province().starts
    posts = accounts.open_administration(county=county, actor=WORKER, at=at)
    roles = [role for _, role in ADMINISTRATORS]
    names = ("旦增罗布", "德吉央宗", "索朗旺姆")
    accounts.fill(
        holders=[(posts[role], f"{county.code}-{role}", name) for role, name in zip(roles, names, strict=True)], at=at
    )
    return [let_in(posts[role], login, at=at) for login, role in ADMINISTRATORS]


def _busiest(county: Division) -> Division:
    """The village with the most children in work."""
    rows = Case.objects.filter(county_id=county.id, village_id__isnull=False).values_list("village_id", flat=True)
    counted = Counter(each for each in rows if each is not None)
    chosen = max(counted, key=lambda each: (counted[each], -each))
    return Division.objects.get(id=chosen)


def _post(role: str, place: int) -> Post:
    return Post.objects.filter(role=role, division_id=place).order_by("title", "id")[0]
