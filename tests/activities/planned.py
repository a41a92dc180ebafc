"""A plan as its form sends it, and what a test does with it at a browser."""

from typing import Any
from uuid import UUID

from tests.web.conftest import MORNING, Office
from tongxin.activities.models import Activity
from tongxin.core.pathway import CHINA
from tongxin.lib import ids

TODAY = MORNING.astimezone(CHINA).date().isoformat()
PLAN = {
    "kind": "theme_day", "title": "认识情绪主题日", "goal": "知道生气、难过时可以怎么办", "purpose": "know",
    "audience": ["pupils", "carers"], "topic": "feelings", "place": "镇儿童之家", "capacity": "60", "first_day": TODAY,
    "last_day": TODAY, "expected": "40",
}
OUTING = PLAN | {
    "kind": "outing", "title": "北京欢迎你", "adults": "6", "insured": "yes", "checked": "yes",
    "safety": "两辆车，一名医生随队；走失先打带队电话再打110",
}
YES = {"answer": "yes", "relation": "maternal_grandmother", "way": "paper", "day": TODAY, "child_wants": "yes"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def planned(client: Office, **more: Any) -> Activity:
    """A plan that was handed in."""
    body = {"activity": str(ids.new_id()), **PLAN, **more}
    if body["kind"] == "outing":
        body.setdefault("leaders", led_by(client))
    answer = client.post("/activities/new/", body)
    assert answer.status_code == 302, text(answer)
    return Activity.objects.get(id=body["activity"])


def led_by(client: Office) -> list[str]:
    """Two of those who may lead an outing from this desk."""
    return [each["id"] for each in client.get("/activities/new/").context["leaders"]][:2]


def begun(client: Office, row: Activity) -> UUID:
    """Today's time of it."""
    fresh = ids.new_id()
    answer = client.post(f"/activities/{row.id}/begin/", {"occasion": str(fresh)})
    assert answer.status_code == 302, text(answer)
    return fresh


def counted(client: Office, row: Activity, came: int, first: int, occasion: UUID | None = None, sure: str = "") -> Any:
    """How many came."""
    return client.post(f"/activities/{row.id}/count/", {
        "occasion": str(occasion or ids.new_id()), "held_on": TODAY, "came": str(came), "first_time": str(first),
        "sure": sure,
    })
