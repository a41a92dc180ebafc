"""Where a child's page leads on to what home, school and town do together."""

from collections.abc import Collection

from tongxin.flows import pairing, taking_up, teaching
from tongxin.flows.activities import outcomes
from tongxin.flows.activities import reach as activities
from tongxin.flows.funds import booking, wishes
from tongxin.flows.sites import reach
from tongxin.flows.workforce import teams
from tongxin.people.models import Child
from tongxin.web.console.workforce.teams import may_see as may_team
from tongxin.web.doors import Request, may_do_any


def around_school(request: Request, child: Child, parts: Collection[str]) -> list[tuple[str, str]]:
    """Addresses with their words, those that answer this viewer."""
    here = f"/children/{child.id}/"
    ways = (
        (f"{here}pairings/", "结对", f"{pairing.PAIR}|{pairing.LOG}", pairing.PART),
        (f"{here}activities/", "参加的活动", f"{activities.PLAN}|{activities.APPROVE}", outcomes.PART),
        (f"{here}wanted/", "发布需求", taking_up.PUBLISH, taking_up.PART),
        (f"{here}helped/", "收到的帮助", f"{wishes.NOTE}|{booking.SEE}", wishes.PART),
        (f"{here}teachers/", "教师", teaching.ASSIGN, "identity"),
        (f"{here}near/", "附近能帮忙的地方", reach.SEE, "roster"),
    )
    found = [(url, zh) for url, zh, need, part in ways if part in parts and may_do_any(request, need)]
    if teams.PART in parts and may_team(request, child):
        found.append((f"{here}teams/", "服务团队"))
    return found
